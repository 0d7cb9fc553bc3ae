"""Servers that reset their connections. Usage: resets.py CHAIN KEY

One for each phase, plain and with TLS; prints `PORT phase-plain n` and `PORT phase-tls n`, then `READY`.
"""

import json
import socket
import ssl
import struct
import sys
import threading

HEAD = b"HTTP/1.1 200 OK\r\nX-Some: header\r\nContent-Length: "


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Phase:
    """What happens to a connection. All requests that came are kept."""

    def __init__(self, name, context):
        self.name = name
        self.context = context
        self.lock = threading.Lock()
        self.connections = 0
        self.seen = []

    def serve(self, listener):
        while True:
            connection, _ = listener.accept()
            # A reset drops what still waits to be sent.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            threading.Thread(target=self.talk, args=(connection, self.connections), daemon=True).start()

    def talk(self, connection, number):
        if self.name == "accept":
            return reset(connection)
        if self.name == "hello":
            connection.recv(65536)
            return reset(connection)
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True)
        try:
            getattr(self, self.name)(connection, number)
        except OSError as error:
            print(self.name, error, flush=True)
        reset(connection)

    def read_request(self, connection, number):
        """None at the end of the connection. Requests here have no body, or one that comes with the head."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return None
            data += piece
        method, path = data.split(b" ")[:2]
        with self.lock:
            self.seen.append(f"{number} {method.decode()} {path.decode()}")
            return json.dumps(self.seen).encode()

    def answer(self, connection, number):
        seen = self.read_request(connection, number)
        if seen is not None:
            is_head = self.seen[-1].split()[1] == "HEAD"
            connection.sendall(HEAD + b"%d\r\n\r\n" % len(seen) + (b"" if is_head else seen))

    def request(self, connection, number):
        self.read_request(connection, number)

    def headers(self, connection, number):
        self.read_request(connection, number)
        connection.sendall(HEAD)

    def body(self, connection, number):
        self.read_request(connection, number)
        connection.sendall(HEAD + b"100000\r\n\r\n" + b"x" * 1000)

    def idle(self, connection, number):
        """As soon as its first answer is out."""
        self.answer(connection, number)

    def between(self, connection, number):
        """When the second request comes."""
        self.answer(connection, number)
        self.read_request(connection, number)


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:])
    for name in ("accept", "hello", "request", "headers", "body", "idle", "between"):
        for kind, tls in (("plain", None), ("tls", context)):
            listener = socket.create_server(("127.0.0.1", 0), backlog=64)
            phase = Phase(name, tls)
            threading.Thread(target=phase.serve, args=(listener,), daemon=True).start()
            print("PORT", f"{name}-{kind}", listener.getsockname()[1], flush=True)
    print("READY", flush=True)
    threading.Event().wait()


main()

"""Two proxies that want a user and a password. Usage: proxy.py USER PASSWORD

Prints `PORT http n` (CONNECT and absolute targets, RFC 9110) and `PORT socks n` (RFC 1928, RFC 1929), then `READY`, and
for each request `ASKED …` or `REFUSED …`. Every name leads to 127.0.0.1, whoever may know it.
"""

import base64
import socket
import struct
import sys
import threading
import urllib.parse

USER, PASSWORD = sys.argv[1:]
AUTHORIZATION = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def say(*words):
    # In one piece: several threads say things.
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise OSError("the client left")
        data += piece
    return data


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # Whichever end went first takes the other along.
        target.close()


def join(client, port, first=b""):
    server = socket.create_connection(("127.0.0.1", port))
    server.sendall(first)
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def serve_http(client):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += exactly(client, 1)
    request, *lines = head.decode().rstrip().split("\r\n")
    method, target, _ = request.split(" ")
    headers = [line.split(": ", 1) for line in lines]
    given = [value for name, value in headers if name.lower() == "proxy-authorization"]
    if given != [AUTHORIZATION]:
        say("REFUSED", method, target)
        client.sendall(
            b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"\r\n"
            b"Content-Length: 0\r\nConnection: close\r\n\r\n"
        )
        client.close()
        return
    say("ASKED", method, target)
    if method == "CONNECT":
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        join(client, int(target.rsplit(":", 1)[1]))
        return
    url = urllib.parse.urlsplit(target)
    path = urllib.parse.urlunsplit(("", "", url.path, url.query, ""))
    kept = [f"{name}: {value}" for name, value in headers if not name.lower().startswith("proxy-")]
    first = "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "", ""])
    join(client, url.port, first.encode())


def serve_socks(client):
    version, count = exactly(client, 2)
    methods = exactly(client, count)
    if version != 5 or 2 not in methods:
        say("REFUSED SOCKS without a password")
        client.sendall(b"\x05\xff")
        return client.close()
    client.sendall(b"\x05\x02")
    user = exactly(client, exactly(client, 2)[1])
    password = exactly(client, exactly(client, 1)[0])
    if (user.decode(), password.decode()) != (USER, PASSWORD):
        say("REFUSED SOCKS", user.decode())
        client.sendall(b"\x01\x01")
        return client.close()
    client.sendall(b"\x01\x00")
    _, command, _, kind = exactly(client, 4)
    if kind == 1:
        host = "address " + socket.inet_ntoa(exactly(client, 4))
    else:
        host = "name " + exactly(client, exactly(client, 1)[0]).decode()
    (port,) = struct.unpack(">H", exactly(client, 2))
    say("ASKED SOCKS", command, host, port)
    client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
    join(client, port)


def listen(name, serve):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    say("PORT", name, listener.getsockname()[1])

    def one(client):
        try:
            serve(client)
        except OSError as error:
            say(name, error)

    def accept():
        while True:
            threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


listen("http", serve_http)
listen("socks", serve_socks)
say("READY")
threading.Event().wait()

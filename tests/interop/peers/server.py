"""A TLS server on a free port: server.py CHAIN KEY echo|cut|goodbye. Prints `PORT n` when it listens.

Prints `NAME n` with the name that each client asks for."""

import os
import socket
import ssl
import sys
import threading

PATIENCE = 60
GREETING = b"the last words"


def serve(context, connection, mode):
    """Serves one connection; a client that leaves early is no error here."""
    connection.settimeout(PATIENCE)
    try:
        with context.wrap_socket(connection, server_side=True) as secured:
            if mode == "echo":
                while data := secured.recv(65536):
                    secured.sendall(data)
                secured.unwrap()
            elif mode == "cut":
                secured.sendall(GREETING)
                secured.recv(1)
                os.close(secured.detach())
            else:
                secured.sendall(GREETING)
                secured.unwrap()
    except OSError as error:
        print(f"{mode}: {error}", flush=True)


def tell_name(_connection, name, _context):
    """Prints a whole line at once: connections have threads of their own."""
    sys.stdout.write(f"NAME {name or ''}\n")
    sys.stdout.flush()


def main():
    """Listens until it is killed."""
    chain, key, mode = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.sni_callback = tell_name
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"PORT {listener.getsockname()[1]}", flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(context, connection, mode), daemon=True).start()


main()

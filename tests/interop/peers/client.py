"""Sends bytes to an echo server and compares: client.py PORT ROOT TLSv1.2|TLSv1.3 SIZE. Prints `SAME` at the end.

Certificates are checked by every rule of RFC 5280 when `strict` follows, as later Pythons do by themselves."""

import random
import select
import socket
import ssl
import sys

PATIENCE = 60


def exchange(secured, payload):
    """Sends and reads at once, since an echo server stops reading when nobody takes its answers."""
    secured.setblocking(False)
    got, sent = bytearray(), 0
    while len(got) < len(payload):
        progress = False
        try:
            if sent < len(payload):
                sent += secured.send(payload[sent:sent + 50_000])
                progress = True
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        try:
            data = secured.recv(70_000)
            if not data:
                raise SystemExit(f"the server closed after {len(got)} bytes")
            got += data
            progress = True
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        if not progress:
            waits = [secured] if sent < len(payload) else []
            ready = select.select([secured], waits, [], PATIENCE)
            if not ready[0] and not ready[1]:
                raise SystemExit(f"silence after {len(got)} bytes")
    secured.setblocking(True)
    secured.settimeout(PATIENCE)
    return bytes(got)


def main():
    """One connection."""
    port, root, version, size = sys.argv[1:5]
    context = ssl.create_default_context(cafile=root)
    if sys.argv[5:] == ["strict"]:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    only = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}[version]
    context.minimum_version = context.maximum_version = only
    payload = random.Random(int(size)).randbytes(int(size))
    with socket.create_connection(("127.0.0.1", int(port)), timeout=PATIENCE) as connection:
        with context.wrap_socket(connection, server_hostname="localhost") as secured:
            if secured.version() != version:
                raise SystemExit(f"the server chose {secured.version()}")
            if exchange(secured, payload) != payload:
                raise SystemExit("the bytes are not the same")
            # Waits for the other side's goodbye too.
            secured.unwrap()
    print("SAME", flush=True)


main()

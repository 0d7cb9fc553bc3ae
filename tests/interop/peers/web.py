"""A web server with answers of every form. Usage: web.py FOLDER [CHAIN KEY [CLIENT_AUTHORITY]]

Prints `PORT n`. Files of FOLDER are served by http.server's own handler; what else it answers says ANSWERS.
"""

import email.parser
import email.policy
import gzip
import hashlib
import http.server
import json
import ssl
import sys
import urllib.parse
import zlib

PATTERN = bytes(range(251)) * 4096

ODD_HEADERS = (
    b"x-lower: 1\r\nX-MiXeD: 2\r\nX-Twice: a\r\nX-Twice: b\r\nX-Empty:\r\nX-Tight:no blank\r\n"
    b"X-Blanks: \t both  \t\r\nX-Colons: a:b:c\r\nX-Utf8: gr\xc3\xbc\xc3\x9fe\r\nX-Latin: \xe9\r\n"
    b"Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; HttpOnly\r\nX-Long: " + b"l" * 8000 + b"\r\n"
)


def pattern(size):
    return (PATTERN * (size // len(PATTERN) + 1))[:size]


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        name, *arguments = url.path.strip("/").split("/")
        answer = ANSWERS.get(name)
        if answer is None:
            # The base class asks its own path for what to do.
            (super().do_HEAD if self.command == "HEAD" else super().do_GET)()
        else:
            answer(self, *arguments)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def tell(self, status, body, *headers):
        """An answer with a length."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def tell_raw(self, *pieces):
        """An answer as it is, with nothing added; the connection ends with it."""
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)


def size(handler, count):
    handler.tell(200, pattern(int(count)), ("Content-Type", "application/octet-stream"))


def chunked(handler, count, piece, more=None):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    note, trailer = (b";note=1", b"X-Sum: 1\r\n") if more else (b"", b"")
    body, piece = pattern(int(count)), int(piece)
    for start in range(0, len(body), piece):
        part = body[start : start + piece]
        handler.wfile.write(b"%x%s\r\n%s\r\n" % (len(part), note, part))
    handler.wfile.write(b"0\r\n%s\r\n" % trailer)


def endless(handler, version, count, connection="unsaid"):
    """Without a length: the end of the connection is the end of the body."""
    head = f"HTTP/{version} 200 OK\r\nX-Length: none\r\nConnection: {connection}\r\n\r\n"
    handler.tell_raw(head.encode(), pattern(int(count)))


def compressed(handler, coding, count):
    body = pattern(int(count))
    body = gzip.compress(body, mtime=0) if coding == "gzip" else zlib.compress(body)
    handler.tell(200, body, ("Content-Encoding", coding), ("Vary", "Accept-Encoding"))


def status(handler, code):
    """204 and 304 have no body."""
    if code in ("204", "304"):
        handler.send_response(int(code))
        handler.end_headers()
    else:
        handler.tell(int(code), f"this is {code}".encode())


def redirect(handler, code):
    handler.body()
    query = urllib.parse.urlsplit(handler.path).query
    handler.tell(int(code), b"elsewhere", ("Location", urllib.parse.unquote(query)))


def odd(handler):
    handler.tell_raw(b"HTTP/1.1 200 Fine by me\r\n", ODD_HEADERS, b"Content-Length: 3\r\n\r\nodd")


def interim(handler):
    handler.tell_raw(
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal",
    )


def bare(handler):
    """No headers at all."""
    handler.tell_raw(b"HTTP/1.0 200 OK\r\n\r\n", b"bare")


def echo(handler, *_):
    """What was asked for, as JSON."""
    body = handler.body()
    told = {
        "method": handler.command,
        "path": handler.path,
        "names": sorted(name.lower() for name in handler.headers.keys()),
        "type": handler.headers.get("Content-Type", ""),
        "x": handler.headers.get_all("X-Sent", []),
        "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    handler.tell(200, json.dumps(told).encode(), ("Content-Type", "application/json"))


def path(handler, *_):
    handler.tell(200, handler.path.encode())


def form(handler):
    """The parts of a form, by the rules of mail."""
    head = f"Content-Type: {handler.headers['Content-Type']}\r\n\r\n".encode()
    parser = email.parser.BytesParser(policy=email.policy.HTTP)
    message = parser.parsebytes(head + handler.body())
    parts = []
    for part in message.iter_parts():
        data = part.get_payload(decode=True)
        parts.append({
            "name": part.get_param("name", header="content-disposition"),
            "file": part.get_filename(),
            "type": part.get_content_type() if "content-type" in part else "",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        })

    told = {"parts": parts, "defects": [str(defect) for defect in message.defects]}
    handler.tell(200, json.dumps(told).encode())


ANSWERS = {
    "size": size,
    "chunked": chunked,
    "endless": endless,
    "compressed": compressed,
    "status": status,
    "redirect": redirect,
    "odd": odd,
    "interim": interim,
    "bare": bare,
    "echo": echo,
    "path": path,
    "form": form,
}


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    context = None

    def finish_request(self, request, client_address):
        # In the thread of this connection, so that a slow handshake holds up nobody.
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)
        if self.context:
            # Without a goodbye, a body without a length would have no end (RFC 9112 section 8).
            request.unwrap().close()

    def handle_error(self, request, client_address):
        print("ERROR", sys.exc_info()[1], flush=True)


def main():
    folder, *files = sys.argv[1:]
    server = Server(("127.0.0.1", 0), lambda *given: Handler(*given, directory=folder))
    if files:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(*files[:2])
        if files[2:]:
            server.context.verify_mode = ssl.CERT_REQUIRED
            server.context.load_verify_locations(files[2])
    print("PORT", server.server_address[1], flush=True)
    server.serve_forever()


main()

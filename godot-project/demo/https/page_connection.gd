extends "res://demo/tls_echo/tls_connection.gd"
## A client's connection to the page server: HTTP/1.1 without request bodies, one request at a time.

## A small page.
const HOME: String = "/"

## A large page that is sent slowly, so that there is progress to see and time to cancel.
const SLOW: String = "/slow"

## A redirect to the small page.
const MOVED: String = "/moved"

const HOME_PAGE: String = """<!doctype html>
<title>Rustls for Godot</title>
<p>This page was served by a Godot script over RustlsStreamPeerTLS and fetched by RustlsHTTPRequest.</p>
"""

const SLOW_BYTES: int = 24_000_000
const SLOW_BYTES_PER_SECOND: float = 4_000_000.0

## The maximum number of bytes per write.
const PIECE_BYTES: int = 128 * 1024

## A client that sends a longer request head is disconnected.
const LONGEST_HEAD: int = 16 * 1024

const REASONS: Dictionary = {
	200: "OK", 302: "Found", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
}

var _input: PackedByteArray = PackedByteArray()
var _output: PackedByteArray = PackedByteArray()
var _is_last: bool = false

## The slow page: its size, the bytes sent so far, and the start time.
var _slow_bytes: int = 0
var _slow_sent: int = 0
var _slow_since_usec: int = 0


func _work() -> bool:
	if not _flush():
		return false
	if not _output.is_empty():
		return true
	if _slow_sent < _slow_bytes:
		_go_on_slowly()
		return _flush()
	return _listen() and _flush()


## Reads more of a request, and responds when it is complete.
func _listen() -> bool:
	var received: Array = stream.get_partial_data(LONGEST_HEAD)
	if received[0] != OK:
		return false
	if _is_last:
		return true
	var bytes: PackedByteArray = received[1]
	_input.append_array(bytes)
	var text: String = _input.get_string_from_ascii()
	var end: int = text.find("\r\n\r\n")
	if end < 0:
		return _input.size() < LONGEST_HEAD
	_input = _input.slice(end + 4)
	_answer(text.get_slice("\r\n", 0).split(" "), text.left(end).to_lower())
	return true


func _answer(request_line: PackedStringArray, head: String) -> void:
	if request_line.size() != 3 or not request_line[2].begins_with("HTTP/1."):
		_put(400, "text/plain", "Not an HTTP request.\n", [], true)
		return
	var has_body: bool = head.contains("\r\ncontent-length:") or head.contains("\r\ntransfer-encoding:")
	var is_head: bool = request_line[0] == "HEAD"
	if has_body or not (is_head or request_line[0] == "GET"):
		# The body is not read, so no further request can be found behind it.
		_is_last = true
		_put(405, "text/plain", "Only GET and HEAD are supported.\n", ["Allow: GET, HEAD", "Connection: close"], true)
		return
	match request_line[1].get_slice("?", 0):
		HOME:
			_put(200, "text/html; charset=utf-8", HOME_PAGE, [], not is_head)
		SLOW:
			_put_head(200, "application/octet-stream", SLOW_BYTES, [])
			if not is_head:
				_begin_slowly()
		MOVED:
			_put(302, "text/plain", "See %s\n" % HOME, ["Location: %s" % HOME], not is_head)
		_:
			_put(404, "text/plain", "This page does not exist.\n", [], not is_head)


func _put(code: int, type: String, text: String, lines: Array[String], with_body: bool) -> void:
	var body: PackedByteArray = text.to_utf8_buffer()
	_put_head(code, type, body.size(), lines)
	if with_body:
		_output.append_array(body)


func _put_head(code: int, type: String, length: int, lines: Array[String]) -> void:
	var head: Array[String] = [
		"HTTP/1.1 %d %s" % [code, REASONS[code]], "Server: Rustls demo", "Content-Type: %s" % type,
		"Content-Length: %d" % length, "Cache-Control: no-store",
	]
	_output.append_array(("\r\n".join(head + lines) + "\r\n\r\n").to_ascii_buffer())


func _begin_slowly() -> void:
	_slow_bytes = SLOW_BYTES
	_slow_sent = 0
	_slow_since_usec = Time.get_ticks_usec()


func _go_on_slowly() -> void:
	var seconds: float = (Time.get_ticks_usec() - _slow_since_usec) / 1e6
	var due: int = mini(int(seconds * SLOW_BYTES_PER_SECOND), _slow_bytes)
	var size: int = clampi(due - _slow_sent, 0, PIECE_BYTES)
	_output.resize(size)
	_slow_sent += size


## Sends as much as the connection accepts. Returns false if the connection is lost.
func _flush() -> bool:
	if _output.is_empty():
		return true
	var sent: Array = stream.put_partial_data(_output)
	var taken: int = sent[1]
	_output = _output.slice(taken)
	return sent[0] == OK

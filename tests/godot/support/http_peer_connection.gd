extends RefCounted
## One connection of the scripted HTTP server: reads a request, runs the steps of its response, reads the next one.


const Request := preload("res://support/http_peer_request.gd")

const SLICE := 65536
const NOTHING: PackedByteArray = []

## The number of this connection on its server.
var number: int
## True if the connection has ended, on either side.
var is_over: bool = false

var _tcp: StreamPeerTCP
var _stream: StreamPeer
var _identity: TLSOptions
var _answer_to: Callable
var _reads_bodies: Callable
var _got: PackedByteArray = []
var _steps: Array = []
var _sending: PackedByteArray = []
var _sent: int = 0
var _resume_at: int = 0
var _gate: Array = [true]
var _is_silent: bool = false


## [param answer_to] returns the steps for a request. [param reads_bodies] returns whether to wait for its body first.
func _init(tcp: StreamPeerTCP, count: int, greeting: Array, answer_to: Callable, reads_bodies: Callable) -> void:
	_tcp = tcp
	_tcp.set_no_delay(true)
	_stream = tcp
	number = count
	_steps = greeting.duplicate()
	_answer_to = answer_to
	_reads_bodies = reads_bodies


## Starts TLS, now or later with the step [code]&"secure"[/code].
func secure_with(identity: TLSOptions, at_once: bool) -> void:
	_identity = identity
	if at_once:
		_begin_tls()


## Does the work that is possible without waiting. Returns false if there was none.
func advance() -> bool:
	_tcp.poll()
	if _tcp.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		is_over = true
		return false
	if _stream is StreamPeerTLS and not _pump_tls():
		return false
	if _sent < _sending.size():
		return _send()
	if Time.get_ticks_usec() < _resume_at or _is_silent or not _gate[0]:
		return false
	if not _steps.is_empty():
		_play(_steps.pop_front())
		return true
	return _read()


## Closes the connection, with or without a close_notify.
func close(with_goodbye: bool = true) -> void:
	if with_goodbye and _stream is StreamPeerTLS:
		(_stream as StreamPeerTLS).disconnect_from_stream()
	_tcp.disconnect_from_host()
	is_over = true


func _begin_tls() -> void:
	var tls: StreamPeerTLS = StreamPeerTLS.new()
	tls.accept_stream(_tcp, _identity)
	_stream = tls


func _pump_tls() -> bool:
	var tls: StreamPeerTLS = _stream
	if tls.get_status() == StreamPeerTLS.STATUS_HANDSHAKING or tls.get_status() == StreamPeerTLS.STATUS_CONNECTED:
		tls.poll()
	if tls.get_status() == StreamPeerTLS.STATUS_HANDSHAKING:
		return false
	if tls.get_status() != StreamPeerTLS.STATUS_CONNECTED:
		close(false)
		return false
	return true


func _play(step: Variant) -> void:
	match typeof(step):
		TYPE_PACKED_BYTE_ARRAY:
			_sending = step
			_sent = 0
		TYPE_INT:
			_resume_at = Time.get_ticks_usec() + (step as int) * 1000
		TYPE_ARRAY:
			_gate = step
		TYPE_CALLABLE:
			_sending = (step as Callable).call()
			_sent = 0
			if not _sending.is_empty():
				_steps.push_front(step)
		_:
			_act(step)


func _act(action: StringName) -> void:
	match action:
		&"close":
			close()
		&"cut":
			close(false)
		&"hang":
			_is_silent = true
		&"secure":
			_begin_tls()
		_:
			push_error("the HTTP peer knows no step \"%s\"" % action)
			close(false)


func _send() -> bool:
	# A TLS stream that could not send expects the same bytes again.
	var result: Array = _stream.put_partial_data(_sending.slice(_sent, _sent + SLICE))
	if result[0] != OK:
		is_over = true
		return false
	_sent += result[1]
	return result[1] > 0


func _read() -> bool:
	var result: Array = _stream.get_partial_data(SLICE)
	if result[0] != OK:
		close(false)
		return false
	_got.append_array(result[1])
	var request: Request = _take_request()
	if request == null:
		return not (result[1] as PackedByteArray).is_empty()
	request.connection = number
	request.is_secure = _stream is StreamPeerTLS
	_steps = (_answer_to.call(request) as Array).duplicate()
	return true


## Returns the complete request and removes it from the received bytes.
func _take_request() -> Request:
	var end: int = _find(_got, Request.SEPARATOR.to_ascii_buffer(), 0)
	if end < 0:
		return null
	var request: Request = Request.new(_got.slice(0, end + 4))
	var begin: int = end + 4
	if not _reads_bodies.call(request):
		_got = _got.slice(begin)
		return request
	if request.value("Transfer-Encoding") == "chunked":
		return _take_chunks(request, begin)
	var after: int = begin + request.value("Content-Length").to_int()
	if _got.size() < after:
		return null
	request.body = _got.slice(begin, after)
	_got = _got.slice(after)
	return request


func _take_chunks(request: Request, begin: int) -> Request:
	var line_end: PackedByteArray = "\r\n".to_ascii_buffer()
	while true:
		var end: int = _find(_got, line_end, begin)
		if end < 0:
			return null
		var size: int = _got.slice(begin, end).get_string_from_ascii().hex_to_int()
		if _got.size() < end + 2 + size + 2:
			return null
		request.body.append_array(_got.slice(end + 2, end + 2 + size))
		begin = end + 2 + size + 2
		if size == 0:
			_got = _got.slice(begin)
			return request
	return null


static func _find(bytes: PackedByteArray, part: PackedByteArray, from: int) -> int:
	var start: int = bytes.find(part[0], from)
	while start >= 0:
		if bytes.slice(start, start + part.size()) == part:
			return start
		start = bytes.find(part[0], start + 1)
	return -1

extends RefCounted
## Connects to any TLS server and tells in words how that went.

const Endpoint := preload("res://demo/tls_echo/endpoint.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## The class whose constants name the causes of a failure.
const STREAM_CLASS: StringName = &"RustlsStreamPeerTLS"

## How long an established connection is watched before it counts as good.
const LINGER_USEC: int = 250_000

## True when the server was reached and trusted.
var succeeded: bool = false

## The result in one line: success or the name of the cause.
var headline: String = ""

## The rest of it: what was negotiated, or what is wrong and what to do.
var words: String = ""

var _stream: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()
var _endpoint: Endpoint
var _started_usec: int = 0
var _connected_usec: int = 0
var _running: bool = false


## Begins to connect to [param endpoint], with the default trust.
func start(endpoint: Endpoint) -> void:
	_endpoint = endpoint
	_running = true
	_started_usec = Time.get_ticks_usec()
	var error: Error = _stream.connect_to_host(endpoint.host, endpoint.port)
	if error != OK:
		_conclude(error)


## Goes on; call it once a frame. True while there is no result.
func poll() -> bool:
	if not _running:
		return false
	_stream.poll()
	match _stream.get_status():
		RustlsStreamPeerTLS.STATUS_HANDSHAKING:
			pass
		RustlsStreamPeerTLS.STATUS_CONNECTED:
			_linger()
		_:
			_conclude(OK)
	return _running


## The name of a cause as the class has it: [code]CAUSE_EXPIRED[/code].
static func cause_name(code: int) -> String:
	return Words.constant_name(STREAM_CLASS, "CAUSE_", code)


## Protocol, cipher suite and key exchange group of a connection.
static func negotiated(stream: RustlsStreamPeerTLS) -> String:
	return "%s · %s · %s" % [
			stream.get_protocol_version(), stream.get_cipher_suite(),
			stream.get_key_exchange_group()]


## Waits a moment with an established connection: with TLS 1.3 a server checks the client only after
## the client has seen its own side done.
func _linger() -> void:
	if words.is_empty():
		_connected_usec = Time.get_ticks_usec()
		words = negotiated(_stream)
	elif Time.get_ticks_usec() - _connected_usec > LINGER_USEC:
		_conclude(OK)


func _conclude(error: Error) -> void:
	_running = false
	succeeded = _stream.get_status() == RustlsStreamPeerTLS.STATUS_CONNECTED \
			or (not words.is_empty() and _ended_in_order())
	if succeeded:
		headline = "Connected to %s in %s" % [_endpoint, _took(_connected_usec)]
		_stream.disconnect_from_stream()
		return
	headline = "%s after %s" % [
			cause_name(_stream.get_last_error_code()), _took(Time.get_ticks_usec())]
	words = _stream.get_last_error()
	if words.is_empty():
		words = "connect_to_host: %s" % error_string(error)


func _ended_in_order() -> bool:
	return _stream.get_last_error_code() == RustlsStreamPeerTLS.CAUSE_NONE \
			or _stream.get_last_error_code() == RustlsStreamPeerTLS.CAUSE_CLOSED


func _took(until_usec: int) -> String:
	return Words.duration(until_usec - _started_usec)

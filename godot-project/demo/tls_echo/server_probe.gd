extends RefCounted
## Connects to any TLS server and describes the result.

const Endpoint := preload("res://demo/tls_echo/endpoint.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## The class that has the [code]CAUSE_*[/code] constants.
const STREAM_CLASS: StringName = &"RustlsStreamPeerTLS"

## An established connection counts as successful after this time.
const LINGER_USEC: int = 250_000

## True if the server was reached and is trusted.
var succeeded: bool = false

## The result in one line: success, or the name of the cause.
var headline: String = ""

## The details: the negotiated parameters, or the error message.
var words: String = ""

var _stream: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()
var _endpoint: Endpoint
var _started_usec: int = 0
var _connected_usec: int = 0
var _running: bool = false


## Starts to connect to [param endpoint], with the default trusted roots.
func start(endpoint: Endpoint) -> void:
	_endpoint = endpoint
	_running = true
	_started_usec = Time.get_ticks_usec()
	var error: Error = _stream.connect_to_host(endpoint.host, endpoint.port)
	if error != OK:
		_conclude(error)


## Continues to connect. Call it once per frame. Returns true while there is no result.
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


## Returns the name of the constant of a cause, such as [code]CAUSE_EXPIRED[/code].
static func cause_name(code: int) -> String:
	return Words.constant_name(STREAM_CLASS, "CAUSE_", code)


## Returns the protocol version, cipher suite and key exchange group of a connection.
static func negotiated(stream: RustlsStreamPeerTLS) -> String:
	return "%s · %s · %s" % [
			stream.get_protocol_version(), stream.get_cipher_suite(),
			stream.get_key_exchange_group()]


## Keeps an established connection open for a moment: in TLS 1.3 a server verifies the client only after
## the client's own handshake is complete.
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

extends RefCounted
## Connects to any TLS server and tells in words how that went.

const Endpoint := preload("res://demo/tls_echo/endpoint.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## The class whose constants name the causes of a failure.
const STREAM_CLASS: StringName = &"RustlsStreamPeerTLS"

## True when the server was reached and trusted.
var succeeded: bool = false

## The result in one line: success or the name of the cause.
var headline: String = ""

## The rest of it: what was negotiated, or what is wrong and what to do.
var words: String = ""

var _stream: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()
var _endpoint: Endpoint
var _started_usec: int = 0
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
	if _stream.get_status() != RustlsStreamPeerTLS.STATUS_HANDSHAKING:
		_conclude(OK)
	return _running


## The name of a cause as the class has it: [code]CAUSE_EXPIRED[/code].
static func cause_name(code: int) -> String:
	for constant: String in ClassDB.class_get_integer_constant_list(STREAM_CLASS, true):
		if constant.begins_with("CAUSE_") \
				and ClassDB.class_get_integer_constant(STREAM_CLASS, constant) == code:
			return constant
	return "cause %d" % code


func _conclude(error: Error) -> void:
	_running = false
	var took: String = Words.duration(Time.get_ticks_usec() - _started_usec)
	succeeded = _stream.get_status() == RustlsStreamPeerTLS.STATUS_CONNECTED
	if succeeded:
		headline = "Connected to %s in %s" % [_endpoint, took]
		words = negotiated(_stream)
		_stream.disconnect_from_stream()
		return
	headline = "%s after %s" % [cause_name(_stream.get_last_error_code()), took]
	words = _stream.get_last_error()
	if words.is_empty():
		words = "connect_to_host: %s" % error_string(error)


## Protocol, cipher suite and key exchange group of a connection.
static func negotiated(stream: RustlsStreamPeerTLS) -> String:
	return "%s · %s · %s" % [
			stream.get_protocol_version(), stream.get_cipher_suite(),
			stream.get_key_exchange_group()]

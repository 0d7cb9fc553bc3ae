extends RefCounted
## A TLS client of the echo server: a TCP connection, and TLS over it once it is established.

## The TLS stream. Its status and error message describe the connection.
var stream: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()

## The duration of the TLS handshake in microseconds.
var handshake_usec: int = 0

var _tcp: StreamPeerTCP = StreamPeerTCP.new()
var _server_name: String = ""
var _options: RustlsTLSOptions = null
var _problem: String = ""
var _started_usec: int = 0


## Starts to connect to [param port] of [param address]. The certificate must be for
## [param server_name]. Null options mean the default trusted roots.
func start(address: String, port: int, server_name: String, options: RustlsTLSOptions) -> void:
	_server_name = server_name
	_options = options
	var error: Error = _tcp.connect_to_host(address, port)
	if error != OK:
		_problem = "TCP to %s:%d: %s" % [address, port, error_string(error)]


## Continues to connect. Call it once per frame until [method is_settled] returns true.
func poll() -> void:
	if is_settled():
		return
	if _started_usec != 0:
		stream.poll()
	else:
		_tcp.poll()
		match _tcp.get_status():
			StreamPeerTCP.STATUS_CONNECTED:
				_secure()
			StreamPeerTCP.STATUS_ERROR, StreamPeerTCP.STATUS_NONE:
				_problem = "the TCP connection was refused"
	if is_open():
		handshake_usec = Time.get_ticks_usec() - _started_usec


## Returns whether the connection is established or has failed.
func is_settled() -> bool:
	if not _problem.is_empty():
		return true
	return _started_usec != 0 and stream.get_status() != RustlsStreamPeerTLS.STATUS_HANDSHAKING


## Returns whether the connection is established.
func is_open() -> bool:
	return stream.get_status() == RustlsStreamPeerTLS.STATUS_CONNECTED


## Returns the error message if there is no connection.
func get_problem() -> String:
	return _problem if not _problem.is_empty() else stream.get_last_error()


## Closes the TLS connection with a close_notify, and then the TCP connection.
func stop() -> void:
	stream.disconnect_from_stream()
	_tcp.disconnect_from_host()


func _secure() -> void:
	_tcp.set_no_delay(true)
	_started_usec = Time.get_ticks_usec()
	var error: Error = stream.connect_to_stream(_tcp, _server_name, _options)
	if error != OK and stream.get_last_error().is_empty():
		_problem = "connect_to_stream: %s" % error_string(error)

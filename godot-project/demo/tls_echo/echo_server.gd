extends RefCounted
## A TLS server on the loopback address that sends back whatever it gets.
##
## It has no thread and never waits: call [method poll] once a frame, as in a game.

const ADDRESS: String = "127.0.0.1"

## How much is read at once. A connection holds no more than this, however slowly its client reads.
const CHUNK_BYTES: int = 256 * 1024

## How many chunks one connection may echo in one [method poll], so that none starves the others.
const CHUNKS_PER_POLL: int = 8

var _listener: TCPServer = TCPServer.new()
var _options: RustlsTLSOptions = null
var _connections: Array[Connection] = []
var _refusal_count: int = 0


## Listens on a free port, with the identity in two files. Returns what went wrong, or nothing.
func start(key_path: String, certificate_path: String) -> String:
	_options = RustlsTLSOptions.server_from_files(key_path, certificate_path)
	var problem: String = _options.get_error()
	if not problem.is_empty():
		return problem
	var error: Error = _listener.listen(0, ADDRESS)
	return "" if error == OK else "listening on %s: %s" % [ADDRESS, error_string(error)]


## From now on asks new clients for a certificate that [param trusted_chain] vouches for; those
## that have none are served all the same.
func ask_clients(trusted_chain: X509Certificate) -> Error:
	return _options.set_client_authentication(
			RustlsTLSOptions.CLIENT_AUTHENTICATION_OPTIONAL, trusted_chain)


## The names of all clients that have shown a certificate.
func get_client_names() -> PackedStringArray:
	var names: PackedStringArray = PackedStringArray()
	for connection: Connection in _connections:
		for shown: RustlsCertificateInfo in connection.stream.get_peer_certificates().slice(0, 1):
			names.append(shown.common_name)
	return names


## The port it listens on.
func get_port() -> int:
	return _listener.get_local_port()


## How many handshakes have failed: clients that refused the server, or the other way round.
func get_refusal_count() -> int:
	return _refusal_count


## Takes new clients and serves all of them for a moment.
func poll() -> void:
	while _listener.is_connection_available():
		var connection: Connection = Connection.new()
		if connection.accept(_listener.take_connection(), _options) == OK:
			_connections.append(connection)
	for i: int in range(_connections.size() - 1, -1, -1):
		if not _connections[i].serve():
			_refusal_count += int(_connections[i].is_refused())
			_connections.remove_at(i)


## Says goodbye to all clients and stops listening.
func stop() -> void:
	for connection: Connection in _connections:
		connection.stream.disconnect_from_stream()
	_connections.clear()
	_listener.stop()


## One client: its TLS stream and what it still has to get back.
class Connection:
	extends RefCounted

	var stream: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()

	var _pending: PackedByteArray = PackedByteArray()


	func accept(tcp: StreamPeerTCP, options: RustlsTLSOptions) -> Error:
		tcp.set_no_delay(true)
		return stream.accept_stream(tcp, options)


	## Serves the client; false when it is gone.
	func serve() -> bool:
		stream.poll()
		var status: int = stream.get_status()
		if status == RustlsStreamPeerTLS.STATUS_CONNECTED:
			return _echo()
		return status == RustlsStreamPeerTLS.STATUS_HANDSHAKING


	## True when the handshake failed.
	func is_refused() -> bool:
		return stream.get_status() == RustlsStreamPeerTLS.STATUS_ERROR


	func _echo() -> bool:
		for _round: int in CHUNKS_PER_POLL:
			if _pending.is_empty():
				var received: Array = stream.get_partial_data(CHUNK_BYTES)
				if received[0] != OK:
					return false
				_pending = received[1]
				if _pending.is_empty():
					return true
			var sent: Array = stream.put_partial_data(_pending)
			if sent[0] != OK:
				return false
			var taken: int = sent[1]
			_pending = PackedByteArray() if taken == _pending.size() else _pending.slice(taken)
			if not _pending.is_empty():
				return true
		return true

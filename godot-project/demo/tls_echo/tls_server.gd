extends RefCounted
## A TLS server on the loopback address. Derived classes serve the clients.
##
## The server has no thread and never waits: call [method poll] once per frame, as in a game.

const TlsConnection := preload("res://demo/tls_echo/tls_connection.gd")

const ADDRESS: String = "127.0.0.1"

var _listener: TCPServer = TCPServer.new()
var _options: RustlsTLSOptions = null
var _connections: Array[TlsConnection] = []
var _refusal_count: int = 0


## Listens on a free port, with the identity in two files. Returns an error message, or an empty string.
func start(key_path: String, certificate_path: String) -> String:
	_options = RustlsTLSOptions.server_from_files(key_path, certificate_path)
	var problem: String = _options.get_error()
	if not problem.is_empty():
		return problem
	var error: Error = _listener.listen(0, ADDRESS)
	return "" if error == OK else "listening on %s: %s" % [ADDRESS, error_string(error)]


## Returns the port that the server listens on.
func get_port() -> int:
	return _listener.get_local_port()


## Returns the number of failed handshakes: clients that refused the server, or were refused.
func get_refusal_count() -> int:
	return _refusal_count


## Accepts new clients and serves all clients for a moment.
func poll() -> void:
	while _listener.is_connection_available():
		var connection: TlsConnection = _make_connection()
		if connection.accept(_listener.take_connection(), _options) == OK:
			_connections.append(connection)
	for i: int in range(_connections.size() - 1, -1, -1):
		if not _connections[i].serve():
			_refusal_count += int(_connections[i].is_refused())
			_connections.remove_at(i)


## Closes all connections with a close_notify and stops listening.
func stop() -> void:
	for connection: TlsConnection in _connections:
		connection.stream.disconnect_from_stream()
	_connections.clear()
	_listener.stop()


## Creates the connection that serves a new client.
func _make_connection() -> TlsConnection:
	return TlsConnection.new()

extends "res://transports/transport.gd"
## What TLS connections of either kind have in common: identity, handshake, and the clock on every call.


## The certificate is for all hosts of a domain, so that every connection can ask for another one.
const CERTIFICATE_NAME := "*.bench.test"
const KEY_BITS := 2048

enum Status { DISCONNECTED, HANDSHAKING, CONNECTED }

## How long the last handshake took, from the first call to both sides connected, in microseconds.
var handshake_usec: int = 0

var _client_options: RefCounted
var _server_options: RefCounted
var _host: int = 0


## All ways share one identity: a self-signed RSA certificate as a game's server makes it, trusted by the client.
func use_identity(key: CryptoKey, certificate: X509Certificate) -> void:
	_client_options = _make_client_options(certificate)
	_server_options = _make_server_options(key, certificate)


## Opens a connection with a full handshake: no host was ever asked before, so no session can be resumed.
func open() -> Array[StreamPeer]:
	_host += 1
	return _secure(_open_tcp(), "host%d.bench.test" % _host)


## Opens a connection to the same host each time: a stream that resumes sessions does so.
func open_again() -> Array[StreamPeer]:
	return _secure(_open_tcp(), "again.bench.test")


func _secure(bases: Array[StreamPeer], host: String) -> Array[StreamPeer]:
	longest_call_usec = 0
	if bases.is_empty():
		return []
	var started: int = Time.get_ticks_usec()
	var client: StreamPeer = _make_stream()
	var server: StreamPeer = _make_stream()
	_clocked(server.call.bind(&"accept_stream", bases[1], _server_options))
	_clocked(client.call.bind(&"connect_to_stream", bases[0], host, _client_options))
	var poll_client: Callable = client.call.bind(&"poll")
	var poll_server: Callable = server.call.bind(&"poll")
	while Time.get_ticks_usec() - started < PATIENCE_USEC:
		var client_status: int = client.call(&"get_status")
		var server_status: int = server.call(&"get_status")
		if client_status not in [Status.HANDSHAKING, Status.CONNECTED]:
			break
		if server_status not in [Status.HANDSHAKING, Status.CONNECTED]:
			break
		# The engine's server says CONNECTED from the start; it is done when it has read the client's last flight.
		if client_status == Status.CONNECTED and server_status == Status.CONNECTED:
			if bases[1].get_available_bytes() == 0:
				handshake_usec = Time.get_ticks_usec() - started
				# Any use of the connection reads what a later session is resumed with.
				poll_client.call()
				return [client, server]
		_clocked(poll_client)
		_clocked(poll_server)
	return []


func _clocked(work: Callable) -> void:
	var started: int = Time.get_ticks_usec()
	work.call()
	longest_call_usec = maxi(longest_call_usec, Time.get_ticks_usec() - started)


func _make_stream() -> StreamPeer:
	return null


func _make_client_options(_trusted: X509Certificate) -> RefCounted:
	return null


func _make_server_options(_key: CryptoKey, _own: X509Certificate) -> RefCounted:
	return null

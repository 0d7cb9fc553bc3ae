extends "res://transports/transport.gd"
## What TLS connections of either kind have in common: identity, handshake, and the clock on every call.


const NAME := "localhost"
const KEY_BITS := 2048

enum Status { DISCONNECTED, HANDSHAKING, CONNECTED }

var _certificate: X509Certificate
var _server_options: RefCounted


## All ways share one identity: a self-signed RSA certificate as a game's server makes it, trusted by the client.
func use_identity(key: CryptoKey, certificate: X509Certificate) -> void:
	_certificate = certificate
	_server_options = _make_server_options(key, certificate)


func open() -> Array[StreamPeer]:
	longest_call_usec = 0
	var bases: Array[StreamPeer] = _open_tcp()
	if bases.is_empty():
		return []
	var client: StreamPeer = _make_stream()
	var server: StreamPeer = _make_stream()
	_clocked(server.call.bind(&"accept_stream", bases[1], _server_options))
	# Fresh options for every connection, because a client that knows the server would resume its session.
	_clocked(client.call.bind(&"connect_to_stream", bases[0], NAME, _make_client_options(_certificate)))
	var poll_client: Callable = client.call.bind(&"poll")
	var poll_server: Callable = server.call.bind(&"poll")
	var deadline: int = Time.get_ticks_usec() + PATIENCE_USEC
	while true:
		var client_status: int = client.call(&"get_status")
		var server_status: int = server.call(&"get_status")
		# The engine's server says CONNECTED from the start; it is done when it has read the client's last flight.
		if client_status == Status.CONNECTED and server_status == Status.CONNECTED:
			if bases[1].get_available_bytes() == 0:
				return [client, server]
		elif client_status not in [Status.HANDSHAKING, Status.CONNECTED]:
			break
		elif server_status not in [Status.HANDSHAKING, Status.CONNECTED]:
			break
		_clocked(poll_client)
		_clocked(poll_server)
		if Time.get_ticks_usec() > deadline:
			break
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

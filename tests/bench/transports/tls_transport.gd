extends "res://transports/transport.gd"
## What TLS connections of either kind have in common: options for each identity, and handshakes.


const Identity := preload("res://transports/identity.gd")
const TlsPair := preload("res://transports/tls_pair.gd")

## Who the server is where a measure does not care.
var identity: Identity
## How long the last handshake took, from the first call to both sides connected, in microseconds.
var handshake_usec: int = 0
## The longest single call of the last handshake, in microseconds.
var longest_call_usec: int = 0

## Client's and server's options by identity: sessions are kept with the options.
var _options: Dictionary = {}
var _host: int = 0


## Opens a connection with a full handshake. An empty answer says that it failed.
func open() -> Array[StreamPeer]:
	return open_as(identity)


## Opens a connection with a full handshake to a server of that identity.
func open_as(server: Identity) -> Array[StreamPeer]:
	return _finish(begin(server, open_tcp()))


## Opens a connection to the same host each time: a stream that resumes sessions does so.
func open_again(server: Identity) -> Array[StreamPeer]:
	return _finish(_begin(server, open_tcp(), "again.bench.test"))


## Begins a full handshake over an open connection: no host was ever asked before, so no session can be resumed.
func begin(server: Identity, bases: Array[StreamPeer]) -> TlsPair:
	_host += 1
	return _begin(server, bases, "host%d.bench.test" % _host)


## Whether its streams can resume sessions at all.
func can_resume() -> bool:
	return false


## Whether this end's session was resumed.
func is_resumed(_end: StreamPeer) -> bool:
	return false


func _begin(server: Identity, bases: Array[StreamPeer], host: String) -> TlsPair:
	if bases.is_empty():
		return null
	if not _options.has(server):
		_options[server] = [_make_client_options(server.certificate), _make_server_options(server.key, server.certificate)]
	var options: Array = _options[server]
	var pair: TlsPair = TlsPair.new(bases, _make_stream(), _make_stream())
	pair.begin(host, options[0], options[1])
	return pair


func _finish(pair: TlsPair) -> Array[StreamPeer]:
	while pair != null and not pair.has_failed() and pair.age_usec() < PATIENCE_USEC:
		if pair.is_done():
			handshake_usec = pair.age_usec()
			longest_call_usec = pair.longest_call_usec()
			# Any use of the connection reads what a later session is resumed with.
			pair.client.call(&"poll")
			return [pair.client, pair.server]
		pair.poll()
	return []


func _make_stream() -> StreamPeer:
	return null


func _make_client_options(_trusted: X509Certificate) -> RefCounted:
	return null


func _make_server_options(_key: CryptoKey, _own: X509Certificate) -> RefCounted:
	return null

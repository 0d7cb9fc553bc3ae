extends RefCounted
## Both ends of a TLS connection, from the calls that begin it until both are connected, with a clock on every call.
##
## An end may do its work elsewhere and need any number of calls: whoever polls goes on until it is done or late.


enum Status { DISCONNECTED, HANDSHAKING, CONNECTED }

var client: StreamPeer
var server: StreamPeer
## How long the two calls that begin it took, in microseconds.
var begin_usec: PackedInt64Array = []
## How long each poll() of either end took, in microseconds.
var poll_usec: PackedInt64Array = []

var _bases: Array[StreamPeer]
var _begun: int = 0


## [param bases] are the ends of an open connection, the client's first; the others are the streams over them.
func _init(bases: Array[StreamPeer], client_end: StreamPeer, server_end: StreamPeer) -> void:
	_bases = bases
	client = client_end
	server = server_end


## Begins the handshake at both ends.
func begin(host: String, client_options: RefCounted, server_options: RefCounted) -> void:
	_begun = Time.get_ticks_usec()
	server.call(&"accept_stream", _bases[1], server_options)
	var between: int = Time.get_ticks_usec()
	client.call(&"connect_to_stream", _bases[0], host, client_options)
	begin_usec = [between - _begun, Time.get_ticks_usec() - between]


## Polls both ends.
func poll() -> void:
	var started: int = Time.get_ticks_usec()
	client.call(&"poll")
	var between: int = Time.get_ticks_usec()
	server.call(&"poll")
	poll_usec.append(between - started)
	poll_usec.append(Time.get_ticks_usec() - between)


## The time since it was begun, in microseconds.
func age_usec() -> int:
	return Time.get_ticks_usec() - _begun


## Whether the handshake is over at both ends.
func is_done() -> bool:
	# The engine's server says CONNECTED from the start; it is done when it has read the client's last flight.
	return client.call(&"get_status") == Status.CONNECTED and server.call(&"get_status") == Status.CONNECTED \
		and _bases[1].get_available_bytes() == 0


## Whether there is no hope left for one of the ends.
func has_failed() -> bool:
	var living: Array[Status] = [Status.HANDSHAKING, Status.CONNECTED]
	return client.call(&"get_status") not in living or server.call(&"get_status") not in living


## The longest of all calls, in microseconds: what a frame of a game would feel.
func longest_call_usec() -> int:
	var longest: int = 0
	for took: int in begin_usec + poll_usec:
		longest = maxi(longest, took)
	return longest

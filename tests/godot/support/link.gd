extends RefCounted
## A TLS client and a TLS server over one connection, driven by hand from one thread.
##
## All methods pump until a condition is true or a deadline passes; no method sleeps to let things happen.


const Stack := preload("res://support/stack.gd")
const Fixtures := preload("res://support/fixtures.gd")

## After this many idle rounds the thread pauses for a moment.
const BUSY_ROUNDS := 200
const PAUSE_USEC := 100
const CHUNK := 65536
## The time limit for the second side to notice that the first one failed.
const FAREWELL_SECONDS := 0.5

var client_stack: Stack
var server_stack: Stack
var client: StreamPeer
var server: StreamPeer
var client_base: StreamPeer
var server_base: StreamPeer
## The return value of connect_to_stream.
var connect_error: int = -1
## The return value of accept_stream.
var accept_error: int = -1


## Does not start the handshake. Without [param ends] (the client's first) a new loopback TCP connection is used.
func _init(client_side: Stack, server_side: Stack, ends: Array[StreamPeer] = []) -> void:
	var bases: Array[StreamPeer] = ends if not ends.is_empty() else tcp_pair()
	client_stack = client_side
	server_stack = server_side
	client_base = bases[0]
	server_base = bases[1]
	client = client_side.stream()
	server = server_side.stream()


## Returns two ends of a loopback TCP connection, the connecting end first.
static func tcp_pair() -> Array[StreamPeer]:
	var listener: TCPServer = TCPServer.new()
	var near: StreamPeerTCP = StreamPeerTCP.new()
	var far: Array[StreamPeerTCP] = [null]
	listener.listen(0, "127.0.0.1")
	near.connect_to_host("127.0.0.1", listener.get_local_port())
	wait_until(func() -> bool:
		near.poll()
		if far[0] == null and listener.is_connection_available():
			far[0] = listener.take_connection()
		return far[0] != null and near.get_status() == StreamPeerTCP.STATUS_CONNECTED)
	listener.stop()
	near.set_no_delay(true)
	far[0].set_no_delay(true)
	return [near, far[0]]


## Calls [param condition] until it is true, for at most [param seconds].
static func wait_until(condition: Callable, seconds: float = 10.0) -> bool:
	var deadline: int = Time.get_ticks_usec() + int(seconds * 1e6)
	var rounds: int = 0
	while not condition.call():
		if Time.get_ticks_usec() > deadline:
			return false
		rounds += 1
		if rounds > BUSY_ROUNDS:
			OS.delay_usec(PAUSE_USEC)
	return true


## Returns the status of a TLS stream of either kind.
static func status(tls: StreamPeer) -> int:
	return tls.call(&"get_status")


## Polls a TLS stream if its status allows that, and the underlying TCP connection.
static func poll(tls: StreamPeer, base: StreamPeer = null) -> void:
	if base is StreamPeerTCP:
		(base as StreamPeerTCP).poll()
	if status(tls) == Stack.Status.HANDSHAKING or status(tls) == Stack.Status.CONNECTED:
		tls.call(&"poll")


## Reads the available bytes without waiting; none unless connected.
static func read_some(tls: StreamPeer, limit: int = CHUNK) -> PackedByteArray:
	if status(tls) != Stack.Status.CONNECTED:
		return PackedByteArray()
	return tls.get_partial_data(limit)[1]


## Reads exactly [param count] bytes, or those that arrived before the deadline or the end.
static func read_exactly(tls: StreamPeer, count: int, seconds: float = 10.0) -> PackedByteArray:
	var bytes: PackedByteArray = []
	wait_until(func() -> bool:
		bytes.append_array(read_some(tls, count - bytes.size()))
		return bytes.size() >= count or status(tls) != Stack.Status.CONNECTED, seconds)
	return bytes


## Starts both sides.
func start(common_name: String, client_options: RefCounted, server_options: RefCounted) -> void:
	accept_error = server.call(&"accept_stream", server_base, server_options)
	connect_error = client.call(&"connect_to_stream", client_base, common_name, client_options)


## Polls both sides once.
func pump() -> void:
	poll(client, client_base)
	poll(server, server_base)


## Pumps until both sides are connected. Returns false if one of them failed or the deadline passed.
func handshake(seconds: float = 10.0) -> bool:
	wait_until(func() -> bool:
		pump()
		return not is_handshaking() or has_failed(), seconds)
	if not is_connected_on_both_sides():
		# The other side is notified by an alert, if possible.
		pump_until(func() -> bool: return not is_handshaking(), FAREWELL_SECONDS)
		return false
	# The engine's server says CONNECTED before its handshake is done; the client's last flight is on its way by now.
	return wait_until(func() -> bool: return _server_took_the_last_flight(), seconds)


## Returns whether one of the sides is still in its handshake.
func is_handshaking() -> bool:
	return status(client) == Stack.Status.HANDSHAKING or status(server) == Stack.Status.HANDSHAKING


## Returns whether one of the sides is neither in its handshake nor connected.
func has_failed() -> bool:
	var alive: Array[int] = [Stack.Status.HANDSHAKING, Stack.Status.CONNECTED]
	return status(client) not in alive or status(server) not in alive


## Returns whether both sides have the status CONNECTED.
func is_connected_on_both_sides() -> bool:
	return status(client) == Stack.Status.CONNECTED and status(server) == Stack.Status.CONNECTED


## Pumps until [param condition] is true.
func pump_until(condition: Callable, seconds: float = 10.0) -> bool:
	return wait_until(func() -> bool:
		pump()
		return condition.call(), seconds)


func _server_took_the_last_flight() -> bool:
	pump()
	return server_base.get_available_bytes() == 0

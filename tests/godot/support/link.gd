extends RefCounted
## A TLS client and a TLS server over one connection, driven by hand from one thread.
##
## Everything here pumps until a condition holds or a deadline passes; nothing sleeps to let things happen.


const Stack := preload("res://support/stack.gd")
const Fixtures := preload("res://support/fixtures.gd")

## After so many idle rounds the processor is left alone for a moment.
const BUSY_ROUNDS := 200
const PAUSE_USEC := 100
const CHUNK := 65536
## How long the second side may take to hear that the first one failed.
const FAREWELL_SECONDS := 0.5

var client_stack: Stack
var server_stack: Stack
var client: StreamPeer
var server: StreamPeer
var client_base: StreamPeer
var server_base: StreamPeer
## What connect_to_stream returned.
var connect_error: int = -1
## What accept_stream returned.
var accept_error: int = -1


## Nothing is started yet. Without [param ends] (client's first) it is a new loopback TCP connection.
func _init(client_side: Stack, server_side: Stack, ends: Array[StreamPeer] = []) -> void:
	var bases: Array[StreamPeer] = ends if not ends.is_empty() else tcp_pair()
	client_stack = client_side
	server_stack = server_side
	client_base = bases[0]
	server_base = bases[1]
	client = client_side.stream()
	server = server_side.stream()


## Two ends of a loopback TCP connection, the connecting one first.
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


## Calls [param condition] until it is true, at most [param seconds] long.
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


## The status of a TLS stream of either kind.
static func status(tls: StreamPeer) -> int:
	return tls.call(&"get_status")


## Polls a TLS stream where its status allows that, and the TCP connection under it.
static func poll(tls: StreamPeer, base: StreamPeer = null) -> void:
	if base is StreamPeerTCP:
		(base as StreamPeerTCP).poll()
	if status(tls) == Stack.Status.HANDSHAKING or status(tls) == Stack.Status.CONNECTED:
		tls.call(&"poll")


## Reads what is there without waiting; nothing unless connected.
static func read_some(tls: StreamPeer, limit: int = CHUNK) -> PackedByteArray:
	if status(tls) != Stack.Status.CONNECTED:
		return PackedByteArray()
	return tls.get_partial_data(limit)[1]


## Reads exactly [param count] bytes, or what came before the deadline or the end.
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


## Pumps until both sides are connected; false when one of them failed or the time is over.
func handshake(seconds: float = 10.0) -> bool:
	wait_until(func() -> bool:
		pump()
		return not is_handshaking() or has_failed(), seconds)
	if not is_connected_on_both_sides():
		# The other side learns of it by an alert, unless it cannot.
		pump_until(func() -> bool: return not is_handshaking(), FAREWELL_SECONDS)
		return false
	# The engine's server says CONNECTED before its handshake is done; the client's last flight is on its way by now.
	return wait_until(func() -> bool: return _server_took_the_last_flight(), seconds)


## Whether one of the sides still shakes hands.
func is_handshaking() -> bool:
	return status(client) == Stack.Status.HANDSHAKING or status(server) == Stack.Status.HANDSHAKING


## Whether one of the sides is neither shaking hands nor connected.
func has_failed() -> bool:
	var alive: Array[int] = [Stack.Status.HANDSHAKING, Stack.Status.CONNECTED]
	return status(client) not in alive or status(server) not in alive


## Whether both sides say CONNECTED.
func is_connected_on_both_sides() -> bool:
	return status(client) == Stack.Status.CONNECTED and status(server) == Stack.Status.CONNECTED


## Pumps until [param condition] holds.
func pump_until(condition: Callable, seconds: float = 10.0) -> bool:
	return wait_until(func() -> bool:
		pump()
		return condition.call(), seconds)


func _server_took_the_last_flight() -> bool:
	pump()
	return server_base.get_available_bytes() == 0

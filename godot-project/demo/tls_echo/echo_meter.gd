extends RefCounted
## Sends traffic through an echo client and its server and measures it, in slices that are short enough
## for a frame.

const EchoClient := preload("res://demo/tls_echo/echo_client.gd")
const EchoServer := preload("res://demo/tls_echo/echo_server.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## The size of the messages whose round trip is measured: a small game packet.
const MESSAGE_BYTES: int = 64

## The size of one write of the throughput measurement.
const BLOCK_BYTES: int = 64 * 1024

## The maximum number of bytes in flight.
const IN_FLIGHT_BYTES: int = 256 * 1024

## A connection that sends nothing back for this long counts as dead.
const PATIENCE_USEC: int = 2_000_000

## The sizes of the writes that send the payload of [method begin_exact].
const WRITE_SIZES: Array[int] = [1, 7, 1000, 16_384, 16_385, 65_537]

## The error message if the traffic stopped; empty otherwise.
var problem: String = ""

var _client: EchoClient
var _server: EchoServer
var _message: PackedByteArray = Crypto.new().generate_random_bytes(MESSAGE_BYTES)
var _block: PackedByteArray = Crypto.new().generate_random_bytes(BLOCK_BYTES)
var _latencies_usec: PackedFloat32Array = PackedFloat32Array()
var _round_trips_usec: int = 0
var _bulk_bytes: int = 0
var _bulk_usec: int = 0
var _payload: PackedByteArray = PackedByteArray()
var _payload_sent: int = 0
var _echoed: PackedByteArray = PackedByteArray()


func _init(client: EchoClient, server: EchoServer) -> void:
	_client = client
	_server = server


## Sends small messages for [param budget_usec], each after the echo of the previous one.
func measure_round_trips(budget_usec: int) -> void:
	var started_usec: int = Time.get_ticks_usec()
	var now_usec: int = started_usec
	while now_usec < started_usec + budget_usec and problem.is_empty():
		var missing: int = _put(_message)
		while missing > 0 and problem.is_empty():
			missing -= _take(now_usec).size()
		var answered_usec: int = Time.get_ticks_usec()
		_latencies_usec.append(answered_usec - now_usec)
		now_usec = answered_usec
	_round_trips_usec += now_usec - started_usec


## Sends large blocks for [param budget_usec] and reads their echo, several in flight at once.
func measure_throughput(budget_usec: int) -> void:
	var started_usec: int = Time.get_ticks_usec()
	var under_way: int = 0
	var sending: bool = true
	while (sending or under_way > 0) and problem.is_empty():
		var now_usec: int = Time.get_ticks_usec()
		sending = now_usec < started_usec + budget_usec
		if sending and under_way < IN_FLIGHT_BYTES:
			under_way += _put(_block)
		var received: int = _take(now_usec).size()
		under_way -= received
		_bulk_bytes += received
	_bulk_usec += Time.get_ticks_usec() - started_usec


## Prepares to send [param payload] and to compare its echo with it.
func begin_exact(payload: PackedByteArray) -> void:
	_payload = payload
	_payload_sent = 0
	_echoed = PackedByteArray()


## Continues for [param budget_usec]. Returns true when the whole payload has come back, or on failure
## ([member problem]).
func go_on_exact(budget_usec: int) -> bool:
	var started_usec: int = Time.get_ticks_usec()
	var writes: int = 0
	while Time.get_ticks_usec() < started_usec + budget_usec and problem.is_empty():
		if _echoed.size() >= _payload.size():
			_compare()
			return true
		if _payload_sent < _payload.size() and _payload_sent - _echoed.size() < IN_FLIGHT_BYTES:
			var size: int = WRITE_SIZES[writes % WRITE_SIZES.size()]
			_payload_sent += _put(_payload.slice(_payload_sent, _payload_sent + size))
			writes += 1
		_echoed.append_array(_take(started_usec))
	return not problem.is_empty()


## Returns the measurements since the last call.
func take_sample() -> Sample:
	var sample: Sample = Sample.new()
	sample.round_trips = _latencies_usec.size()
	if sample.round_trips > 0:
		_latencies_usec.sort()
		sample.round_trips_per_second = sample.round_trips * 1e6 / maxf(_round_trips_usec, 1.0)
		sample.median_usec = _latencies_usec[int(sample.round_trips * 0.5)]
		sample.slow_usec = _latencies_usec[int(sample.round_trips * 0.95)]
	sample.bytes_per_second = _bulk_bytes * 1e6 / maxf(_bulk_usec, 1.0)
	_latencies_usec.clear()
	_round_trips_usec = 0
	_bulk_bytes = 0
	_bulk_usec = 0
	return sample


## Writes as much of [param bytes] as the connection accepts and returns the number of bytes.
func _put(bytes: PackedByteArray) -> int:
	var sent: Array = _client.stream.put_partial_data(bytes)
	if sent[0] != OK:
		_lose(sent[0])
		return 0
	return sent[1]


## Lets the server work and returns the bytes that came back. [param since_usec] is the start of the wait.
func _take(since_usec: int) -> PackedByteArray:
	_server.poll()
	var received: Array = _client.stream.get_partial_data(IN_FLIGHT_BYTES)
	if received[0] != OK:
		_lose(received[0])
		return PackedByteArray()
	var bytes: PackedByteArray = received[1]
	if bytes.is_empty() and Time.get_ticks_usec() - since_usec > PATIENCE_USEC:
		problem = "no echo for %s" % Words.duration(PATIENCE_USEC)
	return bytes


func _lose(error: Error) -> void:
	problem = _client.get_problem()
	if problem.is_empty():
		problem = "the connection ended: %s" % error_string(error)


func _compare() -> void:
	if _echoed == _payload:
		return
	var at: int = 0
	while at < mini(_echoed.size(), _payload.size()) and _echoed[at] == _payload[at]:
		at += 1
	problem = "the echo differs from the data at byte %d" % at


## Measurements of a period of traffic.
class Sample:
	extends RefCounted

	## The number of messages that came back.
	var round_trips: int = 0

	## The same number per second of sending.
	var round_trips_per_second: float = 0.0

	## The median round trip time.
	var median_usec: float = 0.0

	## The 95th percentile of the round trip times.
	var slow_usec: float = 0.0

	## The number of bytes per second that came back.
	var bytes_per_second: float = 0.0

extends RefCounted
## Open connections of one kind, and what things cost among them.


const TlsTransport := preload("res://transports/tls_transport.gd")
const Processor := preload("res://http/processor.gd")

## What can be asked of [method cost], with its unit.
const COSTS: Dictionary = {
	"full handshake": "ms",
	"16 KiB through one of them": "µs",
	"poll() of each in turn": "µs",
}
const HANDSHAKES := 16
const BLOCKS := 200
const BLOCK_SIZE := 16 * 1024
## At least so many, where few connections are open.
const POLLS := 2000

var transport: TlsTransport
## How many connections it may have.
var limit: int
## By how much the process has grown while they were opened.
var resident_bytes: float = 0.0

var _pairs: Array[Array] = []
var _random: RandomNumberGenerator = RandomNumberGenerator.new()
var _block: PackedByteArray = Crypto.new().generate_random_bytes(BLOCK_SIZE)


func _init(way: TlsTransport, most: int) -> void:
	transport = way
	limit = most
	# The same choice for each.
	_random.seed = 1


## How many connections are open.
func size() -> int:
	return _pairs.size()


## Opens connections until there are so many. False when one failed.
func grow(count: int) -> bool:
	while _pairs.size() < count:
		var ends: Array[StreamPeer] = transport.open()
		if ends.is_empty():
			printerr("The connection after %d others failed over %s." % [_pairs.size(), transport.label()])
			return false
		_pairs.append(ends)
	return true


## One of [constant COSTS], not a number when it failed.
func cost(what: String) -> float:
	match what:
		"full handshake":
			return _handshake_msec()
		"16 KiB through one of them":
			return _block_usec()
	return _poll_usec()


func _handshake_msec() -> float:
	var spent: int = 0
	for index: int in HANDSHAKES:
		if transport.open().is_empty():
			return NAN
		spent += transport.handshake_usec
	return spent / 1000.0 / HANDSHAKES


func _block_usec() -> float:
	var started: int = Time.get_ticks_usec()
	for index: int in BLOCKS:
		var ends: Array[StreamPeer] = _pairs[_random.randi_range(0, _pairs.size() - 1)]
		if ends[0].put_data(_block) != OK or ends[1].get_data(BLOCK_SIZE)[0] != OK:
			return NAN
	return float(Time.get_ticks_usec() - started) / BLOCKS


## Without the time for which the system let others run instead, where it tells.
func _poll_usec() -> float:
	var count: int = 0
	var waited: int = Processor.main_thread_waited_usec()
	var started: int = Time.get_ticks_usec()
	while count < POLLS:
		for ends: Array[StreamPeer] in _pairs:
			ends[0].call(&"poll")
			ends[1].call(&"poll")
		count += 2 * _pairs.size()
	waited = Processor.main_thread_waited_usec() - waited
	return float(Time.get_ticks_usec() - started - waited) / count

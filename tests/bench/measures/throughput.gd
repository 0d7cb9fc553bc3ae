extends "res://measures/measure.gd"
## Megabytes a second from client to server, written in blocks of one size.


const READ_SIZE := 256 * 1024
## Bytes before the clock starts: the first ones pay for buffers that grow.
const WARM_UP := 1 << 20

var _block: PackedByteArray


func _init(block_size: int) -> void:
	_block = Crypto.new().generate_random_bytes(block_size)


func title() -> String:
	return "one way, writes of %d KiB" % (_block.size() / 1024)


func unit() -> String:
	return "MB/s"


func applies_to(_transport: Transport) -> bool:
	return true


func sample(transport: Transport, seconds: float) -> float:
	if transport is PlainRustls:
		return (transport as PlainRustls).megabytes_a_second(_block.size(), seconds)
	var ends: Array[StreamPeer] = transport.open()
	if ends.is_empty() or _move(ends, 0.0) < WARM_UP:
		return NAN
	var started: int = Time.get_ticks_usec()
	var moved: int = _move(ends, seconds)
	return moved / float(Time.get_ticks_usec() - started) if moved >= 0 else NAN


## Moves bytes for a while, and at least the warm-up's. Returns how many arrived, negative after an error.
func _move(ends: Array[StreamPeer], seconds: float) -> int:
	var until: int = Time.get_ticks_usec() + int(seconds * 1e6)
	var arrived: int = 0
	var rest: PackedByteArray = _block
	while Time.get_ticks_usec() < until or arrived < WARM_UP:
		var written: Array = ends[0].put_partial_data(rest)
		var read: Array = ends[1].get_partial_data(READ_SIZE)
		if written[0] != OK or read[0] != OK:
			return -1
		# A caller has to go on with the rest: the engine's stream may hold a record of it already.
		rest = _block if written[1] == rest.size() else rest.slice(written[1])
		arrived += (read[1] as PackedByteArray).size()
	return arrived

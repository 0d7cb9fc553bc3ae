extends "res://measures/measure.gd"
## How long a small message takes there and back when nothing else is on the way.


const MESSAGE_SIZE := 64
## Before the clock starts: the first ones pay for buffers that grow.
const WARM_UP := 16

var _message: PackedByteArray = Crypto.new().generate_random_bytes(MESSAGE_SIZE)


func title() -> String:
	return "%d bytes there and back" % MESSAGE_SIZE


func unit() -> String:
	return "µs"


func larger_is_better() -> bool:
	return false


func sample(transport: Transport, seconds: float) -> float:
	var ends: Array[StreamPeer] = transport.open()
	if ends.is_empty():
		return NAN
	for index: int in WARM_UP:
		if not _goes_there_and_back(ends):
			return NAN
	var started: int = Time.get_ticks_usec()
	var until: int = started + int(seconds * 1e6)
	var count: int = 0
	while Time.get_ticks_usec() < until or count == 0:
		if not _goes_there_and_back(ends):
			return NAN
		count += 1
	return float(Time.get_ticks_usec() - started) / count


func _goes_there_and_back(ends: Array[StreamPeer]) -> bool:
	return _arrives(ends[0], ends[1]) and _arrives(ends[1], ends[0])


func _arrives(from: StreamPeer, to: StreamPeer) -> bool:
	if from.put_data(_message) != OK:
		return false
	var deadline: int = Time.get_ticks_usec() + Transport.PATIENCE_USEC
	var missing: int = MESSAGE_SIZE
	while missing > 0 and Time.get_ticks_usec() < deadline:
		var read: Array = to.get_partial_data(missing)
		if read[0] != OK:
			return false
		missing -= (read[1] as PackedByteArray).size()
	return missing == 0

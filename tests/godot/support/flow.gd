extends RefCounted
## One direction of a connection: sends the remaining bytes and collects those that arrive.


const Link := preload("res://support/link.gd")
const Stack := preload("res://support/stack.gd")

var source: StreamPeer
var sink: StreamPeer
var data: PackedByteArray
var received: PackedByteArray = []
var sent: int = 0
## The end of the block that is being written. A block is finished before more is offered: the engine's stream may
## hold an encrypted record of it already, which it counts as the next bytes whatever they are.
var block_end: int = 0
## The maximum number of bytes per write.
var write_size: int
## The maximum number of bytes per read.
var read_size: int
## The first error of a read or write.
var error: int = OK


## No data is moved before [method step].
func _init(
	from: StreamPeer, to: StreamPeer, bytes: PackedByteArray, write_at_most: int = 65536, read_at_most: int = 65536
) -> void:
	source = from
	sink = to
	data = bytes
	write_size = write_at_most
	read_size = read_at_most


## Returns bytes in which compression, repetition and off-by-one errors are visible.
static func noise(count: int) -> PackedByteArray:
	return Crypto.new().generate_random_bytes(count)


## Moves all flows until they are complete. Returns false if one failed or the deadline passed.
static func run(flows: Array, seconds: float = 20.0) -> bool:
	var deadline: int = Time.get_ticks_usec() + int(seconds * 1e6)
	var idle: int = 0
	while true:
		var moved: bool = false
		var complete: bool = true
		for flow: RefCounted in flows:
			moved = flow.call(&"step") or moved
			complete = flow.call(&"is_complete") and complete
			if flow.get(&"error") != OK:
				return false
		if complete:
			return flows.all(func(flow: RefCounted) -> bool: return flow.call(&"is_exact"))
		idle = 0 if moved else idle + 1
		if idle > Link.BUSY_ROUNDS:
			OS.delay_usec(Link.PAUSE_USEC)
		if Time.get_ticks_usec() > deadline:
			return false
	return false


## Writes and reads once. Returns whether data was moved.
func step() -> bool:
	return write() + _read() > 0


## Writes once, or polls if all is written. Returns the number of bytes that were accepted.
func write() -> int:
	if sent >= data.size():
		# Data that the stream accepted but could not send yet is sent by a poll.
		Link.poll(source)
		return 0
	if sent == block_end:
		block_end = mini(sent + write_size, data.size())
	var result: Array = source.put_partial_data(data.slice(sent, block_end))
	if result[0] != OK:
		error = result[0]
		return 0
	sent += result[1]
	return result[1]


## Returns whether as many bytes have arrived as were to be sent.
func is_complete() -> bool:
	return received.size() >= data.size()


## Returns whether exactly the right bytes have arrived.
func is_exact() -> bool:
	return received == data


## Describes a flow that is not exact.
func describe() -> String:
	return "%d of %d bytes sent, %d received, error %d, %s" % [
		sent, data.size(), received.size(), error,
		"a true beginning" if data.slice(0, received.size()) == received else "with wrong bytes",
	]


func _read() -> int:
	var result: Array = sink.get_partial_data(read_size)
	if result[0] != OK:
		error = result[0]
		return 0
	received.append_array(result[1])
	return (result[1] as PackedByteArray).size()

extends "res://measures/measure.gd"
## Memory of one end of an open connection that has carried some data both ways.
##
## Connections stay open until the bench ends and this is measured before everything else: memory that was freed once
## would be used again without showing.


const Figure := preload("res://measures/figure.gd")
const Resident := preload("res://measures/resident.gd")

## Opened in each round: five hundred and more are open in the end.
const CONNECTIONS := 100
const TRAFFIC := 16 * 1024

var _allocator: Figure = Figure.new("memory an end, engine's allocator", "KiB")
var _resident: Figure = Figure.new("memory an end, resident", "KiB")
var _open: Array[Array] = []


func title() -> String:
	return "memory"


func rows() -> Array:
	return [_allocator, _resident]


func take(transport: Transport, _seconds: float) -> bool:
	var allocated: int = OS.get_static_memory_usage()
	var resident: float = Resident.bytes()
	for index: int in CONNECTIONS:
		var ends: Array[StreamPeer] = transport.open()
		if ends.is_empty() or not _carries_both_ways(ends):
			return false
		_open.append(ends)
	var share: float = 1.0 / (1024.0 * 2 * CONNECTIONS)
	_allocator.add(transport.label(), (OS.get_static_memory_usage() - allocated) * share)
	_resident.add(transport.label(), (Resident.bytes() - resident) * share)
	return true


func _carries_both_ways(ends: Array[StreamPeer]) -> bool:
	var data: PackedByteArray = []
	data.resize(TRAFFIC)
	ends[0].put_data(data)
	ends[1].put_data(data)
	return ends[0].get_data(TRAFFIC)[0] == OK and ends[1].get_data(TRAFFIC)[0] == OK

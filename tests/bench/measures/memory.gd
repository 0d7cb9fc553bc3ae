extends "res://measures/measure.gd"
## Memory of one end of an open connection that has carried some data both ways.
##
## Connections stay open until the bench ends and this is measured before everything else: memory that was freed once
## would be used again without showing.


enum Kind { ENGINE_ALLOCATOR, RESIDENT }

const CONNECTIONS := 20
const TRAFFIC := 16 * 1024
const PAGE_SIZE := 4096
const STATM := "/proc/self/statm"

var _kind: Kind
var _twin: RefCounted
var _open: Array[Array] = []
## What the last samples saw by transport, for the twin that reports the other kind.
var _resident: Dictionary = {}


## Without a twin it opens the connections; with one it reports the second number of the twin's samples.
func _init(kind: Kind, twin: RefCounted = null) -> void:
	_kind = kind
	_twin = twin


func title() -> String:
	return "memory an end, %s" % ("engine's allocator" if _kind == Kind.ENGINE_ALLOCATOR else "resident")


func unit() -> String:
	return "KiB"


func larger_is_better() -> bool:
	return false


func sample(transport: Transport, _seconds: float) -> float:
	if _twin != null:
		return (_twin.get(&"_resident") as Dictionary)[transport.label()]
	var static_before: int = OS.get_static_memory_usage()
	var resident_before: int = _resident_bytes()
	var opened: Array = []
	for index: int in CONNECTIONS:
		var ends: Array[StreamPeer] = transport.open()
		if ends.is_empty() or not _carries_both_ways(ends):
			return NAN
		opened.append(ends)
	var share: float = 1.0 / (1024.0 * 2 * CONNECTIONS)
	var grown: int = _resident_bytes() - resident_before
	_resident[transport.label()] = grown * share if resident_before > 0 else NAN
	_open.append(opened)
	return (OS.get_static_memory_usage() - static_before) * share


func _carries_both_ways(ends: Array[StreamPeer]) -> bool:
	var data: PackedByteArray = []
	data.resize(TRAFFIC)
	ends[0].put_data(data)
	ends[1].put_data(data)
	return ends[0].get_data(TRAFFIC)[0] == OK and ends[1].get_data(TRAFFIC)[0] == OK


## The process's resident memory; 0 where the system does not tell it this way.
func _resident_bytes() -> int:
	var file: FileAccess = FileAccess.open(STATM, FileAccess.READ)
	return file.get_line().get_slice(" ", 1).to_int() * PAGE_SIZE if file != null else 0

extends Node
## How long frames take, and how much of them is work on the main thread: everything from the start of a frame until
## the last node was processed. That is where the engine's node does its work and where the addon looks at its own.
##
## The time for which the system let others run instead is taken off where it is told.


const Processor := preload("res://http/processor.gd")

## Longer frames were missed by a game of 60 frames a second: one and a half times what it has for one.
const LOST_USEC := 25_000

var worst_usec: int = 0
var lost: int = 0

var _begun: int = 0
var _waited_before: int = 0
var _is_counting: bool = false
var _was_counting: bool = false


func _ready() -> void:
	# Behind all others.
	process_priority = 1 << 30
	get_tree().process_frame.connect(_begin)


## Counts from the next frame on.
func start() -> void:
	worst_usec = 0
	lost = 0
	_is_counting = true
	_was_counting = false


func stop() -> void:
	_is_counting = false


func _begin() -> void:
	_waited_before = Processor.main_thread_waited_usec() if _is_counting else 0
	var now: int = Time.get_ticks_usec()
	if _is_counting and now - _begun > LOST_USEC:
		lost += 1
	_was_counting = _is_counting
	_begun = now


func _process(_delta: float) -> void:
	var took: int = Time.get_ticks_usec() - _begun
	if _was_counting and took > worst_usec:
		worst_usec = maxi(worst_usec, took - (Processor.main_thread_waited_usec() - _waited_before))

extends RefCounted
## A number of requests, one after another or at once, with a clock on them.


const HttpClient := preload("res://http/http_client.gd")
const FrameClock := preload("res://http/frame_clock.gd")
const Processor := preload("res://http/processor.gd")

## How long all of it may take before the bench gives up.
const PATIENCE_SECONDS := 120.0

var title: String
var count: int

var _url: String
var _size: int
var _at_once: bool

var _client: HttpClient
var _asked: int = 0
var _answered: int = 0
var _failed: bool = false
var _ended: int = 0


func _init(what: String, url: String, size: int, requests: int, at_once: bool) -> void:
	title = what
	count = requests
	_url = url
	_size = size
	_at_once = at_once


## How many requests run at the same time.
func breadth() -> int:
	return count if _at_once else 1


## Makes the requests with a client that was prepared. Returns what was measured by name, nothing when one failed.
func run(client: HttpClient, clock: FrameClock) -> Dictionary:
	_client = client
	_asked = 0
	_answered = 0
	_failed = false
	client.answered.connect(_on_answered)
	await client.get_tree().process_frame
	var processor_before: float = Processor.seconds()
	var started: int = Time.get_ticks_usec()
	for place: int in breadth():
		_ask()
	var asked: int = Time.get_ticks_usec()
	clock.start()
	while _answered < count and not _failed and Time.get_ticks_usec() - started < PATIENCE_SECONDS * 1e6:
		await client.get_tree().process_frame
	var processor: float = Processor.seconds() - processor_before
	clock.stop()
	client.answered.disconnect(_on_answered)
	if _answered < count or _failed:
		return {}
	return {
		"seconds": (_ended - started) / 1e6, "asking": (asked - started) / 1e3, "lost": float(clock.lost),
		"worst": clock.worst_usec / 1e3, "processor": processor,
	}


func _ask() -> void:
	_asked += 1
	if not _client.ask((_asked - 1) % breadth(), _url):
		_failed = true


func _on_answered(size: int) -> void:
	_answered += 1
	_ended = Time.get_ticks_usec()
	if size != _size:
		_failed = true
	elif not _at_once and _asked < count:
		_ask()

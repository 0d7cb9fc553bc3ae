extends Node
## A server that takes connections and never says a word, and requests that wait for it.


const HttpClient := preload("res://http/http_client.gd")
const Processor := preload("res://http/processor.gd")

const REQUESTS := 50
## Until all are connected: the listener's queue is short, and whoever finds it full comes again a second later.
const PATIENCE := 15.0
## Until the last connections are at rest.
const SETTLING := 0.5
const SECONDS := 3.0

var _listener: TCPServer = TCPServer.new()
var _connections: Array[StreamPeerTCP] = []


## Seconds of processor while requests wait; with no client while the process does nothing but its frames. Not a number
## when not all requests came.
func sample(client: HttpClient) -> float:
	if client != null:
		_listener.listen(0, "127.0.0.1")
		for place: int in REQUESTS:
			client.ask(place, "http://127.0.0.1:%d/" % _listener.get_local_port())
		var late: int = Time.get_ticks_msec() + int(PATIENCE * 1000.0)
		while _connections.size() < REQUESTS and Time.get_ticks_msec() < late:
			await get_tree().process_frame
	await _wait(SETTLING)
	var before: float = Processor.seconds()
	await _wait(SECONDS)
	var spent: float = Processor.seconds() - before
	var came: int = _connections.size()
	_connections.clear()
	_listener.stop()
	return spent if client == null or came == REQUESTS else NAN


func _wait(seconds: float) -> void:
	await get_tree().create_timer(seconds).timeout


func _process(_delta: float) -> void:
	while _listener.is_listening() and _listener.is_connection_available():
		_connections.append(_listener.take_connection())

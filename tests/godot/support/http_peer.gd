extends RefCounted
## A scripted HTTP server on 127.0.0.1, with its own thread, which ends with this object.
##
## The response to a path is a list of steps, or a [Callable] that returns such a list for a request, on the thread:
## - bytes are sent; a [Callable] is called for more bytes until it returns none;
## - an [int] is a pause in milliseconds, an [Array] of one [bool] a gate that the test opens by setting it to true;
## - [code]&"close"[/code] ends the connection with a close_notify, [code]&"cut"[/code] without one;
## - [code]&"hang"[/code] stays silent, [code]&"secure"[/code] starts TLS.
## After the last step the next request is read. Closing with unread bytes of the client resets the connection: see
## [method leave_unread].


const Connection := preload("res://support/http_peer_connection.gd")
const Request := preload("res://support/http_peer_request.gd")
const Answers := preload("res://support/http_answers.gd")
const Fixtures := preload("res://support/fixtures.gd")

const IDLE_USEC := 300


## The state that both threads use. The thread references this object and not the server, which could not end then.
class Shared:
	extends RefCounted

	var mutex: Mutex = Mutex.new()
	var listener: TCPServer = TCPServer.new()
	var identity: TLSOptions
	var is_secure: bool
	var answers: Dictionary
	var greeting: Array = []
	var unread: Array = []
	var requests: Array[Request] = []
	var accepted: int = 0
	var open: int = 0
	var stops: bool = false

	func serve() -> void:
		var connections: Array[Connection] = []
		while not is_stopping():
			var busy: bool = _accept(connections)
			for connection: Connection in connections:
				busy = connection.advance() or busy
			connections = connections.filter(func(connection: Connection) -> bool: return not connection.is_over)
			mutex.lock()
			open = connections.size()
			mutex.unlock()
			if not busy:
				OS.delay_usec(IDLE_USEC)
		for connection: Connection in connections:
			connection.close(false)
		listener.stop()

	func stop() -> void:
		mutex.lock()
		stops = true
		mutex.unlock()

	func is_stopping() -> bool:
		mutex.lock()
		var stopping: bool = stops
		mutex.unlock()
		return stopping

	func _accept(connections: Array[Connection]) -> bool:
		if not listener.is_connection_available():
			return false
		mutex.lock()
		var connection: Connection = Connection.new(
			listener.take_connection(), accepted, greeting, _answer_to, _reads_body_of)
		connection.secure_with(identity, is_secure)
		accepted += 1
		mutex.unlock()
		connections.append(connection)
		return true

	func _answer_to(request: Request) -> Array:
		mutex.lock()
		requests.append(request)
		var answer: Variant = answers.get(request.target, answers.get(request.path(), answers.get("*", Answers.not_found())))
		mutex.unlock()
		return (answer as Callable).call(request) if answer is Callable else answer

	func _reads_body_of(request: Request) -> bool:
		mutex.lock()
		var reads: bool = request.path() not in unread
		mutex.unlock()
		return reads


var _shared: Shared = Shared.new()
var _thread: Thread = Thread.new()
var _port: int


## Listens at once. With [param fixture] it uses TLS with that certificate; with [param secure_later] only after
## the step [code]&"secure"[/code].
func _init(answers: Dictionary = {}, fixture: String = "", secure_later: bool = false) -> void:
	_shared.answers = answers
	if not fixture.is_empty():
		_shared.identity = TLSOptions.server(Fixtures.key(fixture), Fixtures.certificate(fixture))
		_shared.is_secure = not secure_later
	_shared.listener.listen(0, "127.0.0.1")
	_port = _shared.listener.get_local_port()
	_thread.start(_shared.serve)


func _notification(what: int) -> void:
	if what == NOTIFICATION_PREDELETE:
		# The object's own methods can no longer be called.
		_shared.stop()
		if _thread.is_started():
			_thread.wait_to_finish()


## Ends the thread and every connection.
func stop() -> void:
	_shared.stop()
	if _thread.is_started():
		_thread.wait_to_finish()


## Returns the port that the server listens on.
func port() -> int:
	return _port


## Returns the URL of a path on this server.
func url(path: String, host: String = "127.0.0.1") -> String:
	return "%s://%s:%d%s" % ["https" if _shared.is_secure else "http", host, _port, path]


## Sets the response to a path; the path [code]*[/code] stands for all other paths.
func answer(path: String, steps: Variant) -> void:
	_shared.mutex.lock()
	_shared.answers[path] = steps
	_shared.mutex.unlock()


## Sets steps that run on each new connection before a request is read.
func greet_with(steps: Array) -> void:
	_shared.mutex.lock()
	_shared.greeting = steps
	_shared.mutex.unlock()


## Responds to these paths as soon as the head of a request has arrived, and leaves its body unread.
func leave_unread(paths: Array) -> void:
	_shared.mutex.lock()
	_shared.unread = paths
	_shared.mutex.unlock()


## Returns the requests so far.
func requests() -> Array[Request]:
	_shared.mutex.lock()
	var copy: Array[Request] = _shared.requests.duplicate()
	_shared.mutex.unlock()
	return copy


## Returns the latest request; null before the first.
func last_request() -> Request:
	var all: Array[Request] = requests()
	return null if all.is_empty() else all[-1]


## Removes the requests so far.
func forget() -> void:
	_shared.mutex.lock()
	_shared.requests.clear()
	_shared.mutex.unlock()


## Returns the number of connections accepted so far.
func accepted() -> int:
	_shared.mutex.lock()
	var count: int = _shared.accepted
	_shared.mutex.unlock()
	return count


## Returns the number of open connections.
func open() -> int:
	_shared.mutex.lock()
	var count: int = _shared.open
	_shared.mutex.unlock()
	return count

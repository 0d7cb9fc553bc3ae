extends "res://support/http_suite.gd"
## Streams of server-sent events that go on over another connection.


const SOME := 10
const NO_CONTENT := "HTTP/1.1 204 No Content"

var _last_node: Node


func test_a_stream_goes_on_where_it_ended(ours: Stack) -> void:
	var server: Peer = peer({"/": _streams([
		"retry: 0\nid: 1\ndata: one\n\n", "id: 2\ndata: two\n\nid: 3\ndata: cut off", "data: three\n\n",
	])})
	var response: RefCounted = _fetched(ours, server)
	var heard_events: Array = []
	var ends: Array[int] = [0]
	# The response would keep itself alive.
	_last_node.connect(&"event_received", func(_event: String, data: String, id: String) -> void:
		heard_events.append([data, id, response.get(&"response_code")]))
	response.connect(&"completed", func(_response: RefCounted) -> void: ends[0] += 1)
	await response.completed
	await frames(SOME)
	equal(heard_events, [["one", "1", 200], ["two", "2", 200], ["three", "2", 200]], "the events")
	equal(ends[0], 1, "how often the end was told")
	equal([response.get(&"result"), response.get(&"response_code")], [0, 204], "result and code")
	equal(response.get(&"retry_count"), 3, "retry_count")
	equal(_ids(server), PackedStringArray(["", "1", "2", "2"]), "Last-Event-ID")


func test_a_response_that_is_no_stream_is_the_last_one(ours: Stack) -> void:
	for code: int in [200, 404, 503]:
		row(str(code))
		var answers: Array = [_stream("retry: 0\ndata: one\n\n"), Answers.sized("page", code, ["Content-Type: text/html"])]
		var server: Peer = peer({"/": func(_request: Request) -> Array: return answers.pop_front()})
		var response: RefCounted = _fetched(ours, server)
		await response.completed
		equal([response.get(&"result"), response.get(&"response_code")], [0, code], "result and code")
		equal(response.call(&"get_text"), "page", "the body")


func test_a_server_without_patience_is_not_asked_in_a_tight_loop(ours: Stack) -> void:
	var server: Peer = peer({"/": _stream("retry: 0\n\n")})
	var begun: int = Time.get_ticks_msec()
	var response: RefCounted = _fetched(ours, server)
	await until(func() -> bool: return server.requests().size() == 4)
	var took: int = Time.get_ticks_msec() - begun
	check(took >= 1500, "three repetitions in %d ms" % took)
	response.call(&"cancel")
	await response.completed


func test_a_stream_that_waits_can_be_cancelled(ours: Stack) -> void:
	for way: String in ["cancel", "free"]:
		row(way)
		var server: Peer = peer({"/": _stream("retry: 60000\ndata: one\n\n")})
		var response: RefCounted = _fetched(ours, server)
		var ends: Array = []
		response.connect(&"completed", func(ended: RefCounted) -> void: ends.append(ended.get(&"result")))
		await response.event_received
		await frames(SOME)
		equal(ends, [], "the ends before")
		if way == "cancel":
			response.call(&"cancel")
		else:
			_last_node.free()
		await frames(2)
		equal(ends, [Result.REQUEST_FAILED as int], "the ends")
		equal(server.requests().size(), 1, "the requests")


func test_without_the_property_the_stream_ends_with_its_connection(ours: Stack) -> void:
	var server: Peer = peer({"/": _streams(["retry: 0\ndata: one\n\n"])})
	var http: Node = node(ours, {&"server_sent_events": true})
	var response: RefCounted = await http.call(&"fetch", server.url("/")).completed
	equal(response.get(&"result"), Result.SUCCESS as int, "the result")
	equal(server.requests().size(), 1, "the requests")
	# Nor does the property do anything for other bodies.
	http = node(ours, {&"reconnect_events": true})
	came_to(await ask(http, peer({"/": Answers.sized("text")}).url("/")), Result.SUCCESS, 200, null, "text")


func test_the_size_limit_holds_for_each_connection(ours: Stack) -> void:
	expect_errors()
	var text: String = "retry: 0\ndata: one\n\n"
	var server: Peer = peer({"/": _streams([text, text, text + text])})
	var response: RefCounted = _fetched(ours, server, {&"body_size_limit": text.length() + 1})
	await response.completed
	equal(response.get(&"result"), Result.BODY_SIZE_LIMIT_EXCEEDED as int, "the result")
	equal(server.requests().size(), 3, "the requests")


func test_events_go_on_without_a_node(_ours: Stack) -> void:
	var server: Peer = peer({"/": _streams(["retry: 0\nid: 1\ndata: one\n\n", "data: two\n\n"])})
	var completed: Signal = RustlsHTTP.get(server.url("/"), {"server_sent_events": true, "reconnect_events": true})
	var heard_data: PackedStringArray = []
	completed.get_object().connect(&"event_received", func(_event: String, data: String, _id: String) -> void:
		heard_data.append(data))
	var response: RustlsHTTPResponse = await completed
	equal([response.response_code, response.retry_count], [204, 2], "code and retry_count")
	equal(heard_data, PackedStringArray(["one", "two"]), "the events")


func _fetched(ours: Stack, server: Peer, properties: Dictionary = {}) -> RefCounted:
	_last_node = node(ours, properties.merged({&"server_sent_events": true, &"reconnect_events": true}))
	return _last_node.call(&"fetch", server.url("/"))


func _stream(text: String) -> Array:
	return Answers.unsized(text, ["Content-Type: text/event-stream", "Connection: close"])


## One stream after the other, and then the answer that there is no more.
func _streams(texts: Array) -> Callable:
	var left: Array = texts.duplicate()
	return func(_request: Request) -> Array:
		return [Answers.head(NO_CONTENT)] if left.is_empty() else _stream(left.pop_front() as String)


func _ids(server: Peer) -> PackedStringArray:
	var ids: PackedStringArray = []
	for request: Request in server.requests():
		ids.append(request.value("Last-Event-ID"))
	return ids

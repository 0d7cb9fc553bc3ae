extends "res://support/http_suite.gd"
## A limit of requests at the same time, and functions that are called while a request runs.


func test_requests_beyond_the_limit_wait_in_order(ours: Stack) -> void:
	var gates: Array[Array] = []
	for number: int in 6:
		gates.append([false])
	var answers: Dictionary = {}
	for number: int in 6:
		answers["/%d" % number] = [gates[number], Answers.sized("hello")[0]]
	var server: Peer = peer(answers)
	var http: Node = node(ours, {&"max_concurrent_requests": 2})
	var responses: Array[RefCounted] = []
	for number: int in 6:
		responses.append(http.call(&"fetch", server.url("/%d" % number)))
	await until(func() -> bool: return server.requests().size() == 2)
	await frames(10)
	equal(_targets(server), ["/0", "/1"], "requests at first")
	equal(http.call(&"get_waiting_count"), 4, "waiting ones")
	for number: int in 6:
		gates[number][0] = true
		await (responses[number].call(&"done") as Signal)
		check(responses[number].get(&"ok"), responses[number].get(&"error"))
	equal(_targets(server), ["/0", "/1", "/2", "/3", "/4", "/5"], "the order")
	equal(http.call(&"get_waiting_count"), 0, "waiting ones at the end")


func test_a_request_that_waits_can_be_cancelled_and_its_timeout_does_not_run(ours: Stack) -> void:
	var gate: Array = [false]
	var server: Peer = peer({"/first": [gate, Answers.sized("first")[0]], "*": Answers.sized("hello")})
	var http: Node = node(ours, {&"max_concurrent_requests": 1})
	var first: RefCounted = http.call(&"fetch", server.url("/first"))
	var options: Dictionary = {"timeout": 5}
	var cancelled: RefCounted = http.call(&"fetch", server.url("/cancelled"), PackedStringArray(), 0, null, options)
	var last: RefCounted = http.call(&"fetch", server.url("/last"), PackedStringArray(), 0, null, {"timeout": 0.3})
	await until(func() -> bool: return http.call(&"get_waiting_count") == 2)
	cancelled.call(&"cancel")
	equal((await (cancelled.call(&"done") as Signal)).get(&"error"), "the request was cancelled", "the cancelled one")
	await tree.create_timer(0.5).timeout
	gate[0] = true
	for response: RefCounted in [first, last]:
		await (response.call(&"done") as Signal)
		check(response.get(&"ok"), response.get(&"error"))
	equal(_targets(server), ["/first", "/last"], "requests")


func test_freeing_the_node_ends_those_that_wait(ours: Stack) -> void:
	var server: Peer = peer({"*": [&"hang"]})
	var http: Node = node(ours, {&"max_concurrent_requests": 1})
	var responses: Array[RefCounted] = []
	for number: int in 3:
		responses.append(http.call(&"fetch", server.url("/%d" % number)))
	await until(func() -> bool: return server.requests().size() == 1)
	http.free()
	for response: RefCounted in responses:
		await (response.call(&"done") as Signal)
		check((response.get(&"error") as String).contains("its node left the scene tree"), response.get(&"error"))
	equal(server.requests().size(), 1, "requests")


func test_functions_among_the_options_are_called(_ours: Stack) -> void:
	var body: PackedByteArray = noise(200000)
	var server: Peer = peer({
		"/": Answers.sized(body), "/events": Answers.unsized("data: a\n\ndata: b\n\n", ["Content-Type: text/event-stream", "Connection: close"]),
	})
	var downloaded: Array[int] = []
	var uploaded: Array[int] = []
	var got: RustlsHTTPResponse = await RustlsHTTP.post(server.url("/"), body, {
		"on_progress": func(bytes: int, _total: int) -> void: downloaded.append(bytes),
		"on_upload_progress": func(bytes: int, _total: int) -> void: uploaded.append(bytes),
	})
	check(got.ok, got.error)
	equal([downloaded.back(), uploaded.back()], [200000, 200000], "the last numbers")
	var events: Array[String] = []
	await RustlsHTTP.request(server.url("/events"), {
		"on_event": func(_event: String, data: String, _id: String) -> void: events.append(data),
	})
	equal(events, ["a", "b"] as Array[String], "events")
	var pieces: PackedByteArray = []
	var collect: Callable = func(chunk: PackedByteArray) -> void: pieces.append_array(chunk)
	var streamed: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"), {"on_chunk": collect})
	check(streamed.ok and streamed.body.is_empty(), "the body is kept")
	same_bytes(pieces, body, "the pieces")


func test_a_function_that_cannot_be_called_is_refused(_ours: Stack) -> void:
	for case: Array in [[5, "a value of type INT"], [Callable(), "one that cannot be called"], [Callable(self, &"no_such"), "cannot be called"]]:
		row(case[1])
		var response: RustlsHTTPResponse = await RustlsHTTP.request("http://127.0.0.1:1/", {"on_progress": case[0]})
		equal(response.result, Result.REQUEST_FAILED as int, "result")
		check(response.error.contains("\"on_progress\" takes a Callable") and response.error.contains(case[1]), response.error)


func _targets(server: Peer) -> Array:
	return server.requests().map(func(request: Request) -> String: return request.target)

extends "res://support/http_suite.gd"
## RustlsHTTP: requests without a node, and RustlsCancellation.


func test_a_request_is_awaited_without_a_node(_ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("{\"a\": 1}")})
	var response: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"))
	check(response.ok, response.error)
	equal([response.text, response.json, response.response_code], ["{\"a\": 1}", {"a": 1.0}, 200], "the response")
	equal(server.last_request().method, "GET", "the method")


func test_get_post_and_download_do_what_their_names_say(_ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	var got: RustlsHTTPResponse = await RustlsHTTP.get(server.url("/get"), {"query": {"a": 1}})
	equal([got.text, server.last_request().method, server.last_request().target], ["hello", "GET", "/get?a=1"], "get()")
	var posted: RustlsHTTPResponse = await RustlsHTTP.post(server.url("/post"), {"score": 5}, {"headers": {"X-Game": "mine"}})
	check(posted.ok, posted.error)
	equal([server.last_request().method, server.last_request().body.get_string_from_utf8()], ["POST", "{\"score\":5}"], "post()")
	check(server.last_request().lines.has("X-Game: mine"), str(server.last_request().lines))
	var options: Dictionary = {"timeout": 5}
	var file: String = scratch_file("static.txt")
	var downloaded: RustlsHTTPResponse = await RustlsHTTP.download(server.url("/file"), file, options)
	check(downloaded.ok, downloaded.error)
	equal(FileAccess.get_file_as_string(file), "hello", "download()")
	equal(options, {"timeout": 5}, "the options that were passed")


func test_method_headers_and_data_are_options(_ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	for headers: Variant in [["X-A: b"], PackedStringArray(["X-A: b"]), {"X-A": "b"}]:
		row(str(headers))
		await RustlsHTTP.request(server.url("/"), {"method": HTTPClient.METHOD_PUT, "headers": headers, "data": "body"})
		equal([server.last_request().method, server.last_request().body.get_string_from_utf8()], ["PUT", "body"], "the request")
		check(server.last_request().lines.has("X-A: b"), str(server.last_request().lines))


func test_a_request_that_is_refused_completes_in_a_later_frame(_ours: Stack) -> void:
	for case: Array in [
		["no URL", {}, "no scheme"], ["http://127.0.0.1:1/", {"timeuot": 1}, "data, download_file"],
		["http://127.0.0.1:1/", {"method": "GET"}, "takes one of HTTPClient.METHOD_, and got a value of type STRING"],
		["http://127.0.0.1:1/", {"method": HTTPClient.METHOD_CONNECT}, "use the option \"proxy\""],
		["http://127.0.0.1:1/", {"headers": 5}, "takes an array of strings"],
		["http://127.0.0.1:1/", {"headers": ["a\nb"]}, "header"],
		["http://127.0.0.1:1/", {"data": 5}, "the data is of type INT"],
		["http://127.0.0.1:1/", {}, "127.0.0.1"],
	]:
		row(str(case))
		var frame: int = Engine.get_process_frames()
		var response: RustlsHTTPResponse = await RustlsHTTP.request(case[0], case[1])
		check(Engine.get_process_frames() > frame, "it completed in the frame of the call")
		check(response.result > 0, "result is %d" % response.result)
		check(response.error.contains(case[2]), response.error)


func test_it_shares_connections_with_nodes(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	await RustlsHTTP.request(server.url("/"))
	var response: RefCounted = node(ours).call(&"fetch", server.url("/"))
	await (response.call(&"done") as Signal)
	equal(server.accepted(), 1, "connections")


func test_it_goes_on_while_the_tree_is_paused(_ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello")})
	tree.paused = true
	after(func() -> void: tree.paused = false)
	var response: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"))
	tree.paused = false
	check(response.ok, response.error)


func test_many_at_once_all_complete(_ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	var signals: Array[Signal] = []
	for number: int in 300:
		signals.append(RustlsHTTP.request(server.url("/%d" % number)))
	var oks: int = 0
	for completed: Signal in signals:
		var response: RustlsHTTPResponse = await completed
		oks += 1 if response.ok else 0
	equal(oks, 300, "requests that succeeded")


func test_a_signal_may_be_awaited_after_its_request_has_ended(_ours: Stack) -> void:
	var server: Peer = peer({"/slow": [[100, Answers.sized("slow")[0]]].front(), "/fast": Answers.sized("fast")})
	var slow: Signal = RustlsHTTP.request(server.url("/slow"))
	var fast: Signal = RustlsHTTP.request(server.url("/fast"))
	var refused: Signal = RustlsHTTP.request("no URL")
	equal(((await slow) as RustlsHTTPResponse).text, "slow", "the slow one")
	await frames(20)
	equal(((await fast) as RustlsHTTPResponse).text, "fast", "the fast one")
	check(not ((await refused) as RustlsHTTPResponse).error.is_empty(), "no error")


func test_a_response_is_freed_once_it_was_awaited(_ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello")})
	for late: int in [0, 5]:
		row("%d frames late" % late)
		var completed: Signal = RustlsHTTP.request(server.url("/"))
		if late > 0:
			await until(func() -> bool: return (completed.get_object() as RustlsHTTPResponse).is_completed())
			await frames(late)
		var response: RustlsHTTPResponse = await completed
		var kept: WeakRef = weakref(response)
		response = null
		await until(func() -> bool: return kept.get_ref() == null)
		check(kept.get_ref() == null, "it is kept")


func test_threads_start_requests(_ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	var mutex: Mutex = Mutex.new()
	var responses: Array[RustlsHTTPResponse] = []
	var threads: Array[Thread] = []
	for number: int in 4:
		var thread: Thread = Thread.new()
		thread.start(func() -> void:
			for _times: int in 10:
				var response: RustlsHTTPResponse = RustlsHTTP.request(server.url("/")).get_object()
				mutex.lock()
				responses.append(response)
				mutex.unlock())
		threads.append(thread)
	for thread: Thread in threads:
		thread.wait_to_finish()
	for response: RustlsHTTPResponse in responses:
		await response.done()
		check(response.ok, response.error)
	equal(responses.size(), 40, "responses")


func test_cancellation_ends_all_its_requests_and_no_others(ours: Stack) -> void:
	var server: Peer = peer({"/hang": [&"hang"], "/": Answers.sized("hello")})
	var cancellation: RustlsCancellation = RustlsCancellation.new()
	var heard: Array[int] = []
	cancellation.cancelled.connect(func() -> void: heard.append(1))
	var options: Dictionary = {"cancellation": cancellation}
	var finished: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"), options)
	var hanging: Array[RustlsHTTPResponse] = [
		RustlsHTTP.request(server.url("/hang"), options).get_object(),
		node(ours).call(&"fetch", server.url("/hang"), PackedStringArray(), 0, null, options),
	]
	var free: RustlsHTTPResponse = RustlsHTTP.request(server.url("/")).get_object()
	check(not cancellation.is_cancelled(), "is_cancelled() before")
	cancellation.cancel()
	cancellation.cancel()
	check(cancellation.is_cancelled(), "is_cancelled() after")
	for response: RustlsHTTPResponse in hanging:
		await response.done()
		equal([response.result, response.error], [Result.REQUEST_FAILED as int, "the request was cancelled"], "a cancelled one")
	await free.done()
	check(free.ok and finished.ok, "another one is cancelled")
	equal(heard, [1], "signals")
	var late: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/late"), options)
	equal(late.error, "the request was cancelled", "a request with a cancellation that was used")
	check(not server.requests().any(func(request: Request) -> bool: return request.target == "/late"), "it was sent")


func test_cancelling_within_the_signal_of_a_response_is_safe(_ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello"), "/hang": [&"hang"]})
	var cancellation: RustlsCancellation = RustlsCancellation.new()
	var first: RustlsHTTPResponse = RustlsHTTP.request(server.url("/"), {"cancellation": cancellation}).get_object()
	var second: RustlsHTTPResponse = RustlsHTTP.request(server.url("/hang"), {"cancellation": cancellation}).get_object()
	first.completed.connect(func(_response: RustlsHTTPResponse) -> void: cancellation.cancel())
	await second.done()
	equal([first.ok, second.error], [true, "the request was cancelled"], "the two")


func test_a_cancellation_keeps_no_response(_ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello")})
	var cancellation: RustlsCancellation = RustlsCancellation.new()
	var response: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"), {"cancellation": cancellation})
	var kept: WeakRef = weakref(response)
	response = null
	await until(func() -> bool: return kept.get_ref() == null)
	check(kept.get_ref() == null, "it is kept")

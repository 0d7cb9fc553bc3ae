extends "res://support/http_suite.gd"
## Requests that are sent again after a failure that may pass: which, how often, and what ends them.


const DATA := "0123456789abcdefghij"
const SOME := 10


func test_a_request_is_sent_again_until_the_server_is_well(ours: Stack) -> void:
	var server: Peer = peer({"/": _recovering(2)})
	var http: Node = node(ours, {&"retries": 3})
	var response: RefCounted = await http.call(&"fetch", server.url("/")).completed
	equal([response.get(&"response_code"), response.call(&"get_text")], [200, "well"], "code and text")
	equal(response.get(&"retry_count"), 2, "retry_count")
	equal(server.requests().size(), 3, "the requests")


func test_the_node_reports_the_last_try_only(ours: Stack) -> void:
	var server: Peer = peer({"/": _recovering(9)})
	var http: Node = node(ours, {&"retries": 1})
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 503, null, "busy")
	var response: RefCounted = http.call(&"get_response")
	equal(response.get(&"retry_count"), 1, "retry_count")
	equal(server.requests().size(), 2, "the requests")


func test_nothing_is_repeated_without_being_asked_for(ours: Stack) -> void:
	var server: Peer = peer({"/": _recovering(9)})
	came_to(await ask(node(ours), server.url("/")), Result.SUCCESS, 503, null, "busy")
	equal(server.requests().size(), 1, "the requests")


func test_a_post_is_never_repeated(ours: Stack) -> void:
	var server: Peer = peer({"/busy": _recovering(9), "/lost": [&"cut"]})
	# Lost together with a reused connection, it would be sent again at once.
	var http: Node = node(ours, {&"retries": 5, &"retry_lost_post": false})
	for method: int in [HTTPClient.METHOD_POST, HTTPClient.METHOD_PATCH]:
		came_to(await ask(http, server.url("/busy"), [], method, "score"), Result.SUCCESS, 503, null, "busy")
		came_to_nothing(await ask(http, server.url("/lost"), [], method, "score"), Result.CONNECTION_ERROR)
	equal(server.requests().size(), 4, "the requests")


func test_a_connection_that_breaks_is_made_again(ours: Stack) -> void:
	for broken: Array in [[&"cut"], Answers.missized("01234", 20), [Answers.head(200).slice(0, 9), &"cut"]]:
		var tries: Array[int] = [0]
		var answer: Callable = func(_request: Request) -> Array:
			tries[0] += 1
			return Answers.sized(DATA) if tries[0] == 3 else broken
		var server: Peer = peer({"/": answer})
		came_to(await ask(node(ours, {&"retries": 2}), server.url("/")), Result.SUCCESS, 200, null, DATA)


func test_a_server_that_is_not_there_is_looked_for(ours: Stack) -> void:
	var http: Node = node(ours, {&"retries": 2})
	var response: RefCounted = await http.call(&"fetch", "http://127.0.0.1:%d/" % free_port()).completed
	equal(response.get(&"result"), Result.CANT_CONNECT as int, "the result")
	equal(response.get(&"retry_count"), 2, "retry_count")


func test_what_would_fail_again_is_not_repeated(ours: Stack) -> void:
	expect_errors()
	var big: Array = Answers.sized(DATA)
	var server: Peer = peer({"/big": big, "/bad": Answers.sized("no gzip", 200, ["Content-Encoding: gzip"]),
		"/away": Answers.redirect("Location: /away"), "/missing": Answers.not_found(), "/error": Answers.sized("x", 500)})
	var http: Node = node(ours, {&"retries": 5, &"body_size_limit": 12, &"max_redirects": 0})
	for path: String in ["/big", "/bad", "/away", "/missing", "/error"]:
		row(path)
		var response: RefCounted = await http.call(&"fetch", server.url(path)).completed
		equal(response.get(&"retry_count"), 0, "retry_count")
	var secure: Peer = peer({"/": Answers.sized(DATA)}, FIXTURE)
	row("a certificate for another name")
	var refused: RefCounted = await http.call(&"fetch", secure.url("/", "localhost")).completed
	equal(refused.get(&"result"), Result.TLS_HANDSHAKE_ERROR as int, "the result")
	equal(refused.get(&"retry_count"), 0, "retry_count")


func test_a_hostile_retry_after_delays_nobody(ours: Stack) -> void:
	# Whether the request is repeated: what cannot be read is as good as none, and what is too long ends the request.
	var values: Dictionary = {
		"0": true, "-1": true, "soon": true, "": true, "1e9": true, "Thu, 01 Jan 1970 00:00:00 GMT": true,
		"Sun, 99 Nov 1994 08:49:37 GMT": true, "61": false, "99999999999": false, "99999999999999999999999": false,
		"Fri, 31 Dec 9999 23:59:59 GMT": false,
	}
	for value: String in values:
		row(value)
		var server: Peer = peer({"/": Answers.sized("busy", 503, ["Retry-After: " + value])})
		var response: RefCounted = await node(ours, {&"retries": 1}).call(&"fetch", server.url("/")).completed
		equal(response.get(&"response_code"), 503, "the code")
		equal(response.get(&"retry_count"), 1 if values[value] else 0, "retry_count")


func test_what_the_server_asks_for_is_waited_for(ours: Stack) -> void:
	var tries: Array[int] = [0]
	var server: Peer = peer({"/": func(_request: Request) -> Array:
		tries[0] += 1
		return Answers.sized("busy", 429, ["Retry-After: 1"]) if tries[0] == 1 else Answers.sized("well")})
	var begun: int = Time.get_ticks_msec()
	came_to(await ask(node(ours, {&"retries": 1}), server.url("/")), Result.SUCCESS, 200, null, "well")
	var waited: int = Time.get_ticks_msec() - begun
	check(waited >= 1000, "only %d ms passed" % waited)


func test_a_wait_that_the_time_limit_would_end_is_not_begun(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("busy", 503, ["Retry-After: 30"])})
	var http: Node = node(ours, {&"retries": 1, &"timeout": 20.0})
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 503, null, "busy")


func test_a_request_that_waits_can_be_cancelled(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("busy", 503, ["Retry-After: 60"])})
	for way: String in ["cancel", "free"]:
		row(way)
		server.forget()
		var http: Node = node(ours, {&"retries": 9})
		var response: RefCounted = http.call(&"fetch", server.url("/"))
		var ends: Array = []
		response.connect(&"completed", func(ended: RefCounted) -> void: ends.append(ended.get(&"result")))
		await until(func() -> bool: return server.requests().size() == 1)
		await frames(SOME)
		equal(ends, [], "the ends before")
		var target: Object = response if way == "cancel" else http
		target.call(way)
		await frames(2)
		equal(ends, [Result.REQUEST_FAILED as int], "the ends")
		await frames(SOME)
		equal(server.requests().size(), 1, "the requests")


func test_a_download_that_was_cut_goes_on(ours: Stack) -> void:
	for resumes: bool in [false, true]:
		row("with download_resume" if resumes else "without")
		var cut: Array = [Answers.head(200, ["ETag: \"a\"", "Content-Length: 20"]) + Answers.bytes(DATA.left(10)), &"cut"]
		var rest: Array = Answers.sized(DATA.right(10), 206, ["ETag: \"a\"", "Content-Range: bytes 10-19/20"])
		var tries: Array[int] = [0]
		var server: Peer = peer({"/": func(request: Request) -> Array:
			tries[0] += 1
			if tries[0] == 1:
				return cut
			return Answers.sized(DATA) if request.value("Range").is_empty() else rest})
		var path: String = scratch_file("retried")
		var http: Node = node(ours, {&"retries": 1, &"download_file": path, &"download_resume": resumes})
		came_to(await ask(http, server.url("/")), Result.SUCCESS, 206 if resumes else 200, null, NOTHING)
		equal(FileAccess.get_file_as_string(path), DATA, "what the file holds")
		equal(files_in(path.get_base_dir()), PackedStringArray(["retried"]), "the files in the folder")


func test_a_stream_of_events_is_not_repeated(ours: Stack) -> void:
	var head: PackedByteArray = Answers.head(200, ["Content-Type: text/event-stream", "Content-Length: 100"])
	var server: Peer = peer({"/": [head + Answers.bytes("data: one\n\n"), &"cut"]})
	var http: Node = node(ours, {&"retries": 5, &"server_sent_events": true})
	var response: RefCounted = await http.call(&"fetch", server.url("/")).completed
	equal(response.get(&"result"), Result.CONNECTION_ERROR as int, "the result")
	equal(response.get(&"retry_count"), 0, "retry_count")


func test_retries_are_an_option_of_one_request(ours: Stack) -> void:
	var http: Node = node(ours, {&"retries": 5})
	for wanted: int in [0, 1]:
		var server: Peer = peer({"/": _recovering(9)})
		var response: RefCounted = await _fetch_with(http, server.url("/"), {"retries": wanted}).completed
		equal(response.get(&"retry_count"), wanted, "retry_count")
	for wrong: Variant in [-1, 1.5, true, "2"]:
		var refused: RefCounted = await _fetch_with(http, "http://127.0.0.1:1/", {"retries": wrong}).completed
		names(str(refused.get(&"error")), "\"retries\" takes a whole number", "the error")
	var busy: Peer = peer({"/": _recovering(1)})
	var response: RustlsHTTPResponse = await RustlsHTTP.request(busy.url("/"), {"retries": 1})
	equal([response.response_code, response.retry_count], [200, 1], "without a node: code and retry_count")


func test_a_negative_number_of_retries_is_refused(ours: Stack) -> void:
	expect_errors()
	var http: Node = node(ours, {&"retries": 2})
	http.set(&"retries", -1)
	equal(http.get(&"retries"), 2, "retries")
	if can_read_log():
		names("\n".join(printed_errors()), "retries is -1", "the error")


func _fetch_with(http: Node, url: String, options: Dictionary) -> RefCounted:
	return http.call(&"fetch", url, PackedStringArray(), HTTPClient.METHOD_GET, null, options)


## Answers of a server that is unavailable so many times.
func _recovering(times: int) -> Callable:
	var tries: Array[int] = [0]
	return func(_request: Request) -> Array:
		tries[0] += 1
		return Answers.sized("busy", 503) if tries[0] <= times else Answers.sized("well")

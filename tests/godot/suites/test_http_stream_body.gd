extends "res://support/http_suite.gd"
## Bodies that are delivered in pieces and not kept.


const MEGABYTE := 1 << 20
const SOME := 10


## Collects the pieces of a response.
class Pieces:
	extends RefCounted

	var bytes: PackedByteArray = []
	var count: int = 0
	var size: int = 0
	## Keeps the bytes, or only counts them.
	var keeps: bool = true

	func hear(chunk: PackedByteArray) -> void:
		count += 1
		size += chunk.size()
		if keeps:
			bytes.append_array(chunk)


func test_a_body_comes_in_pieces_and_is_not_kept(ours: Stack) -> void:
	var body: PackedByteArray = noise(3 * MEGABYTE + 7)
	var server: Peer = peer({"/sized": Answers.sized(body), "/chunked": Answers.chunked(body, [1, 70000]),
		"/unsized": Answers.unsized(body), "/gzip": Answers.compressed(body, "gzip"),
		"/zstd": Answers.compressed(body, "zstd")})
	for path: String in ["/sized", "/chunked", "/unsized", "/gzip", "/zstd"]:
		row(path)
		var http: Node = node(ours, {&"stream_body": true})
		var response: RefCounted = http.call(&"fetch", server.url(path))
		var pieces: Pieces = _collect(response)
		var of_node: Pieces = _collect(http)
		await response.completed
		equal(response.get(&"result"), Result.SUCCESS as int, "the result")
		check(pieces.count > 1, "there were %d pieces" % pieces.count)
		same_bytes(pieces.bytes, body, "the pieces")
		same_bytes(of_node.bytes, body, "the pieces of the node")
		same_bytes(response.get(&"body"), NOTHING, "the body")


func test_request_delivers_pieces_too(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized(noise(100000))})
	var http: Node = node(ours, {&"stream_body": true})
	var pieces: Pieces = _collect(http)
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, NOTHING)
	same_bytes(pieces.bytes, noise(100000), "the pieces")


func test_pieces_come_without_a_node(_ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized(noise(200000))})
	var completed: Signal = RustlsHTTP.request(server.url("/"), {"stream_body": true})
	var pieces: Pieces = _collect(completed.get_object())
	var response: RustlsHTTPResponse = await completed
	equal([response.ok, response.body.size()], [true, 0], "ok and the size of the body")
	same_bytes(pieces.bytes, noise(200000), "the pieces")


func test_the_head_is_known_before_the_first_piece(ours: Stack) -> void:
	var gate: Array = [false]
	var server: Peer = peer({"/": [Answers.head(206, ["X-Kind: test", "Content-Length: 6"]), "one".to_utf8_buffer(), gate,
		"two".to_utf8_buffer()]})
	var response: RefCounted = node(ours, {&"stream_body": true}).call(&"fetch", server.url("/"))
	equal(response.get(&"response_code"), 0, "the code before")
	equal(await response.chunk_received, "one".to_utf8_buffer(), "the first piece")
	equal([response.get(&"response_code"), response.call(&"get_header", "x-kind")], [206, "test"], "code and header")
	equal([response.get(&"result"), response.call(&"is_completed")], [-1, false], "result and is_completed()")
	gate[0] = true
	equal(await response.chunk_received, "two".to_utf8_buffer(), "the second piece")
	await response.completed


func test_bodies_without_a_byte_have_no_pieces(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized(""), "/none": [Answers.head(204)]})
	for path: String in ["/", "/none"]:
		var http: Node = node(ours, {&"stream_body": true})
		var pieces: Pieces = _collect(http)
		var response: RefCounted = await http.call(&"fetch", server.url(path)).completed
		equal([response.get(&"result"), pieces.count], [0, 0], "result and pieces")


func test_the_page_of_an_error_is_a_body(ours: Stack) -> void:
	var server: Peer = peer()
	var http: Node = node(ours, {&"stream_body": true})
	var pieces: Pieces = _collect(http)
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 404, null, "nothing here")
	equal(pieces.count, 0, "the pieces")


func test_pieces_wait_for_a_node_that_is_paused_and_the_server_with_them(ours: Stack) -> void:
	var slice: PackedByteArray = noise(65536)
	var sent: Array[int] = [0]
	var more: Callable = func() -> PackedByteArray:
		sent[0] += 1
		return slice if sent[0] <= 500 else NOTHING
	var server: Peer = peer({"/": [Answers.head(200, ["Connection: close"]), more, &"close"]})
	var http: Node = node(ours, {&"stream_body": true})
	var pieces: Pieces = _collect(http, false)
	var outcome: Outcome = begin(http, server.url("/"))
	await until(func() -> bool: return pieces.count > 0)
	http.process_mode = Node.PROCESS_MODE_DISABLED
	# Until the count no longer changes: the sockets hold a few megabytes.
	var before: int = -1
	var unchanged: int = 0
	while unchanged < 3:
		unchanged = unchanged + 1 if sent[0] == before else 0
		before = sent[0]
		await tree.create_timer(0.3).timeout
	check(before < 400, "the server could send %d slices" % before)
	var delivered: int = pieces.count
	await frames(SOME)
	equal(pieces.count, delivered, "pieces while the node is paused")
	http.process_mode = Node.PROCESS_MODE_INHERIT
	await heard(outcome)
	equal(outcome.result, Result.SUCCESS as int, "the result")
	equal(pieces.size, 500 * slice.size(), "the bytes")


func test_a_handler_may_cancel_or_free_the_node(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.endless()})
	for way: String in ["cancel", "free"]:
		row(way)
		var http: Node = node(ours, {&"stream_body": true})
		var response: RefCounted = http.call(&"fetch", server.url("/"))
		var pieces: Pieces = _collect(response, false)
		var target: Object = response if way == "cancel" else http
		response.connect(&"chunk_received", func(_chunk: PackedByteArray) -> void: target.call(way), CONNECT_ONE_SHOT)
		await response.completed
		equal(response.get(&"result"), Result.REQUEST_FAILED as int, "the result")
		equal(pieces.count, 1, "the pieces")


func test_a_bomb_fills_no_memory(ours: Stack) -> void:
	var size: int = 96 * MEGABYTE
	var zeros: PackedByteArray = []
	zeros.resize(size)
	var bomb: Array = Answers.compressed(zeros, "gzip")
	zeros.clear()
	var server: Peer = peer({"/": bomb})
	var http: Node = node(ours, {&"stream_body": true})
	var pieces: Pieces = _collect(http, false)
	var before: int = OS.get_static_memory_usage()
	var most: Array[int] = [0]
	http.connect(&"chunk_received", func(_chunk: PackedByteArray) -> void:
		most[0] = maxi(most[0], OS.get_static_memory_usage()))
	var outcome: Outcome = begin(http, server.url("/"))
	await heard(outcome)
	equal([outcome.result, pieces.size], [0, size], "result and bytes")
	if before > 0:
		check(most[0] - before < 8 * MEGABYTE, "%d bytes more were in use" % (most[0] - before))


func test_the_size_limit_ends_a_body_in_pieces(ours: Stack) -> void:
	expect_errors()
	var zeros: PackedByteArray = []
	zeros.resize(MEGABYTE)
	var server: Peer = peer({"/": Answers.compressed(zeros, "gzip")})
	var http: Node = node(ours, {&"stream_body": true, &"body_size_limit": 300000})
	var pieces: Pieces = _collect(http)
	var outcome: Outcome = await ask(http, server.url("/"))
	equal(outcome.result, Result.BODY_SIZE_LIMIT_EXCEEDED as int, "the result")
	check(pieces.size <= 300000, "%d bytes were delivered" % pieces.size)


func test_a_body_that_breaks_comes_again_only_before_its_first_piece(ours: Stack) -> void:
	var whole: Array = Answers.sized("whole")
	for part: String in ["", "who"]:
		row("after \"%s\"" % part)
		var tries: Array[int] = [0]
		var broken: Array = [Answers.head(200, ["Content-Length: 5"]) + Answers.bytes(part), &"cut"]
		var server: Peer = peer({"/": func(_request: Request) -> Array:
			tries[0] += 1
			return broken if tries[0] == 1 else whole})
		var http: Node = node(ours, {&"stream_body": true, &"retries": 3})
		var pieces: Pieces = _collect(http)
		var outcome: Outcome = await ask(http, server.url("/"))
		equal(pieces.bytes.get_string_from_ascii(), "whole" if part.is_empty() else part, "the pieces")
		equal(outcome.result, (Result.SUCCESS if part.is_empty() else Result.CONNECTION_ERROR) as int, "the result")


func test_two_ways_for_one_body_are_refused(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/": Answers.sized("text")})
	var others: Dictionary = {&"download_file": scratch_file("streamed"), &"server_sent_events": true}
	for other: StringName in others:
		row(other)
		var http: Node = node(ours, {&"stream_body": true, other: others[other]})
		var response: RefCounted = await http.call(&"fetch", server.url("/")).completed
		equal(response.get(&"result"), Result.REQUEST_FAILED as int, "the result")
		for word: String in ["stream_body", other]:
			names(str(response.get(&"error")), word, "the error")
		equal(http.call(&"request", server.url("/")), ERR_INVALID_PARAMETER, "request()")
		names(str(http.call(&"get_last_error")), "stream_body", "get_last_error()")
	equal(server.requests().size(), 0, "the requests")


func test_the_editor_warns_of_properties_that_do_not_go_together(ours: Stack) -> void:
	for case: Array in [
		[{&"stream_body": true, &"download_file": "user://a"}, "download_file"],
		[{&"stream_body": true, &"server_sent_events": true}, "server_sent_events"],
		[{&"reconnect_events": true}, "no effect without server_sent_events"],
		[{&"reconnect_events": true, &"server_sent_events": true}, ""],
		[{&"stream_body": true, &"retries": 3}, ""],
	]:
		row(str(case[0]))
		var warnings: PackedStringArray = node(ours, case[0]).call(&"get_configuration_warnings")
		if (case[1] as String).is_empty():
			equal(warnings, PackedStringArray(), "the warnings")
		elif equal(warnings.size(), 1, "the number of warnings"):
			names(warnings[0], case[1], "the warning")


func _collect(source: Object, keeps: bool = true) -> Pieces:
	var pieces: Pieces = Pieces.new()
	pieces.keeps = keeps
	source.connect(&"chunk_received", pieces.hear)
	return pieces

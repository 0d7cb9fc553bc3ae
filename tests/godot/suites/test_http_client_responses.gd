extends "res://support/http_client_suite.gd"
## The polled client with each kind of response: the status after its head, and the following steps.


## A case: the response, the status after the head, the body, and the final status.
class Case:
	extends RefCounted

	var steps: Array
	var at_head: Status
	var body: String
	var at_end: Status
	var method: int = HTTPClient.METHOD_GET
	var length: int = -1
	var is_chunked: bool = false

	func _init(answer: Array, head_status: Status, told_body: String = "", end_status: Status = Status.CONNECTED) -> void:
		steps = answer
		at_head = head_status
		body = told_body
		at_end = end_status

	func with(told_length: int, chunked: bool = false) -> Case:
		length = told_length
		is_chunked = chunked
		return self

	func by(other_method: int) -> Case:
		method = other_method
		return self


func test_bodies_with_known_ends(stack: Stack) -> void:
	await _all(stack, {
		"a length": Case.new(Answers.sized("hello"), Status.BODY, "hello").with(5),
		"length 0": Case.new(Answers.sized(""), Status.BODY).with(0),
		"chunks": Case.new(Answers.chunked("hello in chunks", [4]), Status.BODY, "hello in chunks").with(-1, true),
		"no chunks": Case.new(Answers.chunked("", [4]), Status.BODY).with(-1, true),
		"trailers": Case.new(Answers.chunked("hello", [4], [], ["X-A: b", "X-C: d"]), Status.BODY, "hello").with(-1, true),
		"both": Case.new(Answers.chunked("hello", [4], ["Content-Length: 5"]), Status.BODY, "hello").with(5, true),
		"no content": Case.new([Answers.head(204, ["X-A: b"])], Status.CONNECTED),
		"not modified": Case.new([Answers.head(304, ["X-A: b"])], Status.CONNECTED),
		"single bytes": Case.new(Answers.in_pieces(Answers.sized("slowly")[0], 1, 1), Status.BODY, "slowly").with(6),
		"lines without CR": Case.new(
			[Answers.bytes("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")], Status.BODY, "ok").with(2),
	})


## The engine treats some of these as failures if a poll reaches the end; in others it waits, or reads on.
func test_bodies_of_which_the_engine_is_not_sure(ours: Stack) -> void:
	await _all(ours, {
		"to the end": Case.new(Answers.unsized("to the end"), Status.BODY, "to the end", Status.DISCONNECTED),
		"to the end, unsaid": Case.new(
			Answers.unsized("to the end", ["X-A: b"]), Status.BODY, "to the end", Status.DISCONNECTED),
		"HTTP/1.0": Case.new(
			[Answers.head("HTTP/1.0 200 OK", ["X-A: b"]) + Answers.bytes("old"), &"close"], Status.BODY, "old",
			Status.DISCONNECTED),
		"no content, with a length": Case.new([Answers.head(204, ["Content-Length: 5"])], Status.CONNECTED),
		"not modified, with a length": Case.new([Answers.head(304, ["Content-Length: 5"])], Status.CONNECTED),
		"interim answers": Case.new(
			[Answers.head("HTTP/1.1 100 Continue"), 5, Answers.head(103, ["Link: </>"]), 5] + Answers.sized("final"),
			Status.BODY, "final").with(5),
		"chunk extensions": Case.new(
			[Answers.head(200, ["Transfer-Encoding: chunked"]) + Answers.chunks("hello", [2], ";a=b") + Answers.last_chunk()],
			Status.BODY, "hello").with(-1, true),
	})


func test_answers_to_head_have_no_body(stack: Stack) -> void:
	var lengths: Array = [["X-A: b"], ["Content-Length: 5"]]
	for headers: Array in lengths if not stack.is_ours() else lengths + [["Transfer-Encoding: chunked"]]:
		row(str(headers))
		var server: Peer = peer({"/": [Answers.head(200, headers)], "/next": Answers.sized("next")})
		var client: RefCounted = connected(stack, server)
		ask_for(client, "/", HTTPClient.METHOD_HEAD)
		equal(status(client), Status.BODY as int, "the status after the head: a body of no bytes")
		same_bytes(read_body(client), NOTHING, "the body")
		equal(status(client), Status.CONNECTED as int, "the status afterwards")
		ask_for(client, "/next")
		same_bytes(read_body(client), "next".to_ascii_buffer(), "the body of the next answer")


func test_a_status_line_alone_is_a_response_of_ours(ours: Stack) -> void:
	var client: RefCounted = connected(ours, peer({"/": Answers.raw("HTTP/1.1 200 OK\r\n\r\n")}))
	ask_for(client, "/")
	equal([client.call(&"has_response"), client.call(&"get_response_code")], [true, 200], "has_response() and code")


func test_heads_that_never_end_well(stack: Stack) -> void:
	for server: Peer in peers():
		for text: String in ["", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nX-A", "HTTP/1.1 200 OK\r\nX-A: b\r\n"]:
			row("\"%s\", %s" % [text.c_escape(), server.url("")])
			server.answer("/", [Answers.bytes(text), 5, &"close"])
			_fails_at_the_head(stack, server)


func test_heads_that_are_not_http_fail_with_ours(ours: Stack) -> void:
	var server: Peer = peer()
	for text: String in [
		"220 mail.example ESMTP\r\n\r\n", "hello\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/9.9\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
	]:
		row(text.c_escape())
		server.answer("/", [Answers.bytes(text), &"hang"])
		_fails_at_the_head(ours, server)


func test_bodies_cut_short(stack: Stack) -> void:
	for server: Peer in peers({"/": [Answers.head(200, ["Content-Length: 9"]) + Answers.bytes("part"), 20, &"close"]}):
		row(server.url(""))
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		ask_for(client, "/")
		same_bytes(read_body(client), "part".to_ascii_buffer(), "the part that came")
		one_of(status(client), [Status.DISCONNECTED, Status.CONNECTION_ERROR], "the status")


func test_chunks_that_break_the_protocol(stack: Stack) -> void:
	if not stack.is_ours():
		expect_errors()
	var head: PackedByteArray = Answers.head(200, ["Transfer-Encoding: chunked"])
	var server: Peer = peer()
	for text: String in ["xyz\r\nhello\r\n", "5\r\nhelloXX", "-1\r\nhello\r\n", "fffffffffffffffffff\r\nhello"]:
		row(text.c_escape())
		server.answer("/", [head + Answers.bytes(text), &"hang"])
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		ask_for(client, "/")
		read_body(client)
		equal(status(client), Status.CONNECTION_ERROR as int, "the status")
	for text: String in ["9\r\npart", "4\r\npart\r\n"]:
		row(text.c_escape())
		server.answer("/", [head + Answers.bytes(text), 20, &"close"])
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		ask_for(client, "/")
		# Ours returns the received part of a chunk, the engine whole chunks.
		var whole: bool = text.begins_with("4")
		same_bytes(read_body(client), Answers.bytes("part" if whole or stack.is_ours() else ""), "the body")
		# The engine treats the end as regular if a read reaches it.
		one_of(status(client), [Status.CONNECTION_ERROR] if stack.is_ours() else [0, Status.CONNECTION_ERROR], "the status")


func test_headers_are_told_once(stack: Stack) -> void:
	var headers: Array = ["X-A: 1", "x-b: two: words", "X-A: 3"]
	var server: Peer = peer({"/": Answers.sized("", 200, headers)})
	var client: RefCounted = connected(stack, server)
	ask_for(client, "/")
	equal(client.call(&"get_response_headers"), PackedStringArray(headers + ["Content-Length: 0"]), "the headers")
	equal(client.call(&"get_response_headers_as_dictionary"), {}, "the dictionary after the list")
	equal(client.call(&"has_response"), false, "has_response() then")
	read_body(client)
	ask_for(client, "/")
	equal(
		client.call(&"get_response_headers_as_dictionary"), {"X-A": "3", "x-b": "two: words", "Content-Length": "0"},
		"the dictionary")
	equal(client.call(&"get_response_headers"), PackedStringArray(), "the list after the dictionary")


func test_headers_that_are_not_utf_8(stack: Stack) -> void:
	var head: PackedByteArray = Answers.bytes("HTTP/1.1 200 OK\r\nX-A: a")
	head.append(0xff)
	head.append_array(Answers.bytes("b\r\nContent-Length: 0\r\n\r\n"))
	var client: RefCounted = connected(stack, peer({"/": [head]}))
	ask_for(client, "/")
	equal(client.call(&"get_response_headers"), PackedStringArray(["X-A: a\ufffdb", "Content-Length: 0"]), "the headers")


func test_nothing_is_decompressed_or_followed(stack: Stack) -> void:
	var packed: PackedByteArray = Answers.compress("hello", "gzip")
	var server: Peer = peer({
		"/packed": Answers.sized(packed, 200, ["Content-Encoding: gzip"]), "/away": Answers.redirect("Location: /packed"),
	})
	var client: RefCounted = connected(stack, server)
	ask_for(client, "/packed")
	same_bytes(read_body(client), packed, "the body")
	ask_for(client, "/away")
	equal(client.call(&"get_response_code"), 302, "the code")
	same_bytes(read_body(client), "elsewhere".to_ascii_buffer(), "the body")
	equal(server.requests().size(), 2, "how many requests there were")


func test_large_bodies_of_every_framing(stack: Stack) -> void:
	var body: PackedByteArray = noise(1 << 20)
	for server: Peer in peers({"/": Answers.sized(body), "/chunks": Answers.chunked(body, [1, 4097, 65537])}):
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		for path: String in ["/", "/chunks"]:
			row("%s, %s" % [path, server.url("")])
			ask_for(client, path)
			same_bytes(read_body(client), body, "the body")


func test_an_endless_body_can_be_closed(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.endless()})
	var client: RefCounted = connected(stack, server)
	ask_for(client, "/")
	var count: Array[int] = [0]
	wait_until(func() -> bool:
		count[0] += (client.call(&"read_response_body_chunk") as PackedByteArray).size()
		return count[0] > 1000000)
	client.call(&"close")
	equal(status(client), Status.DISCONNECTED as int, "the status")
	await until(func() -> bool: return server.open() == 0)


func test_the_end_of_an_idle_connection_is_noticed(stack: Stack) -> void:
	for server: Peer in peers({"/": Answers.sized("hello") + [&"close"]}):
		row(server.url(""))
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		ask_for(client, "/")
		read_body(client)
		equal(poll_while(client, [Status.CONNECTED]), ERR_CONNECTION_ERROR, "poll()")
		equal(status(client), Status.CONNECTION_ERROR as int, "the status")


func _fails_at_the_head(stack: Stack, server: Peer) -> void:
	var client: RefCounted = connected(stack, server)
	if client == null:
		return
	equal(ask_for(client, "/"), ERR_CONNECTION_ERROR, "poll()")
	equal(status(client), Status.CONNECTION_ERROR as int, "the status")
	equal(client.call(&"get_response_code"), 0, "the code")
	equal(client.call(&"poll"), ERR_CONNECTION_ERROR, "another poll()")
	if stack.is_ours():
		check(str(client.call(&"get_last_error")).length() > 10, "get_last_error() is no sentence")


## Runs all cases against a plain and a secure server.
func _all(stack: Stack, cases: Dictionary) -> void:
	for server: Peer in peers():
		for label: String in cases:
			var case: Case = cases[label]
			row("%s, %s" % [label, server.url("")])
			server.answer("/", case.steps)
			var client: RefCounted = connected(stack, server)
			if client == null:
				continue
			ask_for(client, "/", case.method)
			equal(status(client), case.at_head as int, "the status after the head")
			equal(client.call(&"has_response"), true, "has_response()")
			if case.at_head == Status.BODY:
				equal(client.call(&"get_response_body_length"), case.length, "get_response_body_length()")
				equal(client.call(&"is_response_chunked"), case.is_chunked, "is_response_chunked()")
			same_bytes(read_body(client), case.body.to_ascii_buffer(), "the body")
			equal(status(client), case.at_end as int, "the status afterwards")
	await tree.process_frame

extends "res://support/http_suite.gd"
## Every result of a request, with its response code, headers and body, over HTTP and HTTPS.


## A case: the response, and the expected result, code, headers (null: any) and body of both classes.
class Case:
	extends RefCounted

	var steps: Array
	var result: Result
	var code: int
	var headers: Variant
	var body: Variant
	var method: int = HTTPClient.METHOD_GET
	var properties: Dictionary = {}

	func _init(
		answer: Array, told_result: Result, told_code: int = 0, told_headers: Variant = [], told_body: Variant = ""
	) -> void:
		steps = answer
		result = told_result
		code = told_code
		headers = told_headers
		body = told_body

	func by(other_method: int) -> Case:
		method = other_method
		return self

	func with(changed: Dictionary) -> Case:
		properties = changed
		return self


func test_whole_answers_are_a_success(stack: Stack) -> void:
	var sent: Array = ["X-A: 1", "x-B:two words ", "X-A: 3"]
	# Ours returns all headers with one space.
	var told: Array = ["X-A: 1", "x-B: two words" if stack.is_ours() else "x-B:two words", "X-A: 3", "Content-Length: 0"]
	await _all(stack, {
		"with a length": _success(Answers.sized("hello"), 200, ["Content-Length: 5"], "hello"),
		"of length 0": _success(Answers.sized(""), 200, ["Content-Length: 0"]),
		"in chunks": _success(Answers.chunked("hello in chunks", [4, 1, 100]), 200, null, "hello in chunks"),
		"not found": _success(Answers.sized("no", 404), 404, ["Content-Length: 2"], "no"),
		"server error": _success(Answers.sized("oh", 500), 500, ["Content-Length: 2"], "oh"),
		"code 599": _success(Answers.sized("oh", 599), 599, ["Content-Length: 2"], "oh"),
		"no content": _success([Answers.head(204, ["X-A: b"])], 204, ["X-A: b"]),
		"not modified": _success([Answers.head(304, ["X-A: b"])], 304, ["X-A: b"]),
		"to HEAD": _success([Answers.head(200, ["Content-Length: 9"])], 200, null).by(HTTPClient.METHOD_HEAD),
		"of HTTP/1.0": _success(
			[Answers.head("HTTP/1.0 200 OK", ["Content-Length: 2"]) + Answers.bytes("ok"), &"close"], 200, null, "ok"),
		"headers as they were sent": _success(
			Answers.sized("", 200, sent), 200, told),
		"no reason": _success([Answers.head("HTTP/1.1 200", ["Content-Length: 1"]) + Answers.bytes("x")], 200, null, "x"),
		"in single bytes": _success(
			Answers.in_pieces(Answers.sized("slowly")[0], 1, 1), 200, ["Content-Length: 6"], "slowly"),
	})


func test_answers_that_end_with_the_connection_are_a_success_of_ours(ours: Stack) -> void:
	await _all(ours, {
		"said so": _success(Answers.unsized("until the end"), 200, ["Connection: close"], "until the end"),
		"not said so": _success(Answers.unsized("until the end", ["X-A: b"]), 200, ["X-A: b"], "until the end"),
		"HTTP/1.0": _success(
			[Answers.head("HTTP/1.0 200 OK", ["X-A: b"]) + Answers.bytes("old"), &"close"], 200, ["X-A: b"], "old"),
		"a status line alone": _success(Answers.raw("HTTP/1.1 200 OK\r\n\r\n"), 200, []),
		"no content, with a length": _success([Answers.head(204, ["Content-Length: 5"])], 204, null),
		"not modified, with a length": _success([Answers.head(304, ["Content-Length: 5"])], 304, ["Content-Length: 5"]),
		"HEAD, in chunks": _success(
			[Answers.head(200, ["Transfer-Encoding: chunked"])], 200, null).by(HTTPClient.METHOD_HEAD),
		"an interim answer first": _success(
			[Answers.head(103, ["Link: </x>"]), 5, Answers.sized("final")[0]], 200, ["Content-Length: 5"], "final"),
		"chunk extensions": _success(
			[Answers.head(200, ["Transfer-Encoding: chunked"]), Answers.chunks("extended", [3], ";a=b") + Answers.last_chunk()],
			200, null, "extended"),
	})


func test_odd_heads_are_read(stack: Stack) -> void:
	var invalid: PackedByteArray = Answers.bytes("HTTP/1.1 200 OK\r\nX-A: a")
	invalid.append_array([0xff, 0x62])
	invalid.append_array(Answers.bytes("\r\nContent-Length: 2\r\n\r\nok"))
	await _all(stack, {
		"lines without CR": _success(
			[Answers.bytes("HTTP/1.1 200 OK\nX-A: b\nContent-Length: 2\n\nok")], 200, ["X-A: b", "Content-Length: 2"], "ok"),
		"not UTF-8": _success([invalid], 200, ["X-A: a\ufffdb", "Content-Length: 2"], "ok"),
		"UTF-8": _success(Answers.sized("ok", 200, ["X-A: \u00fc"]), 200, ["X-A: \u00fc", "Content-Length: 2"], "ok"),
		"an empty header": _success(Answers.sized("ok", 200, ["X-A:"]), 200, null, "ok"),
		"60 headers": _success(Answers.header_bomb(60, 10), 200, null, "boom"),
		"a header of 8000 bytes": _success(Answers.header_bomb(1, 8000), 200, null, "boom"),
	})


func test_bombs_of_headers_end_the_request(stack: Stack) -> void:
	var server: Peer = peer({
		"/many": Answers.header_bomb(20000, 10), "/long": Answers.header_bomb(1, 1 << 20),
		"/folded": Answers.sized("ok", 200, ["X-A: one\r\n two"]), "/colonless": Answers.sized("ok", 200, ["colonless"]),
	})
	for path: String in ["/many", "/long", "/folded", "/colonless"]:
		row(path)
		var outcome: Outcome = await ask(node(stack), server.url(path))
		# Each class may accept or refuse such a head; the request must end in both cases.
		one_of(outcome.result, [Result.SUCCESS, Result.CONNECTION_ERROR], "the result")
		equal(outcome.code, 200 if outcome.result == Result.SUCCESS else 0, "the response code")


func test_lengths_that_contradict_the_chunks(stack: Stack) -> void:
	await _all(stack, {
		"equal": _success(Answers.chunked("hello", [5], ["Content-Length: 5"]), 200, null, "hello"),
	})


## The engine refuses this response; by RFC 9112 section 6.3 the chunks count.
func test_chunks_of_another_length_count_with_ours(ours: Stack) -> void:
	await _all(ours, {
		"too large": _success(Answers.chunked("hello", [5], ["Content-Length: 9"]), 200, null, "hello"),
		"too small": _success(Answers.chunked("hello", [5], ["Content-Length: 2"]), 200, null, "hello"),
	})


func test_an_empty_header_has_no_blank_at_its_end(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("", 200, ["Empty:", "Blank: "])})
	came_to(await ask(node(stack), server.url("/")), Result.SUCCESS, 200, ["Empty:", "Blank:", "Content-Length: 0"], NOTHING)


func test_lost_connections(stack: Stack) -> void:
	var error: Result = Result.CONNECTION_ERROR
	var in_chunks: PackedByteArray = Answers.head(200, ["Transfer-Encoding: chunked"])
	# The pauses separate the end from the data before it: otherwise the engine treats some ends as those of whole bodies.
	await _all(stack, {
		"before the answer": Case.new([&"close"], error),
		"in the first line": Case.new(Answers.raw("HTTP/1.1 20"), error),
		"in the headers": Case.new(Answers.raw("HTTP/1.1 200 OK\r\nX-A: b\r\nX-C"), error),
		"before the blank line": Case.new(Answers.raw("HTTP/1.1 200 OK\r\nX-A: b\r\n"), error),
		"before the body": Case.new([Answers.head(200, ["Content-Length: 9"]), 30, &"close"], error),
		"in the body": Case.new([Answers.head(200, ["Content-Length: 9"]) + Answers.bytes("part"), 30, &"close"], error),
		"before the first chunk": Case.new([in_chunks, 30, &"close"], error),
		"in a chunk": Case.new([in_chunks + Answers.bytes("9\r\npart"), 30, &"close"], error),
		"before the last chunk": Case.new([in_chunks + Answers.chunks("chunks", [3]), 30, &"close"], error),
		"at once": Case.new([&"cut"], error),
	})


func test_lost_connections_to_a_client_that_still_sends(stack: Stack) -> void:
	var server: Peer = peer()
	var steps: Dictionary = {
		"/at_once": [&"cut"], "/in_the_head": Answers.raw("HTTP/1.1 200 O"),
		"/in_the_body": Answers.missized("part", 900000),
	}
	server.leave_unread(steps.keys())
	for path: String in steps:
		row(path)
		server.answer(path, steps[path])
		var outcome: Outcome = await ask(node(stack), server.url(path), [], HTTPClient.METHOD_POST, noise(300000))
		came_to_nothing(outcome, Result.CONNECTION_ERROR)


func test_answers_that_break_the_protocol(stack: Stack) -> void:
	_engine_prints(stack)
	var error: Result = Result.CONNECTION_ERROR
	var in_chunks: PackedByteArray = Answers.head(200, ["Transfer-Encoding: chunked"])
	await _all(stack, {
		"a chunk's length is no number": Case.new([in_chunks + Answers.bytes("xyz\r\nhello\r\n0\r\n\r\n"), &"hang"], error),
		"a chunk has no end": Case.new([in_chunks + Answers.bytes("5\r\nhelloXX0\r\n\r\n"), &"hang"], error),
		"a chunk too long for numbers": Case.new([in_chunks + Answers.bytes("fffffffffffffffffff\r\nhello"), &"hang"], error),
		"a chunk's length is negative": Case.new([in_chunks + Answers.bytes("-5\r\nhello\r\n0\r\n\r\n"), &"hang"], error),
	})


## The engine accepts all of these as responses.
func test_answers_that_are_not_http_fail_with_ours(ours: Stack) -> void:
	var error: Result = Result.CONNECTION_ERROR
	await _all(ours, {
		"another protocol": Case.new(Answers.raw("220 mail.example ESMTP\r\n\r\n"), error),
		"no words at all": Case.new(Answers.raw(noise(200) + Answers.bytes("\r\n\r\n")), error),
		"a negative length": Case.new(Answers.missized("hello", "-5"), error),
		"a length that is no number": Case.new(Answers.missized("hello", "five"), error),
		"two lengths": Case.new(Answers.missized("hello", 5, ["Content-Length: 4"]), error),
		"a length beyond all numbers": Case.new(Answers.missized("hello", "99999999999999999999999"), error),
		"a code of two digits": Case.new(Answers.raw("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"), error),
	})


func test_a_status_line_alone_is_no_response_for_the_engine(engine: Stack) -> void:
	await _all(engine, {"status line": Case.new(Answers.raw("HTTP/1.1 200 OK\r\n\r\n"), Result.NO_RESPONSE)})


func test_bodies_over_the_limit(stack: Stack) -> void:
	var over: Result = Result.BODY_SIZE_LIMIT_EXCEEDED
	var zeros: PackedByteArray = []
	zeros.resize(5000)
	await _all(stack, {
		"announced": Case.new(Answers.sized("hello"), over, 200, ["Content-Length: 5"]).with({&"body_size_limit": 4}),
		"at the limit": _success(Answers.sized("hello"), 200, null, "hello").with({&"body_size_limit": 5}),
		"0 is a limit": Case.new(Answers.sized("h"), over, 200, null).with({&"body_size_limit": 0}),
		"in chunks": Case.new(Answers.chunked("hello", [2]), over, 200, null).with({&"body_size_limit": 4}),
		"without an end": Case.new(Answers.endless(), over, 200, ["Connection: close"]).with({&"body_size_limit": 1000000}),
		"decompressed": Case.new(Answers.compressed(zeros, "gzip"), over, 200, null).with({&"body_size_limit": 4999}),
		"decompressed at the limit": _success(
			Answers.compressed(zeros, "gzip"), 200, null, zeros).with({&"body_size_limit": 5000}),
	})


func test_bodies_that_cannot_be_decompressed(stack: Stack) -> void:
	_engine_prints(stack)
	var failed: Result = Result.BODY_DECOMPRESS_FAILED
	var broken: PackedByteArray = Answers.compress(noise(500), "gzip")
	broken[12] = 0xff
	broken[13] = 0xff
	await _all(stack, {
		"no gzip": Case.new(
			Answers.sized("this is no gzip", 200, ["Content-Encoding: gzip"]), failed, 200,
			["Content-Encoding: gzip", "Content-Length: 15"]),
		"no deflate": Case.new(Answers.sized("this is no zlib", 200, ["Content-Encoding: deflate"]), failed, 200, null),
		"broken gzip": Case.new(Answers.sized(broken, 200, ["Content-Encoding: gzip"]), failed, 200, null),
	})


func test_truncated_compression_fails_with_ours(ours: Stack) -> void:
	var failed: Result = Result.BODY_DECOMPRESS_FAILED
	var cases: Dictionary = {}
	for encoding: String in Answers.COMPRESSIONS:
		var whole: PackedByteArray = Answers.compress(noise(5000), encoding)
		for kept: int in [5, 2500, whole.size() - 1]:
			var answer: Array = Answers.sized(whole.slice(0, kept), 200, ["Content-Encoding: " + encoding])
			cases["%s after %d bytes" % [encoding, kept]] = Case.new(answer, failed, 200, null)
	await _all(ours, cases)


func test_redirects_beyond_the_limit(stack: Stack) -> void:
	await _all(stack, {
		"8 by default": Case.new(
			Answers.redirect("Location: /"), Result.REDIRECT_LIMIT_REACHED, 302, ["Location: /", "Content-Length: 9"]),
		"none": Case.new(
			Answers.redirect("Location: /"), Result.REDIRECT_LIMIT_REACHED, 302, null).with({&"max_redirects": 0}),
	})


func test_files_that_cannot_be_written(stack: Stack) -> void:
	var nowhere: String = Fixtures.scratch.path_join("no/such/folder/file")
	await _all(stack, {
		"no such folder": Case.new(
			Answers.sized("hello"), Result.DOWNLOAD_FILE_CANT_OPEN, 200, null).with({&"download_file": nowhere}),
	})


## The engine reports such an error too, but only if the disk is full.
func test_a_folder_that_vanishes_is_a_write_error_of_ours(ours: Stack) -> void:
	var folder: String = Fixtures.scratch.path_join("vanishing")
	DirAccess.make_dir_recursive_absolute(folder)
	var vanish: Callable = func() -> PackedByteArray:
		remove_folder(folder)
		return NOTHING
	# The pause leaves time to open the file before it is removed.
	var part: PackedByteArray = Answers.head(200, ["Content-Length: 9"]) + Answers.bytes("part")
	var server: Peer = peer({"/": [part, 100, vanish, Answers.bytes("ially")]})
	var outcome: Outcome = await ask(node(ours, {&"download_file": folder.path_join("file")}), server.url("/"))
	came_to(outcome, Result.DOWNLOAD_FILE_WRITE_ERROR, 200, ["Content-Length: 9"], NOTHING)


func test_servers_that_take_their_time_time_out(stack: Stack) -> void:
	var soon: Dictionary = {&"timeout": 0.2}
	var error: Result = Result.TIMEOUT
	await _all(stack, {
		"before the answer": Case.new([&"hang"], error).with(soon),
		"in the headers": Case.new([Answers.bytes("HTTP/1.1 200 OK\r\nX-"), &"hang"], error).with(soon),
		"in the body": Case.new([Answers.head(200, ["Content-Length: 5"]) + Answers.bytes("hel"), &"hang"], error).with(soon),
		"redirects without an end": Case.new(
			[10] + Answers.redirect("Location: /"), error).with({&"timeout": 0.2, &"max_redirects": -1}),
	})
	# On a busy machine a client can leave during its handshake, which the engine's server prints.
	expect_errors()
	for server: Peer in peers():
		server.greet_with([&"hang"])
		came_to_nothing(await ask(node(stack, soon), server.url("/")), error)
	only_servers_printed()


func test_a_port_without_a_server(stack: Stack) -> void:
	for scheme: String in ["http", "https"]:
		row(scheme)
		var outcome: Outcome = await ask(node(stack), "%s://127.0.0.1:%d/" % [scheme, free_port()])
		came_to_nothing(outcome, Result.CANT_CONNECT)


func test_a_name_without_an_address(stack: Stack) -> void:
	for scheme: String in ["http", "https"]:
		row(scheme)
		came_to_nothing(await ask(node(stack), scheme + "://no-such-host.invalid/"), Result.CANT_RESOLVE)


func test_secure_servers_that_cannot_be_trusted(stack: Stack) -> void:
	expect_errors()
	for fixture: String in ["localhost", "self_signed_ca_false", "localhost_expired"]:
		row(fixture)
		var server: Peer = peer({"/": Answers.sized("secret")}, fixture)
		came_to_nothing(await ask(node(stack), server.url("/")), Result.TLS_HANDSHAKE_ERROR)
		equal(server.requests().size(), 0, "how many requests got through")


func test_a_failed_handshake_is_printed_once(stack: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/": Answers.sized("hello")}, "localhost")
	await ask(node(stack), server.url("/"))
	var lines: Array = Array(printed_errors()).filter(
		func(line: String) -> bool: return line.begins_with("TLS handshake") and line.get_slice(": ", 1) not in ["-27648", "-30592"])
	equal(lines.size(), 1, "how many lines were printed: %s" % [printed_errors()])


func test_a_plain_server_is_no_secure_one(stack: Stack) -> void:
	expect_errors()
	var server: Peer = peer()
	server.greet_with([Answers.head(400), &"hang"])
	var outcome: Outcome = await ask(node(stack), "https://127.0.0.1:%d/" % server.port())
	came_to_nothing(outcome, Result.TLS_HANDSHAKE_ERROR)


func test_requests_that_cannot_be_put_into_words(stack: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("hello")})
	for case: Array in [[[], 9], [[], -1], [["no colon"], 0], [[": no name"], 0], [[""], 0]]:
		row(str(case))
		came_to_nothing(await ask(node(stack), server.url("/"), case[0], case[1]), Result.CONNECTION_ERROR)
	equal(server.requests().size(), 0, "how many requests got through")


func test_a_redirect_down_from_https_is_a_failed_request_of_ours(ours: Stack) -> void:
	var plain: Peer = peer({"*": Answers.sized("for everybody's eyes")})
	var secure: Peer = peer({"*": Answers.redirect("Location: " + plain.url("/"))}, FIXTURE)
	var outcome: Outcome = await ask(node(ours), secure.url("/"))
	equal(outcome.result, Result.REQUEST_FAILED as int, "the result")
	same_bytes(outcome.body, NOTHING, "the body")
	equal(plain.requests().size(), 0, "how many requests the plain server got")
	outcome = await ask(node(ours, {&"allow_https_downgrade": true}), secure.url("/"))
	came_to(outcome, Result.SUCCESS, 200, null, "for everybody's eyes")


func test_a_redirect_to_nowhere_cannot_connect(stack: Stack) -> void:
	await _all(stack, {
		"a closed port": Case.new(
			Answers.redirect("Location: http://127.0.0.1:%d/" % free_port()), Result.CANT_CONNECT
		).with({} if not stack.is_ours() else {&"allow_https_downgrade": true}),
	})


## Failures that the engine's classes print and ours only report.
func _engine_prints(stack: Stack) -> void:
	if not stack.is_ours():
		expect_errors()


func _success(answer: Array, code: int, headers: Variant, body: Variant = "") -> Case:
	return Case.new(answer, Result.SUCCESS, code, headers, body)


## Runs all cases at once against a plain and a secure server, each on a separate node.
func _all(stack: Stack, cases: Dictionary) -> void:
	for server: Peer in peers():
		var outcomes: Dictionary = {}
		for label: String in cases:
			var case: Case = cases[label]
			var path: String = "/" + label.uri_encode()
			server.answer(path, case.steps)
			server.answer("/", case.steps)
			outcomes[label] = begin(node(stack, case.properties), server.url(path), [], case.method)
		for label: String in cases:
			var case: Case = cases[label]
			row("%s, %s" % [label, server.url("")])
			await heard(outcomes[label])
			came_to(outcomes[label], case.result, case.code, case.headers, case.body)

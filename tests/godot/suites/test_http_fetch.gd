extends "res://support/http_suite.gd"
## fetch(): several requests at once on one node, and their responses.


const STATUS_DISCONNECTED := 0
const BUDGET := "network/tls/rustls/http_main_thread_budget_ms"


## The signals of a response, with their frames.
class Witness:
	extends RefCounted

	var told: int = 0
	var frame: int = -1
	var events: Array[PackedStringArray] = []
	var steps: Array[PackedInt64Array] = []

	func hear(_response: RefCounted) -> void:
		told += 1
		frame = Engine.get_process_frames()

	func hear_event(event: String, data: String, id: String) -> void:
		events.append(PackedStringArray([event, data, id]))

	func hear_progress(so_far: int, total: int) -> void:
		steps.append(PackedInt64Array([so_far, total]))


func test_a_response_can_be_awaited_where_it_is_made(ours: Stack) -> void:
	for server: Peer in peers({"/": Answers.sized("hello", 200, ["X-Mine: a", "x-mine: b"])}):
		var response: RefCounted = await _fetch(node(ours), server.url("/")).completed
		equal(response.get(&"result"), Result.SUCCESS as int, "result")
		equal(response.get(&"response_code"), 200, "response_code")
		equal(response.get(&"headers"), PackedStringArray(["X-Mine: a", "x-mine: b", "Content-Length: 5"]), "headers")
		same_bytes(response.get(&"body"), "hello".to_ascii_buffer(), "body")
		equal([response.get(&"error"), response.get(&"url")], ["", server.url("/")], "error and url")
		equal([response.get(&"http_version"), response.get(&"redirects")], ["HTTP/1.1", 0], "http_version and redirects")
		equal([response.call(&"is_completed"), response.call(&"is_ok")], [true, true], "is_completed() and is_ok()")
		equal(response.call(&"get_text"), "hello", "get_text()")
		equal([response.call(&"get_downloaded_bytes"), response.call(&"get_body_size")], [5, 5], "bytes and size")
		for header: String in ["Content-Length", "content-length", "CONTENT-LENGTH"]:
			equal(response.call(&"get_header", header), "5", "get_header(\"%s\")" % header)
		check((response.call(&"get_header", "X-MINE") as String).begins_with("a"), "get_header() of a repeated header")
		equal(response.call(&"get_header", "X-Nothing"), "", "get_header() of no header")


func test_a_secure_response_shows_whom_it_is_from(ours: Stack) -> void:
	var servers: Array[Peer] = peers({"/": Answers.sized("hello")})
	var secure: RefCounted = await _fetch(node(ours), servers[1].url("/")).completed
	one_of(secure.get(&"tls_version"), ["TLSv1.2", "TLSv1.3"], "tls_version")
	var shown: Array = secure.call(&"get_peer_certificates")
	if check(not shown.is_empty(), "there are no certificates"):
		equal(shown[0].get(&"sha256_fingerprint"), our_stack.call(
			&"certificate_infos_of_pem", Fixtures.pem(FIXTURE))[0].get(&"sha256_fingerprint"), "the fingerprint")
	# The next response arrives over the same connection.
	secure = await _fetch(node(ours), servers[1].url("/")).completed
	check(not (secure.call(&"get_peer_certificates") as Array).is_empty(), "no certificates on a kept connection")
	var plain: RefCounted = await _fetch(node(ours), servers[0].url("/")).completed
	equal([plain.get(&"tls_version"), plain.call(&"get_peer_certificates")], ["", []], "what a plain response tells")


func test_a_response_says_that_it_is_running(ours: Stack) -> void:
	var server: Peer = peer({"/": [30, Answers.sized("hello")[0]]})
	var response: RefCounted = _fetch(node(ours), server.url("/"))
	equal([response.get(&"result"), response.get(&"response_code")], [-1, 0], "result and code at first")
	equal([response.call(&"is_completed"), response.call(&"is_ok")], [false, false], "is_completed() and is_ok() at first")
	equal([response.get(&"headers"), response.get(&"body")], [PackedStringArray(), NOTHING], "headers and body at first")
	await response.completed


func test_several_run_at_once_on_one_node(ours: Stack) -> void:
	var gate: Array = [false]
	var server: Peer = peer({"/slow": [gate, Answers.sized("slow")[0]], "/fast": Answers.sized("fast")})
	var http: Node = node(ours)
	var slow: Array[RefCounted] = []
	for number: int in 5:
		slow.append(_fetch(http, server.url("/slow")))
	equal((await _fetch(http, server.url("/fast")).completed).call(&"get_text"), "fast", "get_text()")
	check(slow.all(func(response: RefCounted) -> bool: return not response.call(&"is_completed")), "a slow one is done")
	gate[0] = true
	for response: RefCounted in slow:
		await _done(response)
		equal(response.call(&"get_text"), "slow", "get_text()")


func test_fetch_and_request_go_side_by_side(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("by request"), "/fetch": Answers.sized("by fetch")})
	var http: Node = node(ours)
	var response: RefCounted = _fetch(http, server.url("/fetch"))
	var outcome: Outcome = await ask(http, server.url("/"))
	came_to(outcome, Result.SUCCESS, 200, null, "by request")
	await _done(response)
	equal([response.call(&"get_text"), outcome.signals], ["by fetch", 1], "the text, and how often the signal was emitted")


func test_a_hundred_at_once(ours: Stack) -> void:
	var echo: Callable = func(request: Request) -> Array: return Answers.sized(request.target)
	for server: Peer in peers({"*": echo}):
		var http: Node = node(ours)
		var responses: Array[RefCounted] = []
		for number: int in 100:
			responses.append(_fetch(http, server.url("/%d" % number)))
		for number: int in 100:
			await _done(responses[number])
			equal(responses[number].call(&"get_text"), "/%d" % number, "get_text()")


func test_all_ends_are_told_once_and_in_a_later_frame(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/": Answers.sized("hello")})
	var outside: Node = ours.http_request()
	for case: Array in [
		[node(ours), server.url("/"), Result.SUCCESS], [node(ours), "no url", -2], [node(ours), "", -2],
		[outside, server.url("/"), -2], [node(ours), "http://127.0.0.1:%d/" % free_port(), Result.CANT_CONNECT],
	]:
		row(str(case[1]))
		var witness: Witness = Witness.new()
		var response: RefCounted = _fetch(case[0], case[1])
		if not check(response != null, "fetch() gave null"):
			continue
		response.connect(&"completed", witness.hear)
		var begun: int = Engine.get_process_frames()
		await _done(response)
		await frames(5)
		equal(witness.told, 1, "how often it was told")
		check(witness.frame > begun, "it was told in the frame it began")
		if case[2] >= 0:
			equal(response.get(&"result"), case[2] as int, "result")
		else:
			check((response.get(&"result") as int) > 0, "result is %d" % response.get(&"result"))
		equal((response.get(&"error") as String).is_empty(), case[2] == Result.SUCCESS, "whether error is empty")
	outside.free()


func test_a_freed_node_ends_its_fetches(ours: Stack) -> void:
	var server: Peer = peer({"/": [&"hang"]})
	for way: String in ["free", "queue_free", "leave"]:
		row(way)
		var http: Node = node(ours)
		var response: RefCounted = _fetch(http, server.url("/"))
		if way == "leave":
			tree.root.remove_child(http)
		else:
			http.call(way)
		await _done(response)
		check((response.get(&"result") as int) > 0, "result is %d" % response.get(&"result"))
		check(not (response.get(&"error") as String).is_empty(), "error is empty")
		equal([response.call(&"is_ok"), response.call(&"is_completed")], [false, true], "is_ok() and is_completed()")


func test_a_response_can_be_cancelled(ours: Stack) -> void:
	var server: Peer = peer({"/": [&"hang"], "/other": [30, Answers.sized("other")[0]]})
	var http: Node = node(ours)
	var witness: Witness = Witness.new()
	var response: RefCounted = _fetch(http, server.url("/"))
	var other: RefCounted = _fetch(http, server.url("/other"))
	response.connect(&"completed", witness.hear)
	response.call(&"cancel")
	equal(witness.told, 0, "how often it was told at once")
	await _done(response)
	response.call(&"cancel")
	await frames(5)
	equal(witness.told, 1, "how often it was told")
	check((response.get(&"result") as int) > 0, "result is %d" % response.get(&"result"))
	await _done(other)
	equal(other.call(&"get_text"), "other", "the text of the other")


func test_properties_of_a_response_are_read_only(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/": Answers.sized("hello")})
	var response: RefCounted = await _fetch(node(ours), server.url("/")).completed
	response.set(&"response_code", 500)
	response.set(&"result", 9)
	equal([response.get(&"response_code"), response.get(&"result")], [200, 0], "code and result")


func test_json_is_read(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/": Answers.sized("{\"a\": [1, \"b\", null]}"), "/broken": Answers.sized("{\"a\": ")})
	var response: RefCounted = await _fetch(node(ours), server.url("/")).completed
	equal(response.call(&"get_json"), {"a": [1.0, "b", null]}, "get_json()")
	response = await _fetch(node(ours), server.url("/broken")).completed
	equal(response.call(&"get_json"), null, "get_json() of broken text")


func test_an_error_page_is_not_ok(ours: Stack) -> void:
	var server: Peer = peer()
	for code: int in [200, 204, 299, 300, 404, 500]:
		row(str(code))
		server.answer("/", [Answers.head(code, [] if code == 204 else ["Content-Length: 0"])])
		var response: RefCounted = await _fetch(node(ours), server.url("/")).completed
		equal([response.get(&"result"), response.call(&"is_ok")], [0, code < 300], "result and is_ok()")


func test_bodies_of_all_kinds_are_sent(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("taken")})
	for data: Variant in [null, "gr\u00fc\u00dfe", noise(100000)]:
		await _fetch(node(ours), server.url("/"), [], HTTPClient.METHOD_POST, data).completed
		same_bytes(server.last_request().body, NOTHING if data == null else Answers.bytes(data), "the body")
	expect_errors()
	for data: Variant in [17, {"a": RefCounted.new()}, RefCounted.new()]:
		row(str(data))
		server.forget()
		var response: RefCounted = await _fetch(node(ours), server.url("/"), [], HTTPClient.METHOD_POST, data).completed
		check((response.get(&"result") as int) > 0, "result is %d" % response.get(&"result"))
		equal(server.requests().size(), 0, "how many requests the server got")


func test_progress_grows_to_the_whole(ours: Stack) -> void:
	var answer: PackedByteArray = Answers.sized(noise(300000))[0]
	var server: Peer = peer({
		"/": Answers.in_pieces(answer, 50000, 15), "/chunked": Answers.chunked(noise(300000), [70000]),
	})
	for path: String in ["/", "/chunked"]:
		row(path)
		var http: Node = node(ours)
		var by_response: Witness = Witness.new()
		var by_node: Witness = Witness.new()
		http.connect(&"progress", by_node.hear_progress)
		var response: RefCounted = _fetch(http, server.url(path))
		response.connect(&"progress", by_response.hear_progress)
		await _done(response)
		_grows(by_response.steps, 300000, 300000 if path == "/" else -1)
	var asked: Witness = Witness.new()
	var other: Node = node(ours)
	other.connect(&"progress", asked.hear_progress)
	await ask(other, server.url("/"))
	_grows(asked.steps, 300000, 300000)


func test_upload_progress_grows_to_the_whole(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("taken")})
	var witness: Witness = Witness.new()
	var body: PackedByteArray = noise(4 << 20)
	var response: RefCounted = _fetch(node(ours), server.url("/"), [], HTTPClient.METHOD_POST, body)
	response.connect(&"upload_progress", witness.hear_progress)
	await _done(response)
	same_bytes(server.last_request().body, body, "the body")
	_grows(witness.steps, body.size(), body.size())


func test_a_silent_server_times_out_by_the_read_timeout(ours: Stack) -> void:
	var half: PackedByteArray = Answers.head(200, ["Content-Length: 9"]) + Answers.bytes("part")
	var server: Peer = peer({"/": [&"hang"], "/body": [half, &"hang"], "/drip": Answers.drip("0123456789", 40)})
	for path: String in ["/", "/body"]:
		row(path)
		var response: RefCounted = await _fetch(node(ours, {&"read_timeout": 0.2}), server.url(path)).completed
		equal(response.get(&"result"), Result.TIMEOUT as int, "result")
		check(not (response.get(&"error") as String).is_empty(), "error is empty")
	# Slow is not silent.
	var slow: RefCounted = await _fetch(node(ours, {&"read_timeout": 0.3}), server.url("/drip")).completed
	equal(slow.call(&"get_text"), "0123456789", "get_text()")


func test_a_handshake_that_hangs_times_out_by_the_connect_timeout(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({}, FIXTURE)
	var silent: Peer = peer()
	silent.greet_with([&"hang"])
	var url: String = silent.url("/").replace("http:", "https:")
	var response: RefCounted = await _fetch(node(ours, {&"connect_timeout": 0.2}), url).completed
	equal(response.get(&"result"), Result.TLS_HANDSHAKE_ERROR as int, "result")
	equal(server.accepted(), 0, "connections elsewhere")


func test_arguments_that_are_refused_at_once_come_to_one_result(ours: Stack) -> void:
	for case: Array in [["no URL", [], null], ["http://x/", ["X: a\nb"], null], ["http://x/", [], {"a": NAN}], ["http://x/", [], 5]]:
		row(str(case))
		var response: RefCounted = await _fetch(node(ours), case[0], case[1], HTTPClient.METHOD_POST, case[2]).completed
		equal(response.get(&"result"), Result.REQUEST_FAILED as int, "the result of \"%s\"" % response.get(&"error"))


func test_the_timeout_counts_for_each_fetch(ours: Stack) -> void:
	var server: Peer = peer({"/": [&"hang"], "/ok": Answers.sized("ok")})
	var http: Node = node(ours, {&"timeout": 0.2})
	var responses: Array[RefCounted] = [_fetch(http, server.url("/")), _fetch(http, server.url("/"))]
	equal((await _fetch(http, server.url("/ok")).completed).get(&"result"), 0, "result of a quick one")
	for response: RefCounted in responses:
		await _done(response)
		equal(response.get(&"result"), Result.TIMEOUT as int, "result")


func test_a_busy_download_holds_up_no_other_answer(ours: Stack) -> void:
	# One response is delivered per frame.
	ProjectSettings.set_setting(BUDGET, 0.0)
	after(func() -> void: ProjectSettings.set_setting(BUDGET, 1.0))
	var piece: Callable = func() -> PackedByteArray: return "more".to_ascii_buffer()
	var server: Peer = peer({"/endless": [Answers.head(200, ["Connection: close"]), piece], "/": Answers.sized("hello")})
	var http: Node = node(ours)
	var endless: RefCounted = _fetch(http, server.url("/endless"))
	await until(func() -> bool: return endless.call(&"get_downloaded_bytes") > 0)
	var small: RefCounted = _fetch(http, server.url("/"))
	for frame: int in 500:
		# Each frame reports progress of the download.
		OS.delay_msec(1)
		await tree.process_frame
		if small.call(&"is_completed"):
			break
	check(small.call(&"is_completed"), "the small answer still waits after 500 frames")
	endless.call(&"cancel")


func _grows(steps: Array[PackedInt64Array], whole: int, total: int) -> void:
	if not check(not steps.is_empty(), "no progress was told"):
		return
	var before: int = -1
	for step: PackedInt64Array in steps:
		check(step[0] >= before and step[0] <= whole, "progress went from %d to %d" % [before, step[0]])
		equal(step[1], total, "the total")
		before = step[0]
	equal(before, whole, "the last progress")


func _fetch(http: Node, url: String, headers: Array = [], method: int = 0, data: Variant = null) -> RefCounted:
	return http.call(&"fetch", url, PackedStringArray(headers), method, data)


func _done(response: RefCounted) -> void:
	if not response.call(&"is_completed"):
		await response.completed

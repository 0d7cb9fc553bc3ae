extends "res://support/http_suite.gd"
## Features that the engine's node does not have: multipart forms, cookies, server-sent events, resumed downloads,
## proxies from the environment.


const DATA := "0123456789abcdefghij"


func test_a_form_arrives_in_its_parts(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("taken")})
	var path: String = Fixtures.write_scratch("picture.png", noise(200000))
	var form: RefCounted = _form()
	form.call(&"add_field", "name", "gr\u00fc\u00dfe\r\nin two lines")
	form.call(&"add_field", "empty", "")
	form.call(&"add_bytes", "raw", noise(1000))
	form.call(&"add_bytes", "named", noise(10), "a.bin", "application/x-mine")
	equal(form.call(&"add_file", "file", path), OK, "add_file()")
	equal(form.call(&"add_file", "other", path, "other.txt", "text/plain"), OK, "add_file() under another name")
	var response: RefCounted = await _post(node(ours), server.url("/"), form).completed
	equal([response.get(&"result"), response.call(&"get_text")], [0, "taken"], "result and text")
	var request: Request = server.last_request()
	equal(request.value("Content-Type"), form.call(&"get_content_type"), "Content-Type")
	equal(request.body.size(), form.call(&"get_length"), "the length of the body")
	var parts: Array[Dictionary] = _parts(request)
	if not check(parts.size() == 6, "there are %d parts" % parts.size()):
		return
	_is_part(parts[0], "name=\"name\"", "gr\u00fc\u00dfe\r\nin two lines".to_utf8_buffer())
	_is_part(parts[1], "name=\"empty\"", NOTHING)
	_is_part(parts[2], "name=\"raw\"", noise(1000))
	_is_part(parts[3], "name=\"named\"; filename=\"a.bin\"", noise(10), "application/x-mine")
	_is_part(parts[4], "name=\"file\"; filename=\"picture.png\"", noise(200000))
	_is_part(parts[5], "name=\"other\"; filename=\"other.txt\"", noise(200000), "text/plain")


func test_names_in_a_form_cannot_break_out_of_their_line(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/": Answers.sized("taken")})
	var form: RefCounted = _form()
	form.call(&"add_field", "a\"; filename=\"b\r\nX-Injected: c", "value")
	form.call(&"add_bytes", "d", noise(3), "e\"\r\nX-Injected: f\r\n\r\n", "text/plain\r\nX-Injected: g")
	form.call(&"add_field", "last", "value")
	await _post(node(ours), server.url("/"), form).completed
	if server.last_request() != null:
		for part: Dictionary in _parts(server.last_request()):
			for line: String in part["lines"]:
				check(not line.begins_with("X-Injected"), "injected: %s" % [part["lines"]])


func test_a_form_refuses_a_file_that_is_not_there(ours: Stack) -> void:
	expect_errors()
	var form: RefCounted = _form()
	check(form.call(&"add_file", "a", "user://no/such/file") != OK, "add_file() returned OK")
	var length: int = form.call(&"get_length")
	equal(length, _form().call(&"get_length"), "the length of a form without parts")


func test_a_form_can_be_sent_again_and_along_a_redirect(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.redirect("Location: /end", 307), "/end": Answers.sized("taken")})
	var form: RefCounted = _form()
	form.call(&"add_file", "file", Fixtures.write_scratch("again", noise(50000)))
	for round: int in 2:
		var response: RefCounted = await _post(node(ours), server.url("/"), form).completed
		equal(response.call(&"get_text"), "taken", "get_text()")
		var parts: Array[Dictionary] = _parts(server.last_request())
		if check(parts.size() == 1, "there are %d parts" % parts.size()):
			same_bytes(parts[0]["body"], noise(50000), "the file")


func test_cookies_are_off_until_asked_for(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok", 200, ["Set-Cookie: a=b"])})
	var http: Node = node(ours)
	for round: int in 2:
		await ask(http, server.url("/"))
	equal(server.last_request().values("Cookie").size(), 0, "how many times there is Cookie")


func test_cookies_come_back_to_where_they_are_from(ours: Stack) -> void:
	var server: Peer = peer({
		"*": Answers.sized("ok"),
		"/set": Answers.sized("ok", 200, ["Set-Cookie: a=b; Path=/", "Set-Cookie: c=d; Path=/inner"]),
		"/expire": Answers.sized("ok", 200, ["Set-Cookie: a=; Path=/; Max-Age=0"]),
	})
	var other: Peer = peer({"*": Answers.sized("ok")})
	var http: Node = node(ours, {&"cookies_enabled": true})
	await ask(http, server.url("/set"))
	await ask(http, server.url("/"))
	equal(server.last_request().value("Cookie"), "a=b", "Cookie for /")
	await ask(http, server.url("/inner/page"))
	equal(_pairs(server), ["a=b", "c=d"], "the cookies for /inner/page")
	await _fetched(http, server.url("/")).completed
	equal(server.last_request().value("Cookie"), "a=b", "Cookie of a fetch")
	await ask(http, other.url("/", "localhost"))
	equal(other.last_request().values("Cookie").size(), 0, "how many cookies another host got")
	await ask(node(ours, {&"cookies_enabled": true}), server.url("/"))
	equal(server.last_request().values("Cookie").size(), 0, "how many cookies another node sent")
	await ask(http, server.url("/expire"))
	await ask(http, server.url("/"))
	equal(server.last_request().values("Cookie").size(), 0, "how many cookies are left")
	await ask(http, server.url("/set"))
	http.call(&"clear_cookies")
	await ask(http, server.url("/"))
	equal(server.last_request().values("Cookie").size(), 0, "how many cookies are left after clear_cookies()")


func test_a_cookie_of_a_redirect_goes_along(ours: Stack) -> void:
	var away: Array = Answers.redirect("Location: /end", 302, ["Set-Cookie: a=b"])
	var server: Peer = peer({"/": away, "/end": Answers.sized("ok")})
	await ask(node(ours, {&"cookies_enabled": true}), server.url("/"))
	equal(server.last_request().value("Cookie"), "a=b", "Cookie")


func test_events_come_as_signals(ours: Stack) -> void:
	# A comment, a plain event, one with all fields, one with other line ends, and one that is incomplete.
	var text: String = (
		"\ufeff: a comment\ndata: one\n\nevent: named\ndata: two\ndata: lines\nid: 7\n\ndata:three\r\n\r\ndata: cut off")
	var expected: Array = [["message", "one", ""], ["named", "two\nlines", "7"], ["message", "three", "7"]]
	for size: int in [1, 7, 1000]:
		row("pieces of %d bytes" % size)
		var head: PackedByteArray = Answers.head(200, ["Content-Type: text/event-stream", "Connection: close"])
		var server: Peer = peer({"/": [head] + Answers.in_pieces(text, size) + [&"close"]})
		var heard_events: Array = []
		var response: RefCounted = _fetched(node(ours, {&"server_sent_events": true}), server.url("/"))
		response.connect(&"event_received", func(event: String, data: String, id: String) -> void:
			heard_events.append([event, data, id]))
		await _done(response)
		equal(heard_events, expected, "the events")
		same_bytes(response.get(&"body"), NOTHING, "the body")


func test_what_follows_a_nul_is_not_lost(ours: Stack) -> void:
	# Godot's strings end at U+0000: U+FFFD stands for it.
	var text: PackedByteArray = Answers.bytes("event: ax\nid: 7\ndata: cy\ndata: ez\n\n")
	for at: int in [text.find(120), text.find(121), text.find(122)]:
		text[at] = 0
	var types: Dictionary = {"/events": "text/event-stream", "/text": "text/plain"}
	for path: String in types:
		row(path)
		var head: PackedByteArray = Answers.head(200, ["Content-Type: " + types[path], "Connection: close"])
		var server: Peer = peer({path: [head + text, &"close"]})
		var heard_events: Array = []
		var response: RefCounted = _fetched(node(ours, {&"server_sent_events": true}), server.url(path))
		response.connect(&"event_received", func(event: String, data: String, id: String) -> void:
			heard_events.append([event, data, id]))
		await _done(response)
		if path == "/events":
			equal(heard_events, [["a\ufffd", "c\ufffd\ne\ufffd", "7"]], "the events")
		else:
			equal(response.call(&"get_text"), "event: a\ufffd\nid: 7\ndata: c\ufffd\ndata: e\ufffd\n\n", "get_text()")


func test_how_long_to_wait_before_asking_again_is_told(ours: Stack) -> void:
	var head: PackedByteArray = Answers.head(200, ["Content-Type: text/event-stream"])
	var gate: Array = [false]
	var server: Peer = peer({"/": [head, Answers.bytes("data: one\n\n"), gate, Answers.bytes("retry: 2500\n\n"), &"close"]})
	var response: RefCounted = _fetched(node(ours, {&"server_sent_events": true}), server.url("/"))
	equal(response.call(&"get_reconnection_time"), -1.0, "before the server says so")
	gate[0] = true
	await until(func() -> bool: return response.call(&"get_reconnection_time") == 2.5)
	await _done(response)
	equal(response.call(&"get_reconnection_time"), 2.5, "afterwards")


func test_events_come_while_the_stream_runs(ours: Stack) -> void:
	var gate: Array = [false]
	var head: PackedByteArray = Answers.head(200, ["Content-Type: text/event-stream"])
	var server: Peer = peer({"/": [head, Answers.bytes("data: one\n\n"), gate, Answers.bytes("data: two\n\n"), &"close"]})
	var http: Node = node(ours, {&"server_sent_events": true})
	var heard_data: PackedStringArray = []
	http.connect(&"event_received", func(_event: String, data: String, _id: String) -> void: heard_data.append(data))
	var outcome: Outcome = begin(http, server.url("/"))
	await until(func() -> bool: return heard_data.size() == 1)
	equal(outcome.signals, 0, "how often the end was told")
	gate[0] = true
	await heard(outcome)
	equal(heard_data, PackedStringArray(["one", "two"]), "the events")


func test_events_wait_for_a_game_that_is_paused_and_the_server_with_them(ours: Stack) -> void:
	var head: PackedByteArray = Answers.head(200, ["Content-Type: text/event-stream"])
	var sent: Array[int] = [0]
	var filler: String = "x".repeat(60000)
	var more: Callable = func() -> PackedByteArray:
		sent[0] += 1
		return Answers.bytes("id: %d\ndata: %s\n\n" % [sent[0], filler] if sent[0] <= 500 else "")
	var server: Peer = peer({"/": [head, more, &"close"]})
	var http: Node = node(ours, {&"server_sent_events": true})
	var heard_ids: PackedStringArray = []
	http.connect(&"event_received", func(_event: String, _data: String, id: String) -> void: heard_ids.append(id))
	var outcome: Outcome = begin(http, server.url("/"))
	await until(func() -> bool: return not heard_ids.is_empty())
	http.process_mode = Node.PROCESS_MODE_DISABLED
	# Until the count no longer changes: the sockets hold a few megabytes.
	var before: int = -1
	var unchanged: int = 0
	while unchanged < 3:
		unchanged = unchanged + 1 if sent[0] == before else 0
		before = sent[0]
		await tree.create_timer(0.5).timeout
	check(before < 400, "the server could send %d events" % before)
	http.process_mode = Node.PROCESS_MODE_INHERIT
	await heard(outcome)
	equal(outcome.result, Result.SUCCESS as int, "the result")
	equal(heard_ids, PackedStringArray(range(1, 501).map(str)), "the events")


func test_other_types_are_bodies_also_when_events_are_wanted(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("data: one\n\n", 200, ["Content-Type: text/plain"])})
	var http: Node = node(ours, {&"server_sent_events": true})
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, "data: one\n\n")


func test_a_cut_download_is_resumed(ours: Stack) -> void:
	var server: Peer = peer({"*": _ranged.bind([true])})
	var path: String = scratch_file("resumed")
	var http: Node = node(ours, {&"download_file": path, &"download_resume": true})
	var outcome: Outcome = await ask(http, server.url("/"))
	check(outcome.result != Result.SUCCESS, "the first half was a success")
	check(not FileAccess.file_exists(path), "the half is there under the whole's name")
	outcome = await ask(http, server.url("/"))
	equal(outcome.result, Result.SUCCESS as int, "the result")
	equal(server.last_request().value("Range"), "bytes=10-", "Range")
	equal(FileAccess.get_file_as_string(path), DATA, "what the file holds")
	equal(files_in(path.get_base_dir()), PackedStringArray(["resumed"]), "the files in the folder")


func test_a_server_without_ranges_begins_again(ours: Stack) -> void:
	var whole: Array = [false]
	var head: PackedByteArray = Answers.head(200, ["Content-Length: 20", "ETag: \"a\""])
	var half: Array = [head + Answers.bytes(DATA.left(10)), 30, &"close"]
	var server: Peer = peer()
	server.answer("*", func(_request: Request) -> Array: return Answers.sized(DATA.to_upper()) if whole[0] else half)
	var path: String = scratch_file("begun_again")
	var http: Node = node(ours, {&"download_file": path, &"download_resume": true})
	await ask(http, server.url("/"))
	whole[0] = true
	equal((await ask(http, server.url("/"))).result, Result.SUCCESS as int, "the result")
	equal(FileAccess.get_file_as_string(path), DATA.to_upper(), "what the file holds")


func test_another_version_is_not_glued_to_the_old_half(ours: Stack) -> void:
	var server: Peer = peer({"*": _ranged.bind([true], true)})
	var path: String = scratch_file("changed")
	var http: Node = node(ours, {&"download_file": path, &"download_resume": true})
	await ask(http, server.url("/"))
	var outcome: Outcome = await ask(http, server.url("/"))
	equal(outcome.result, Result.SUCCESS as int, "the result")
	equal(FileAccess.get_file_as_string(path), DATA.to_upper(), "what the file holds")


func test_the_environment_s_proxies_are_used_when_asked_for(ours: Stack) -> void:
	var proxy: Peer = peer({"*": Answers.sized("by proxy")})
	var server: Peer = peer({"*": Answers.sized("direct")})
	for variable: String in ["http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"]:
		if OS.has_environment(variable):
			after(OS.set_environment.bind(variable, OS.get_environment(variable)))
		else:
			after(OS.unset_environment.bind(variable))
		OS.unset_environment(variable)
	OS.set_environment("http_proxy", "http://127.0.0.1:%d" % proxy.port())
	came_to(await ask(node(ours), server.url("/")), Result.SUCCESS, 200, null, "direct")
	var asking: Dictionary = {&"use_environment_proxies": true}
	came_to(await ask(node(ours, asking), server.url("/")), Result.SUCCESS, 200, null, "by proxy")
	# The pooled connections lead through the proxy and must not be used any more.
	OS.set_environment("no_proxy", "127.0.0.1")
	came_to(await ask(node(ours, asking), server.url("/")), Result.SUCCESS, 200, null, "direct")
	OS.unset_environment("no_proxy")
	# An unusable proxy is never bypassed.
	OS.set_environment("http_proxy", "socks://127.0.0.1:%d" % proxy.port())
	came_to_nothing(await ask(node(ours, asking), server.url("/")), Result.CANT_CONNECT)


## Cuts the first response in half, and serves the rest on request, or another version if the file has changed.
func _ranged(request: Request, first: Array, changed: bool = false) -> Array:
	if first[0]:
		first[0] = false
		var head: PackedByteArray = Answers.head(200, ["Content-Length: 20", "ETag: \"a\"", "Accept-Ranges: bytes"])
		return [head + Answers.bytes(DATA.left(10)), 30, &"close"]
	# A server that supports If-Range; test_http_resume.gd has servers that do not.
	if changed and request.value("If-Range") == "\"a\"":
		return Answers.sized(DATA.to_upper(), 200, ["ETag: \"b\""])
	return Answers.sized(DATA.substr(10), 206, ["Content-Range: bytes 10-19/20", "ETag: \"a\""])


func _pairs(server: Peer) -> Array:
	var pairs: Array = Array(server.last_request().value("Cookie").split("; "))
	pairs.sort()
	return pairs


## Returns the parts of a form: the lines of their heads, and their bodies.
func _parts(request: Request) -> Array[Dictionary]:
	var found: Array[Dictionary] = []
	var boundary: String = request.value("Content-Type").get_slice("boundary=", 1).trim_prefix("\"").trim_suffix("\"")
	var marks: PackedInt32Array = _places(request.body, ("--" + boundary).to_ascii_buffer())
	check(not marks.is_empty(), "no boundary was found")
	for index: int in marks.size() - 1:
		# A line ends after the boundary, and another one before the next boundary.
		var part: PackedByteArray = request.body.slice(marks[index] + boundary.length() + 4, marks[index + 1] - 2)
		var end: int = _places(part, Request.SEPARATOR.to_ascii_buffer())[0]
		found.append({
			"lines": part.slice(0, end).get_string_from_utf8().split("\r\n"), "body": part.slice(end + 4),
		})
	return found


func _places(bytes: PackedByteArray, mark: PackedByteArray) -> PackedInt32Array:
	var found: PackedInt32Array = []
	var at: int = bytes.find(mark[0])
	while at >= 0:
		if bytes.slice(at, at + mark.size()) == mark:
			found.append(at)
		at = bytes.find(mark[0], at + 1)
	return found


func _is_part(part: Dictionary, disposition: String, body: PackedByteArray, content_type: String = "") -> void:
	row(disposition)
	var lines: PackedStringArray = part["lines"]
	check("Content-Disposition: form-data; " + disposition in lines, "the lines are %s" % [lines])
	if not content_type.is_empty():
		check("Content-Type: " + content_type in lines, "the lines are %s" % [lines])
	same_bytes(part["body"], body, "the body")
	row("")


func _form() -> RefCounted:
	return ClassDB.instantiate(&"RustlsMultipartForm")


func _fetched(http: Node, url: String) -> RefCounted:
	return http.call(&"fetch", url)


func _post(http: Node, url: String, data: Variant) -> RefCounted:
	return http.call(&"fetch", url, PackedStringArray(), HTTPClient.METHOD_POST, data)


func _done(response: RefCounted) -> void:
	if not response.call(&"is_completed"):
		await response.completed

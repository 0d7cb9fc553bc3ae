extends "res://support/http_suite.gd"
## Options of one request, its query and its JSON body.


func test_an_option_changes_one_request_alone(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.redirect("Location: /end"), "/end": Answers.sized("hello")})
	var http: Node = node(ours)
	var limited: RefCounted = await _fetch(http, server.url("/"), {"max_redirects": 0})
	equal(limited.get(&"result"), Result.REDIRECT_LIMIT_REACHED as int, "with max_redirects")
	var small: RefCounted = await _fetch(http, server.url("/end"), {&"body_size_limit": 2})
	equal(small.get(&"result"), Result.BODY_SIZE_LIMIT_EXCEEDED as int, "with body_size_limit")
	var plain: RefCounted = await _fetch(http, server.url("/"), {})
	equal([plain.get(&"ok"), plain.get(&"text")], [true, "hello"], "without options")
	equal([http.get(&"max_redirects"), http.get(&"body_size_limit")], [8, -1], "the properties")


func test_time_limits_can_be_whole_numbers_or_fractions(ours: Stack) -> void:
	var server: Peer = peer({"/": [&"hang"]})
	for options: Dictionary in [{"timeout": 0.2}, {"read_timeout": 0.2}, {"timeout": 0.2, "connect_timeout": 5}]:
		row(str(options))
		equal((await _fetch(node(ours), server.url("/"), options)).get(&"result"), Result.TIMEOUT as int, "result")


func test_files_encodings_and_trust_are_options_too(ours: Stack) -> void:
	var both: Array[Peer] = peers({"/": Answers.compressed("hello", "gzip")})
	var file: String = scratch_file("option.txt")
	var saved: RefCounted = await _fetch(node(ours), both[0].url("/"), {"download_file": file})
	check(saved.get(&"ok"), saved.get(&"error"))
	equal(FileAccess.get_file_as_string(file), "hello", "the file")
	var raw: RefCounted = await _fetch(node(ours), both[0].url("/"), {"accept_gzip": false})
	same_bytes(raw.get(&"body"), Answers.compress("hello", "gzip"), "the body as it was sent")
	var trusting: RustlsTLSOptions = RustlsTLSOptions.client(Fixtures.certificate("root"))
	for options: RefCounted in [trusting, trusting.to_engine()]:
		var secure: RefCounted = await _fetch(node(ours), both[1].url("/"), {"tls_options": options})
		check(secure.get(&"ok"), secure.get(&"error"))


func test_an_option_that_is_unknown_or_wrong_fails_the_request_in_words(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello")})
	var http: Node = node(ours)
	for case: Array in [
		[{"timeuot": 5}, "the option \"timeuot\" is unknown: known are accept_gzip, "],
		[{"timeout": "5"}, "the option \"timeout\" takes seconds, 0 or more (0 means no limit), and got a value of type STRING"],
		[{"timeout": -1}, "and got -1"],
		[{"timeout": NAN}, "and got nan"],
		[{"accept_gzip": 1}, "takes true or false, and got a value of type INT"],
		[{"max_redirects": -2}, "takes a whole number, -1 for no limit, and got -2"],
		[{"max_redirects": 1.5}, "a value of type FLOAT"],
		[{"query": "a=b"}, "\"query\" takes a Dictionary"],
		[{"query": {"a": RefCounted.new()}}, "a value of type OBJECT"],
		[{"query": {"a": INF}}, "a value of type FLOAT"],
		[{"tls_options": 5}, "takes client options"],
		[{"tls_options": RefCounted.new()}, "takes client options"],
		[{"tls_options": RustlsTLSOptions.server(null, null)}, "options of a server"],
		[{"cancellation": Node}, "takes a RustlsCancellation"],
		[{"proxy": "https://127.0.0.1:1"}, "\"proxy\" takes the URL of a proxy"],
		[{"basic_auth": ["ada"]}, "takes an array of two strings"],
		[{"basic_auth": ["a:b", "hunter2"]}, "colon"],
		[{"bearer_token": "hunter2\n"}, "control character"],
		[{"method": HTTPClient.METHOD_PUT}, "is an argument of fetch()"],
		[{5: 5}, "the option \"5\" is unknown"],
	]:
		row(str((case[0] as Dictionary).keys()))
		var response: RefCounted = await _fetch(http, server.url("/"), case[0])
		equal(response.get(&"result"), Result.REQUEST_FAILED as int, "result")
		check((response.get(&"error") as String).contains(case[1]), response.get(&"error"))
		check(not (response.get(&"error") as String).contains("hunter2"), "a secret is shown")
	equal(server.requests().size(), 0, "requests that were sent")


func test_a_query_is_encoded_and_added_to_the_url(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	for case: Array in [
		["/", {}, "/"],
		["/?a=b", {"q": "x y&z=\u00e4+1"}, "/?a=b&q=x%20y%26z%3D%C3%A4%2B1"],
		["/#part", {"page": 2, "exact": true, "ratio": 0.5}, "/?page=2&exact=true&ratio=0.5"],
		["/", {"tag": ["a", "b"], "none": null, &"ids": PackedInt32Array([1, 2])}, "/?tag=a&tag=b&ids=1&ids=2"],
	]:
		row(str(case))
		check((await _fetch(node(ours), server.url(case[0]), {"query": case[1]})).get(&"ok"), "not ok")
		equal(server.last_request().target, case[2], "the target")


func test_dictionaries_and_arrays_are_sent_as_json(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("taken")})
	var cyclic: Array = []
	for value: Variant in [
		{"b": [1, 2.5, "x", null, true], &"a": {"deep": []}}, [], [1e100, 9007199254740993, 0.1], {"numbers": PackedInt64Array([1, 2])},
	]:
		row(str(value))
		await _send(node(ours), server.url("/"), value)
		var request: Request = server.last_request()
		var text: String = request.body.get_string_from_utf8()
		equal(JSON.stringify(JSON.parse_string(text)), JSON.stringify(JSON.parse_string(JSON.stringify(value, "", false, true))), text)
		check(request.lines.has("Content-Type: application/json"), str(request.lines))
	equal(server.last_request().body.get_string_from_utf8(), "{\"numbers\":[1,2]}", "the text")
	await _send(node(ours), server.url("/"), {"a": 1}, ["Content-Type: application/merge-patch+json"])
	check(server.last_request().lines.has("Content-Type: application/merge-patch+json"), "the caller's content type")
	server.forget()
	cyclic.append(cyclic)
	for case: Array in [
		[{"a": [RefCounted.new()]}, "data[a][0] is of type OBJECT"], [{"a": NAN}, "data[a] is NaN"], [[INF], "data[0] is inf"],
		[{"at": Vector2(1, 2)}, "data[at] is of type VECTOR2"], [{Vector2(): 1}, "the key of data[(0.0, 0.0)]"],
		[cyclic, "contains itself"], [PackedVector2Array([Vector2()]), "the data is of type"], [[PackedFloat32Array([NAN])], "data[0] is NaN"],
	]:
		row(case[1])
		var response: RefCounted = await _send(node(ours), server.url("/"), case[0])
		equal(response.get(&"result"), Result.REQUEST_FAILED as int, "result")
		check((response.get(&"error") as String).contains(case[1]), response.get(&"error"))
	cyclic.clear()
	equal(server.requests().size(), 0, "requests that were sent")


func test_a_body_that_is_no_json_is_explained(ours: Stack) -> void:
	for case: Array in [
		["{\"a\": [1]}", "", {"a": [1.0]}],
		["null", "", null],
		["", "the body is empty", null],
		["<html>nothing here</html>", "line 1: ", null],
		["{\"a\": 1,\n\n\"b\": }", "line 3: ", null],
	]:
		row(case[0])
		var server: Peer = peer({"/": Answers.sized(case[0], 200, ["Content-Type: text/html"])})
		var response: RefCounted = await _fetch(node(ours), server.url("/"), {})
		equal(response.get(&"json"), case[2], "json")
		equal(response.call(&"get_json"), case[2], "get_json()")
		var error: String = response.call(&"get_json_error")
		check(error.begins_with(case[1]) or error.contains(case[1]), error)
		equal(error.is_empty(), (case[1] as String).is_empty(), "whether there is no error")
		if error.contains("line"):
			check(error.contains("text/html") and error.contains("it begins with \""), error)


func _fetch(http: Node, url: String, options: Dictionary) -> RefCounted:
	var response: RefCounted = http.call(&"fetch", url, PackedStringArray(), HTTPClient.METHOD_GET, null, options)
	return await (response.call(&"done") as Signal)


func _send(http: Node, url: String, data: Variant, headers: Array = []) -> RefCounted:
	var response: RefCounted = http.call(&"fetch", url, PackedStringArray(headers), HTTPClient.METHOD_POST, data)
	return await (response.call(&"done") as Signal)

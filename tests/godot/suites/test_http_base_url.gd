extends "res://support/http_suite.gd"
## The base URL of a node, and what is sent to its server alone.


func test_relative_urls_are_resolved_against_the_base_url(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	var other: Peer = peer({"*": Answers.sized("other")})
	var http: Node = node(ours, {&"base_url": server.url("/v1")})
	for case: Array in [
		["players?page=2", "/v1/players?page=2"], ["/news", "/news"], ["../up", "/up"], ["?a", "/v1/?a"],
	]:
		row(case[0])
		var response: RefCounted = await _fetch(http, case[0])
		check(response.get(&"ok"), response.get(&"error"))
		equal(server.last_request().target, case[1], "the target")
		equal(response.get(&"url"), server.url(case[1]), "the URL of the response")
	equal((await _fetch(http, other.url("/x"))).get(&"text"), "other", "an absolute URL")
	var outcome: Outcome = await ask(http, "scores")
	came_to(outcome, Result.SUCCESS, 200, null, "hello")
	equal(server.last_request().target, "/v1/scores", "the target of request()")


func test_a_base_url_that_cannot_be_used_is_reported_and_fails_requests(ours: Stack) -> void:
	var http: Node = node(ours)
	expect_errors()
	for base: String in ["example.org", "ftp://example.org/", "https://"]:
		row(base)
		http.set(&"base_url", base)
		check(printed_errors()[-1].begins_with("base_url: the URL "), str(printed_errors()))
		equal((await _fetch(http, "https://example.org/")).get(&"result"), Result.REQUEST_FAILED as int, "result")
		equal(http.call(&"request", "players"), ERR_INVALID_PARAMETER, "request()")
		var warnings: PackedStringArray = http.call(&"get_configuration_warnings")
		check(warnings.size() == 1 and warnings[0].begins_with("base_url: "), str(warnings))
	http.set(&"base_url", "")
	equal(http.call(&"get_configuration_warnings"), PackedStringArray(), "warnings without a base URL")


func test_default_headers_and_credentials_go_to_the_server_of_the_base_url_alone(ours: Stack) -> void:
	var other: Peer = peer({"*": Answers.sized("other")})
	var server: Peer = peer({"/away": Answers.redirect("Location: " + other.url("/away")), "*": Answers.sized("hello")})
	for way: String in ["bearer", "basic", "cookie"]:
		row(way)
		var http: Node = node(ours, {&"base_url": server.url("/"), &"default_headers": PackedStringArray(["X-Key: secret"])})
		var expected: String = "Authorization: Bearer secret"
		match way:
			"bearer":
				http.set(&"bearer_token", "secret")
			"basic":
				http.call(&"set_basic_auth", "ada", "secret")
				expected = "Authorization: Basic YWRhOnNlY3JldA=="
			"cookie":
				http.set(&"default_headers", PackedStringArray(["X-Key: secret", "Cookie: a=secret"]))
				expected = "Cookie: a=secret"
		for path: String in ["hello", "away"]:
			await _fetch(http, path)
			check(server.last_request().lines.has(expected), str(server.last_request().lines))
			check(server.last_request().lines.has("X-Key: secret"), str(server.last_request().lines))
		equal(other.requests().size(), 1, "requests of the other server")
		check(not other.last_request().head.get_string_from_ascii().contains("ecret"), str(other.last_request().lines))
		await _fetch(http, other.url("/direct"))
		check(not other.last_request().head.get_string_from_ascii().contains("ecret"), str(other.last_request().lines))
		other.forget()


func test_credentials_of_one_request_go_to_its_url_and_replace_those_of_the_node(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	var other: Peer = peer({"*": Answers.sized("other")})
	var http: Node = node(ours, {&"base_url": server.url("/"), &"bearer_token": "of node"})
	await _fetch(http, "x", {"bearer_token": "of request"})
	equal(_authorizations(server), ["Authorization: Bearer of request"], "to the server of the base URL")
	await _fetch(http, other.url("/"), {"basic_auth": ["ada", "secret"]})
	equal(_authorizations(other), ["Authorization: Basic YWRhOnNlY3JldA=="], "to another server")
	await _fetch(http, "x", {}, ["Authorization: mine", "X-Key: mine"])
	equal(_authorizations(server), ["Authorization: mine"], "with a header of the request")


func test_a_secret_without_a_base_url_refuses_requests(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	expect_errors()
	for properties: Dictionary in [
		{&"bearer_token": "hunter2"}, {&"default_headers": PackedStringArray(["authorization: hunter2"])},
		{&"default_headers": PackedStringArray(["X: y", "Cookie: hunter2"])},
	]:
		row(str(properties.keys()))
		var http: Node = node(ours, properties)
		equal(http.call(&"request", server.url("/")), ERR_INVALID_PARAMETER, "request()")
		var response: RefCounted = await _fetch(http, server.url("/"))
		equal(response.get(&"result"), Result.REQUEST_FAILED as int, "result of fetch()")
		check((response.get(&"error") as String).contains("set base_url"), response.get(&"error"))
		check(not str(printed_errors()).contains("hunter2"), "a secret is shown")
	equal(server.requests().size(), 0, "requests that were sent")
	var harmless: Node = node(ours, {&"default_headers": PackedStringArray(["X-Game: mine"])})
	check((await _fetch(harmless, server.url("/"))).get(&"ok"), "harmless headers without a base URL")
	check(server.last_request().lines.has("X-Game: mine"), str(server.last_request().lines))


func test_a_default_header_gives_way_to_the_request_s(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	var http: Node = node(ours, {&"default_headers": PackedStringArray(["Accept: a", "X-Two: 1", "X-Two: 2"])})
	await _fetch(http, server.url("/"), {}, ["accept: b"])
	var lines: PackedStringArray = server.last_request().lines
	check(lines.has("accept: b") and not lines.has("Accept: a"), str(lines))
	check(lines.has("X-Two: 1") and lines.has("X-Two: 2"), str(lines))


func test_a_default_header_that_cannot_be_sent_is_reported_without_its_value(ours: Stack) -> void:
	expect_errors()
	var http: Node = node(ours, {&"default_headers": PackedStringArray(["X-Key: hunter2\nEvil: b"])})
	check(printed_errors()[-1].begins_with("default_headers: "), str(printed_errors()))
	equal(http.call(&"request", "http://127.0.0.1:1/"), ERR_INVALID_PARAMETER, "request()")
	check(not str(printed_errors()).contains("hunter2"), str(printed_errors()))


func test_secrets_of_a_node_are_neither_saved_nor_listed_in_the_inspector(ours: Stack) -> void:
	var http: Node = node(ours, {&"base_url": "https://example.org/", &"bearer_token": "hunter2"})
	equal(http.get(&"bearer_token"), "hunter2", "the property")
	var packed: PackedScene = PackedScene.new()
	packed.pack(http)
	check(not str(packed.get(&"_bundled")).contains("hunter2"), "the scene contains the token")
	check(str(packed.get(&"_bundled")).contains("https://example.org/"), "the scene lacks the base URL")
	http.call(&"set_basic_auth", "ada", "hunter2")
	equal(http.get(&"bearer_token"), "", "the token beside basic credentials")
	check(not str(http.get_property_list().map(func(it: Dictionary) -> Variant: return http.get(it["name"]))).contains("hunter2"), "listed")


func _fetch(http: Node, url: String, options: Dictionary = {}, headers: Array = []) -> RefCounted:
	var response: RefCounted = http.call(&"fetch", url, PackedStringArray(headers), HTTPClient.METHOD_GET, null, options)
	return await (response.call(&"done") as Signal)


func _authorizations(server: Peer) -> Array:
	return Array(server.last_request().lines).filter(
			func(line: String) -> bool: return line.to_lower().begins_with("authorization"))

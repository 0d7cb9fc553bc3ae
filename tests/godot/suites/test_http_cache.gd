extends "res://support/http_suite.gd"
## RustlsHTTPCache: responses that are delivered without asking the server again.


const FRESH: Array = ["Cache-Control: max-age=60"]


func test_a_node_and_a_request_without_one_share_a_cache(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello", 200, FRESH)})
	var cache: RustlsHTTPCache = RustlsHTTPCache.new()
	var http: Node = node(ours, {&"cache": cache})
	var first: RefCounted = await (http.call(&"fetch", server.url("/")).call(&"done") as Signal)
	var second: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"), {"cache": cache})
	equal([first.get(&"text"), first.get(&"from_cache")], ["hello", false], "the first one")
	equal([second.text, second.from_cache, second.response_code], ["hello", true, 200], "the second one")
	equal(server.requests().size(), 1, "requests")
	equal(cache.get_entry_count(), 1, "entries")
	check(cache.get_size() > 5, "%d bytes" % cache.get_size())
	var without: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"))
	check(not without.from_cache, "a request without a cache got a stored response")
	cache.clear()
	equal([cache.get_entry_count(), cache.get_size()], [0, 0], "after clear()")


func test_an_entity_tag_is_confirmed_with_the_code_200(_ours: Stack) -> void:
	var server: Peer = peer({"/": func(request: Request) -> Array:
		if request.value("If-None-Match") == "\"a\"":
			return [Answers.head(304, ["ETag: \"a\""])]
		return Answers.sized("hello", 200, ["ETag: \"a\"", "Cache-Control: no-cache"])})
	var options: Dictionary = {"cache": RustlsHTTPCache.new()}
	for from_cache: bool in [false, true, true]:
		var response: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"), options)
		equal([response.ok, response.response_code, response.text, response.from_cache], [true, 200, "hello", from_cache], "the response")
	equal(server.requests().size(), 3, "requests")


func test_a_stored_body_can_be_saved(_ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.compressed("hello", "gzip", FRESH)})
	var options: Dictionary = {"cache": RustlsHTTPCache.new()}
	for number: int in 2:
		var file: String = scratch_file("cached_%d.txt" % number)
		var response: RustlsHTTPResponse = await RustlsHTTP.download(server.url("/"), file, options)
		equal(response.from_cache, number == 1, "from_cache")
		equal(FileAccess.get_file_as_string(file), "hello", "the file")


func test_other_trust_gets_no_stored_response(_ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello", 200, FRESH)}, FIXTURE)
	var cache: RustlsHTTPCache = RustlsHTTPCache.new()
	var trusting: RustlsTLSOptions = RustlsTLSOptions.client(Fixtures.certificate("root"))
	for number: int in 2:
		var response: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"), {"cache": cache, "tls_options": trusting})
		equal([response.ok, response.from_cache], [true, number == 1], "with the right trust")
	expect_errors()
	var other: RustlsTLSOptions = RustlsTLSOptions.client(Fixtures.certificate("self_signed_ca_false"))
	var refused: RustlsHTTPResponse = await RustlsHTTP.request(server.url("/"), {"cache": cache, "tls_options": other})
	equal(refused.result, Result.TLS_HANDSHAKE_ERROR as int, "result with other trust")


func test_events_pieces_and_resumed_downloads_do_not_use_it(_ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("data: a\n\n", 200, FRESH + ["Content-Type: text/event-stream"])})
	var cache: RustlsHTTPCache = RustlsHTTPCache.new()
	for options: Dictionary in [
		{"server_sent_events": true}, {"stream_body": true}, {"download_file": scratch_file("x"), "download_resume": true},
	]:
		row(str(options.keys()))
		options["cache"] = cache
		for number: int in 2:
			check(not ((await RustlsHTTP.request(server.url("/"), options)) as RustlsHTTPResponse).from_cache, "it came from the cache")
	equal(cache.get_entry_count(), 0, "entries")


func test_a_smaller_limit_removes_entries(_ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello", 200, FRESH)})
	var cache: RustlsHTTPCache = RustlsHTTPCache.new()
	equal(cache.max_bytes, 32 * 1024 * 1024, "the default")
	for path: String in ["/1", "/2", "/3"]:
		await RustlsHTTP.request(server.url(path), {"cache": cache})
	equal(cache.get_entry_count(), 3, "entries")
	cache.max_bytes = cache.get_size() - 1
	equal(cache.get_entry_count(), 2, "entries with a smaller limit")
	cache.max_bytes = -1
	equal([cache.max_bytes, cache.get_entry_count()], [0, 0], "with a negative limit")

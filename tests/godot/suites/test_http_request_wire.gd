extends "res://support/http_suite.gd"
## Requests on the wire: the request line, the order and spelling of headers, defaults, and what must not be sent.


const METHODS := ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH"]
const DEFAULTS := ["Host", "User-Agent", "Accept"]


func test_a_request_begins_with_its_line(stack: Stack) -> void:
	for server: Peer in peers({"*": [Answers.head(200, ["Content-Length: 0"])]}):
		for method: int in METHODS.size():
			if METHODS[method] == "CONNECT":
				continue
			row(METHODS[method])
			await ask(node(stack), server.url("/a/b?c=%20d"), [], method)
			var request: Request = server.last_request()
			equal([request.method, request.target, request.version], [METHODS[method], "/a/b?c=%20d", "HTTP/1.1"], "its line")
			equal(request.is_secure, server.url("").begins_with("https"), "whether it came through TLS")


func test_own_headers_come_first_and_as_they_were_written(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	var own: Array = ["x-Lower: a", "X-UPPER: B", "X-Twice: 1", "X-Other: c:d", "X-Twice: 2", "X-Text: gr\u00fc\u00dfe"]
	await ask(node(stack), server.url("/"), own)
	var expected: PackedStringArray = own
	if stack.is_ours():
		# Ours groups headers with the same name.
		expected = own.slice(0, 3) + ["X-Twice: 2", "X-Other: c:d", own[5]]
	equal(server.last_request().lines.slice(0, own.size()), expected, "the first lines")


func test_defaults_are_there_once_and_in_order(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	await ask(node(stack), server.url("/"), ["X-Mine: a"])
	var request: Request = server.last_request()
	equal(
		request.header_names(), PackedStringArray(["X-Mine", "Accept-Encoding", "Host", "User-Agent", "Accept"]),
		"the names of the headers")
	equal(request.value("Host"), "127.0.0.1:%d" % server.port(), "Host")
	equal(request.value("Accept"), "*/*", "Accept")
	var version: String = Engine.get_version_info()["string"]
	if not stack.is_ours():
		names(request.value("User-Agent"), "GodotEngine/" + version.get_slice("-", 0), "User-Agent")
		equal(request.value("Accept-Encoding"), "gzip, deflate", "Accept-Encoding")
	else:
		check(request.value("User-Agent").begins_with("GodotEngine/"), "User-Agent is " + request.value("User-Agent"))
		for encoding: String in ["gzip", "deflate", "br", "zstd"]:
			names(request.value("Accept-Encoding"), encoding, "Accept-Encoding")


## A part of a compressed body cannot be decompressed.
func test_a_range_of_the_caller_s_own_asks_for_no_compression(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	for own: Array in [["Range: bytes=0-1"], ["rANGE: bytes=0-1"]]:
		await ask(node(ours), server.url("/"), own)
		equal(server.last_request().value("Accept-Encoding"), "identity", "Accept-Encoding")
	await ask(node(ours), server.url("/"), ["Range: bytes=0-1", "Accept-Encoding: gzip"])
	equal(server.last_request().values("Accept-Encoding"), PackedStringArray(["gzip"]), "the caller's own")


func test_a_given_header_takes_the_place_of_the_default(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	for header: String in ["User-Agent", "Accept", "Accept-Encoding", "Host", "uSER-aGENT", "aCCEPT", "host"]:
		row(header)
		await ask(node(stack), server.url("/"), [header + ": mine.example"])
		var request: Request = server.last_request()
		equal(request.values(header), PackedStringArray(["mine.example"]), "its values")
		equal(request.lines[0], header + ": mine.example", "the first line")


func test_compression_is_not_asked_for_when_it_is_off(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	await ask(node(stack, {&"accept_gzip": false}), server.url("/"))
	equal(server.last_request().values("Accept-Encoding").size(), 0, "how many times there is Accept-Encoding")


func test_a_body_goes_with_its_length(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	for body: Variant in ["text", "gr\u00fc\u00dfe".to_utf8_buffer(), noise(1000)]:
		for method: int in [HTTPClient.METHOD_POST, HTTPClient.METHOD_GET, HTTPClient.METHOD_DELETE]:
			row("%s, method %d" % [type_string(typeof(body)), method])
			await ask(node(stack), server.url("/"), [], method, body)
			var sent: PackedByteArray = Answers.bytes(body)
			equal(server.last_request().values("Content-Length"), PackedStringArray([str(sent.size())]), "Content-Length")
			same_bytes(server.last_request().body, sent, "the body")
			equal(server.last_request().values("Content-Type").size(), 0, "how many times there is Content-Type")


func test_a_get_without_a_body_has_no_length(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	await ask(node(stack), server.url("/"))
	equal(server.last_request().values("Content-Length").size(), 0, "how many times there is Content-Length")
	equal(server.last_request().values("Transfer-Encoding").size(), 0, "how many times there is Transfer-Encoding")


## Without Content-Length many servers wait for a body, or refuse the request.
func test_an_empty_body_is_said_to_be_empty_by_ours(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	for method: int in [HTTPClient.METHOD_POST, HTTPClient.METHOD_PUT, HTTPClient.METHOD_PATCH]:
		row(METHODS[method])
		await ask(node(ours), server.url("/"), [], method)
		equal(server.last_request().values("Content-Length"), PackedStringArray(["0"]), "Content-Length")


func test_the_default_port_is_not_named(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("ok")})
	var http: Node = node(stack)
	# A proxy receives the requests to port 80, on which no test can listen.
	http.call(&"set_http_proxy", "127.0.0.1", server.port())
	for url: String in ["http://127.0.0.1/a", "http://127.0.0.1:80/a", "http://127.0.0.1:8080/a"]:
		row(url)
		came_to(await ask(http, url), Result.SUCCESS, 200, null, "ok")
		var port: String = ":8080" if url.contains("8080") else ""
		equal(server.last_request().value("Host"), "127.0.0.1" + port, "Host")


func test_a_proxy_is_asked_for_the_whole_url(stack: Stack) -> void:
	var proxy: Peer = peer({"*": Answers.sized("by proxy")})
	var server: Peer = peer({"*": Answers.sized("direct")})
	var http: Node = node(stack)
	http.call(&"set_http_proxy", "127.0.0.1", proxy.port())
	came_to(await ask(http, server.url("/a?b")), Result.SUCCESS, 200, null, "by proxy")
	equal(proxy.last_request().target, server.url("/a?b"), "the target")
	for none: Array in [["", 8080], ["127.0.0.1", -1]]:
		http.call(&"set_http_proxy", "127.0.0.1", proxy.port())
		http.callv(&"set_http_proxy", none)
		came_to(await ask(http, server.url("/a?b")), Result.SUCCESS, 200, null, "direct")
		equal(server.last_request().target, "/a?b", "the target without a proxy")


func test_a_proxy_for_https_makes_a_tunnel(stack: Stack) -> void:
	var proxy: Peer = tunnel({"*": Answers.sized("through the tunnel")})
	var http: Node = node(stack)
	http.call(&"set_https_proxy", "127.0.0.1", proxy.port())
	came_to(await ask(http, "https://127.0.0.1:4433/a", ["X-Secret: b"]), Result.SUCCESS, 200, null, "through the tunnel")
	var first: Request = proxy.requests()[0]
	equal([first.method, first.target, first.is_secure], ["CONNECT", "127.0.0.1:4433", false], "the first request")
	equal(first.values("X-Secret").size(), 0, "whether the proxy saw a header for the server")
	var second: Request = proxy.last_request()
	equal([second.method, second.target, second.is_secure], ["GET", "/a", true], "the second request")
	equal(second.value("X-Secret"), "b", "the header for the server")


func test_a_proxy_that_refuses_the_tunnel_cannot_be_connected_through(stack: Stack) -> void:
	for code: int in [403, 407, 502]:
		row(str(code))
		var proxy: Peer = peer({"*": Answers.sized("no", code)})
		var http: Node = node(stack)
		http.call(&"set_https_proxy", "127.0.0.1", proxy.port())
		came_to_nothing(await ask(http, "https://127.0.0.1:4433/a"), Result.CANT_CONNECT)


func test_ours_logs_in_at_proxies(ours: Stack) -> void:
	var expected: String = "Basic " + Marshalls.utf8_to_base64("me:secret")
	var plain: Peer = peer({"*": Answers.sized("by proxy")})
	var http: Node = node(ours)
	http.call(&"set_http_proxy", "http://me:secret@127.0.0.1", plain.port())
	came_to(await ask(http, "http://127.0.0.1:8080/a"), Result.SUCCESS, 200, null, "by proxy")
	equal(plain.last_request().value("Proxy-Authorization"), expected, "Proxy-Authorization")
	var secure: Peer = tunnel({"*": Answers.sized("through the tunnel")})
	http.call(&"set_https_proxy", "http://me:secret@127.0.0.1", secure.port())
	came_to(await ask(http, "https://127.0.0.1:4433/a"), Result.SUCCESS, 200, null, "through the tunnel")
	equal(secure.requests()[0].value("Proxy-Authorization"), expected, "Proxy-Authorization of the CONNECT")
	equal(secure.requests()[0].value("Host"), "127.0.0.1:4433", "Host of the CONNECT")
	equal(secure.last_request().values("Proxy-Authorization").size(), 0, "whether the server saw it")


## The engine sends all of these unchanged.
func test_ours_refuses_a_length_that_is_not_the_body_s(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("hello")})
	for method: int in [HTTPClient.METHOD_GET, HTTPClient.METHOD_HEAD, HTTPClient.METHOD_DELETE, HTTPClient.METHOD_POST]:
		row("method %d" % method)
		var http: Node = node(ours)
		var outcome: Outcome = await ask(http, server.url("/"), ["Content-Length: 5"], method)
		equal(outcome.result, Result.REQUEST_FAILED as int, "the result")
		check("Content-Length is \"5\"" in str(http.call(&"get_last_error")), str(http.call(&"get_last_error")))
	equal(server.requests().size(), 0, "how many requests the server got")


func test_ours_refuses_lines_within_headers(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("ok")})
	for header: String in [
		"X-A: b\r\nX-Injected: c", "X-A: b\nX-Injected: c", "X-A: b\rX-Injected: c", "X-A\r\nX-Injected: c",
		"X-A: b\r\n\r\nGET /other HTTP/1.1", "X-A: b\r\n",
	]:
		row(header.c_escape())
		await _refuses(ours, server.url("/"), [header])
	equal(server.accepted(), 0, "how many connections there were")


func test_ours_refuses_lines_within_urls(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("ok")})
	for path: String in ["/a\r\nX-Injected: b", "/a\nb", "/a\rb", "/a HTTP/1.1\r\nX-Injected: b\r\n", "/?a\r\nb"]:
		row(path.c_escape())
		await _refuses(ours, server.url(path), [])
	for host: String in ["127.0.0.1\r\n", "127.0.0.1\r\nX-Injected: b"]:
		row(host.c_escape())
		await _refuses(ours, server.url("/", host), [])
	equal(server.accepted(), 0, "how many connections there were")


## A space would end the target within the line.
func test_blanks_in_urls_do_not_reach_the_line(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("ok")})
	var outcome: Outcome = await ask(node(ours), server.url("/a b"))
	if outcome.error == OK:
		equal(server.last_request().target, "/a%20b", "the target")
	else:
		equal(outcome.error, ERR_INVALID_PARAMETER, "what the call returned")


func test_a_given_transfer_encoding_gets_no_length_from_ours(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("ok")})
	var given: Array = ["Transfer-Encoding: chunked"]
	await ask(node(ours), server.url("/"), given, HTTPClient.METHOD_POST, "5\r\nhello\r\n0\r\n\r\n")
	var request: Request = server.last_request()
	if request != null:
		check(
			request.values("Transfer-Encoding").is_empty() or request.values("Content-Length").is_empty(),
			"both lengths: %s" % request.lines)


func _refuses(ours: Stack, url: String, headers: Array) -> void:
	var http: Node = node(ours, {&"timeout": 0.2})
	var outcome: Outcome = begin(http, url, headers)
	equal(outcome.error, ERR_INVALID_PARAMETER, "what the call returned")
	await frames(3)
	equal(outcome.signals, 0, "how often the signal was emitted")

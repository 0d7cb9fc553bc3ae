extends "res://support/http_client_suite.gd"
## Calls, statuses and errors of the polled client, step by step.


func test_a_fresh_client_has_the_defaults(stack: Stack) -> void:
	expect_errors()
	var client: RefCounted = stack.http_client()
	equal(status(client), Status.DISCONNECTED as int, "get_status()")
	equal(client.call(&"poll"), ERR_UNCONFIGURED, "poll()")
	equal([client.get(&"blocking_mode_enabled"), client.get(&"read_chunk_size")], [false, 65536], "mode and chunk size")
	equal(client.call(&"has_response"), false, "has_response()")
	equal(client.call(&"is_response_chunked"), false, "is_response_chunked()")
	equal([client.call(&"get_response_code"), client.call(&"get_response_body_length")], [0, -1], "code and length")
	equal(client.call(&"get_response_headers"), PackedStringArray(), "get_response_headers()")
	equal(client.call(&"get_response_headers_as_dictionary"), {}, "get_response_headers_as_dictionary()")
	equal(client.call(&"read_response_body_chunk"), NOTHING, "read_response_body_chunk()")
	check(client.get(&"connection") == null, "there is a connection")
	client.call(&"close")
	equal(status(client), Status.DISCONNECTED as int, "get_status() after close()")


func test_chunk_sizes_have_bounds(stack: Stack) -> void:
	expect_errors()
	var client: RefCounted = stack.http_client()
	for size: int in [256, 1 << 24, 5000]:
		client.set(&"read_chunk_size", size)
		equal(client.get(&"read_chunk_size"), size, "read_chunk_size")
	for size: int in [255, (1 << 24) + 1, 0, -1]:
		forget_errors()
		client.set(&"read_chunk_size", size)
		equal(client.get(&"read_chunk_size"), 5000, "read_chunk_size after %d" % size)
		check(not printed_errors().is_empty(), "nothing was printed about %d" % size)


func test_from_connecting_to_closing(stack: Stack) -> void:
	for server: Peer in peers({"/": Answers.sized("hello")}):
		row(server.url(""))
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		equal(client.call(&"poll"), OK, "poll() while connected")
		equal(ask_for(client, "/"), OK, "poll() at the head")
		equal(status(client), Status.BODY as int, "the status in the body")
		equal(client.call(&"has_response"), true, "has_response()")
		equal(client.call(&"is_response_chunked"), false, "is_response_chunked()")
		equal([client.call(&"get_response_code"), client.call(&"get_response_body_length")], [200, 5], "code and length")
		equal(client.call(&"get_response_headers"), PackedStringArray(["Content-Length: 5"]), "get_response_headers()")
		equal(client.call(&"get_response_headers"), PackedStringArray(), "get_response_headers() again")
		equal([client.call(&"has_response"), client.call(&"get_response_code")], [false, 200], "has_response() and code then")
		equal(client.call(&"poll"), OK, "poll() in the body")
		same_bytes(read_body(client), "hello".to_ascii_buffer(), "the body")
		equal(status(client), Status.CONNECTED as int, "the status afterwards")
		client.call(&"close")
		equal(status(client), Status.DISCONNECTED as int, "the status after close()")
		equal(client.call(&"get_response_code"), 0, "the code after close()")
		equal(client.call(&"get_response_body_length"), -1, "the length after close()")
		await until(func() -> bool: return server.open() == 0)


func test_one_connection_serves_many_requests(stack: Stack) -> void:
	var echo: Callable = func(request: Request) -> Array: return Answers.sized(request.target)
	for server: Peer in peers({"*": echo, "/chunks": Answers.chunked("in chunks", [3]), "/none": [Answers.head(204)]}):
		row(server.url(""))
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		for path: String in ["/1", "/chunks", "/2", "/3", "/none", "/4"]:
			ask_for(client, path)
			var expected: String = {"/chunks": "in chunks", "/none": ""}.get(path, path)
			same_bytes(read_body(client), expected.to_ascii_buffer(), "the body of " + path)
			equal(status(client), Status.CONNECTED as int, "the status after " + path)
			client.call(&"get_response_headers")
		equal(server.accepted(), 1, "how many connections there were")


func test_a_scheme_before_the_host_is_understood(stack: Stack) -> void:
	var servers: Array[Peer] = peers({"/": Answers.sized("hello")})
	for prefix: String in ["http://", "HTTP://"]:
		_connects(stack, prefix + "127.0.0.1", servers[0], stack.client())
	for prefix: String in ["https://", "HTTPS://"]:
		_connects(stack, prefix + "127.0.0.1", servers[1], null)
	_connects(stack, "localhost", servers[0], null)


func test_hosts_ports_and_options_that_are_none(stack: Stack) -> void:
	expect_errors()
	var server: RefCounted = stack.server(Fixtures.key(FIXTURE), Fixtures.certificate(FIXTURE))
	for case: Array in [["", 80, null], ["https://", 443, null], ["127.0.0.1", 443, server]]:
		row(str(case))
		var client: RefCounted = stack.http_client()
		forget_errors()
		equal(client.callv(&"connect_to_host", case), ERR_INVALID_PARAMETER, "connect_to_host()")
		equal(status(client), Status.DISCONNECTED as int, "the status")
		check(not printed_errors().is_empty(), "nothing was printed")
	for port: int in [0, 65536]:
		row("port %d" % port)
		var client: RefCounted = stack.http_client()
		equal(client.call(&"connect_to_host", "127.0.0.1", port), ERR_INVALID_PARAMETER, "connect_to_host()")
		equal(status(client), Status.CANT_CONNECT as int, "the status")


func test_short_hosts_are_hosts_to_ours(ours: Stack) -> void:
	var client: RefCounted = ours.http_client()
	equal(client.call(&"connect_to_host", "::1", free_port()), OK, "connect_to_host()")
	equal(poll_while(client, [Status.RESOLVING, Status.CONNECTING]), ERR_CANT_CONNECT, "poll()")


func test_hosts_that_are_no_names_cannot_be_resolved(stack: Stack) -> void:
	expect_errors()
	for host: String in ["no-such-host.invalid", "127.0.0.1:80", "127.0.0.1/path", "wss://127.0.0.1", "two words"]:
		row(host)
		var client: RefCounted = stack.http_client()
		var error: int = client.call(&"connect_to_host", host, 80)
		equal(error, OK, "connect_to_host()")
		equal(poll_while(client, [Status.RESOLVING]), ERR_CANT_RESOLVE, "poll()")
		equal(status(client), Status.CANT_RESOLVE as int, "the status")
		equal(client.call(&"poll"), ERR_CANT_RESOLVE, "another poll()")
		_explains(client)


func test_a_port_without_a_server(stack: Stack) -> void:
	for secure: bool in [false, true]:
		var client: RefCounted = stack.http_client()
		var options: RefCounted = stack.client() if secure else null
		equal(client.call(&"connect_to_host", "127.0.0.1", free_port(), options), OK, "connect_to_host()")
		equal(status(client), Status.CONNECTING as int, "the status at first")
		equal(poll_while(client, [Status.CONNECTING]), ERR_CANT_CONNECT, "poll()")
		equal(status(client), Status.CANT_CONNECT as int, "the status")
		equal(client.call(&"poll"), ERR_CANT_CONNECT, "another poll()")
		_explains(client)


func test_a_server_that_cannot_be_trusted(stack: Stack) -> void:
	expect_errors()
	for fixture: String in ["localhost", "self_signed_ca_false"]:
		var client: RefCounted = stack.http_client()
		client.call(&"connect_to_host", "127.0.0.1", peer({}, fixture).port(), stack.client())
		equal(poll_while(client, [Status.CONNECTING]), ERR_CANT_CONNECT, "the poll() that fails")
		equal(status(client), Status.TLS_HANDSHAKE_ERROR as int, "the status")
		equal(client.call(&"poll"), ERR_CONNECTION_ERROR, "another poll()")
		_explains(client)


func test_a_failed_client_can_be_used_again(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello")})
	var client: RefCounted = stack.http_client()
	client.call(&"connect_to_host", "127.0.0.1", free_port())
	poll_while(client, [Status.CONNECTING])
	for round: int in 2:
		equal(client.call(&"connect_to_host", "127.0.0.1", server.port()), OK, "connect_to_host()")
		poll_while(client, [Status.CONNECTING])
		ask_for(client, "/")
		same_bytes(read_body(client), "hello".to_ascii_buffer(), "the body")


func test_requests_that_are_none_are_refused(stack: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("hello")})
	var client: RefCounted = stack.http_client()
	_refused(client, 0, "/", [], "not connected")
	client = connected(stack, server)
	if client == null:
		return
	for case: Array in [
		[9, "/", []], [-1, "/", []], [0, "", []], [0, "path", []], [0, "*", []], [0, "ftp://a/", []], [0, " /", []],
		[HTTPClient.METHOD_CONNECT, "/", []], [0, "/", [""]], [0, "/", ["no colon"]], [0, "/", [": no name"]],
	]:
		_refused(client, case[0], case[1], case[2], str(case))
		equal(status(client), Status.CONNECTED as int, "the status")
	row("")
	ask_for(client, "/")
	_refused(client, 0, "/", [], "in a body")
	equal(server.requests().size(), 1, "how many requests the server got")


func test_a_request_that_cannot_be_sent_costs_no_connection_of_ours(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("hello")})
	var client: RefCounted = connected(ours, server)
	for case: Array in [
		[0, "http://", []], [0, "/" + "a".repeat(70000), []], [0, "/", ["Content-Length: 5"]],
		[HTTPClient.METHOD_DELETE, "/", ["Content-Length: 5"]],
	]:
		_refused(client, case[0], case[1], case[2], str(case).left(60))
		equal(status(client), Status.CONNECTED as int, "the status")
		check(str(client.call(&"get_last_error")).begins_with("request: "), "the error is %s" % client.call(&"get_last_error"))
	row("")
	ask_for(client, "/")
	same_bytes(read_body(client), "hello".to_ascii_buffer(), "the body")
	equal(server.requests().size(), 1, "how many requests the server got")


func test_ours_tells_every_refusal_in_words(ours: Stack) -> void:
	expect_errors()
	var client: RefCounted = ours.http_client()
	client.call(&"read_response_body_chunk")
	check("there is no body" in str(client.call(&"get_last_error")), "reading without a body")
	client.set(&"read_chunk_size", 5)
	check("read_chunk_size is 5" in str(client.call(&"get_last_error")), "a chunk size that is none")
	client.call(&"set_http_proxy", "https://proxy.test", 3128)
	check("set_http_proxy: " in str(client.call(&"get_last_error")), "a proxy that is none")


func test_a_proxy_that_cannot_be_used_is_not_gone_around(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("hello")})
	var client: RefCounted = ours.http_client()
	client.call(&"set_http_proxy", "ftp://proxy.test", 3128)
	equal(client.call(&"connect_to_host", "127.0.0.1", server.port()), ERR_INVALID_PARAMETER, "connect_to_host()")
	equal(status(client), Status.CANT_CONNECT as int, "the status")
	var http: Node = node(ours)
	http.call(&"set_https_proxy", "https://proxy.test", 3128)
	came_to_nothing(await ask(http, server.url("/")), Result.CANT_CONNECT)
	check("set_https_proxy: " in str(http.call(&"get_last_error")), "the error is %s" % http.call(&"get_last_error"))
	equal(server.accepted(), 0, "how many connections the server got")
	http.call(&"set_https_proxy", "", -1)
	client.call(&"set_http_proxy", "http://127.0.0.1:1", -1)
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, "hello")
	equal(client.call(&"connect_to_host", "127.0.0.1", server.port()), OK, "connect_to_host() without a proxy")
	poll_while(client, [Status.CONNECTING])
	equal(status(client), Status.CONNECTED as int, "the status without a proxy")


func test_lines_within_requests_are_refused_by_ours(ours: Stack) -> void:
	expect_errors()
	var client: RefCounted = connected(ours, peer())
	for case: Array in [
		[0, "/a\r\nX-A: b", []], [0, "/a\nb", []], [0, "/", ["X-A: b\r\nX-C: d"]], [0, "/", ["X-A: b\nX-C: d"]],
	]:
		_refused(client, case[0], case[1], case[2], str(case).c_escape())
		equal(status(client), Status.CONNECTED as int, "the status")


func test_what_goes_over_the_wire(stack: Stack) -> void:
	for server: Peer in peers({"*": Answers.sized("hello")}):
		row(server.url(""))
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		ask_for(client, "/a?b", HTTPClient.METHOD_POST, ["X-Mine: a", "x-lower: b"], "gr\u00fc\u00dfe")
		read_body(client)
		var request: Request = server.last_request()
		equal([request.method, request.target, request.version], ["POST", "/a?b", "HTTP/1.1"], "the line")
		equal(
			" ".join(request.header_names()), "X-Mine x-lower Host Content-Length User-Agent Accept",
			"the names of the headers")
		equal(request.value("Host"), "127.0.0.1:%d" % server.port(), "Host")
		equal([request.value("Content-Length"), request.value("Accept")], ["7", "*/*"], "Content-Length and Accept")
		check(request.value("User-Agent").begins_with("GodotEngine/"), "User-Agent is " + request.value("User-Agent"))
		equal(request.body, "gr\u00fc\u00dfe".to_utf8_buffer(), "the body")


func test_raw_bodies_go_as_they_are(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("hello")})
	var client: RefCounted = connected(stack, server)
	for size: int in [0, 1, 70000, 1 << 20]:
		var error: int = client.call(&"request_raw", HTTPClient.METHOD_PUT, "/", PackedStringArray(), noise(size))
		equal(error, OK, "request_raw()")
		poll_while(client, [Status.REQUESTING])
		read_body(client)
		same_bytes(server.last_request().body, noise(size), "the body of %d bytes" % size)


func test_every_method_goes_out(stack: Stack) -> void:
	var server: Peer = peer({"*": [Answers.head(200, ["Content-Length: 0"])]})
	var targets: Dictionary = {
		HTTPClient.METHOD_GET: "/", HTTPClient.METHOD_POST: "/", HTTPClient.METHOD_PUT: "/", HTTPClient.METHOD_DELETE: "/",
		HTTPClient.METHOD_OPTIONS: "*", HTTPClient.METHOD_TRACE: "/", HTTPClient.METHOD_PATCH: "/",
	}
	var client: RefCounted = connected(stack, server)
	for method: int in targets:
		row("method %d" % method)
		ask_for(client, targets[method], method)
		read_body(client)
		equal(server.last_request().target, targets[method], "the target")
		equal(status(client), Status.CONNECTED as int, "the status afterwards")


func test_blocking_mode_does_it_in_one_step(stack: Stack) -> void:
	for server: Peer in peers({
		"/": [20] + Answers.in_pieces(Answers.sized(noise(200000))[0], 50000, 5), "/end": Answers.unsized("to the end"),
	}):
		row(server.url(""))
		var client: RefCounted = connected(stack, server)
		if client == null:
			continue
		client.set(&"blocking_mode_enabled", true)
		equal(client.call(&"request", 0, "/", PackedStringArray()), OK, "request()")
		equal(client.call(&"poll"), OK, "poll()")
		equal(status(client), Status.BODY as int, "the status after one poll()")
		same_bytes(client.call(&"read_response_body_chunk"), noise(200000).slice(0, 65536), "the first chunk")
		client.set(&"read_chunk_size", 1 << 20)
		same_bytes(client.call(&"read_response_body_chunk"), noise(200000).slice(65536), "all the rest")
		equal(status(client), Status.CONNECTED as int, "the status afterwards")


func test_reads_may_be_larger_than_what_is_read_ahead(stack: Stack) -> void:
	var size: int = (5 << 20) + 1
	var client: RefCounted = connected(stack, peer({"/": Answers.sized(noise(size))}))
	client.set(&"blocking_mode_enabled", true)
	client.set(&"read_chunk_size", 2 << 20)
	ask_for(client, "/")
	var sizes: Array[int] = []
	while status(client) == Status.BODY:
		sizes.append((client.call(&"read_response_body_chunk") as PackedByteArray).size())
	equal(sizes.filter(func(count: int) -> bool: return count > 0), [2 << 20, 2 << 20, (1 << 20) + 1], "what was read at once")


func test_the_next_request_may_follow_the_last_byte(ours: Stack) -> void:
	var client: RefCounted = connected(ours, peer({"*": Answers.sized("hello")}))
	for turn: int in 30:
		equal(client.call(&"request", 0, "/", PackedStringArray()), OK, "request()")
		poll_while(client, [Status.REQUESTING])
		var body: PackedByteArray = []
		wait_until(func() -> bool:
			body.append_array(client.call(&"read_response_body_chunk"))
			return body.size() == 5)


func test_reads_are_as_large_as_chunks_may_be(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized(noise(10000))})
	var client: RefCounted = connected(stack, server)
	client.set(&"read_chunk_size", 300)
	ask_for(client, "/")
	var body: PackedByteArray = []
	wait_until(func() -> bool:
		var chunk: PackedByteArray = client.call(&"read_response_body_chunk") if status(client) == Status.BODY else NOTHING
		check(chunk.size() <= 300, "a read gave %d bytes" % chunk.size())
		body.append_array(chunk)
		return status(client) != Status.BODY)
	same_bytes(body, noise(10000), "the body")


func test_dictionaries_become_queries_in_the_same_way(ours: Stack) -> void:
	var engine_client: HTTPClient = HTTPClient.new()
	var client: RefCounted = ours.http_client()
	var values: Array = [
		null, true, false, 0, -7, 1 << 40, 1.5, 2.0, -0.25, 1e30, "", "text", "a b&c=d+e%f",
		"gr\u00fc\u00dfe \U01f600", &"name",
		^"node/path", [], [1, "b", null], [[1, 2], [3]], PackedStringArray(["a", "b c"]), PackedInt32Array([1, 2]),
		{"a": 1}, Vector2(1, 2), Color.RED, "-._~!*'()", "/?#[]@:;,$", "a\r\nb", "\u0000",
	]
	for value: Variant in values:
		for key: Variant in ["key", "two words", "k\u00e4y", 7, &"name", 1.5, ""]:
			var fields: Dictionary = {key: value}
			equal(
				client.call(&"query_string_from_dict", fields), engine_client.query_string_from_dict(fields),
				"the query of %s" % [fields])
	var many: Dictionary = {}
	equal(client.call(&"query_string_from_dict", many), engine_client.query_string_from_dict(many), "the query of nothing")
	for index: int in values.size():
		many["key %d" % index] = values[index]
	equal(client.call(&"query_string_from_dict", many), engine_client.query_string_from_dict(many), "the query of all")


func test_plain_requests_go_through_their_proxy(stack: Stack) -> void:
	var proxy: Peer = peer({"*": Answers.sized("by proxy")})
	var client: RefCounted = stack.http_client()
	client.call(&"set_http_proxy", "127.0.0.1", proxy.port())
	client.call(&"set_https_proxy", "127.0.0.1", free_port())
	equal(client.call(&"connect_to_host", "127.0.0.1", 8080), OK, "connect_to_host()")
	poll_while(client, [Status.RESOLVING, Status.CONNECTING])
	ask_for(client, "/a?b")
	same_bytes(read_body(client), "by proxy".to_ascii_buffer(), "the body")
	equal(proxy.last_request().target, "http://127.0.0.1:8080/a?b", "the target")
	equal(proxy.last_request().value("Host"), "127.0.0.1:8080", "Host")


func test_secure_requests_go_through_a_tunnel(stack: Stack) -> void:
	var proxy: Peer = tunnel({"*": Answers.sized("through the tunnel")})
	var client: RefCounted = stack.http_client()
	client.call(&"set_https_proxy", "127.0.0.1", proxy.port())
	equal(client.call(&"connect_to_host", "127.0.0.1", 4433, stack.client()), OK, "connect_to_host()")
	poll_while(client, [Status.RESOLVING, Status.CONNECTING])
	equal(status(client), Status.CONNECTED as int, "the status")
	ask_for(client, "/a")
	same_bytes(read_body(client), "through the tunnel".to_ascii_buffer(), "the body")
	var first: Request = proxy.requests()[0]
	equal([first.method, first.target], ["CONNECT", "127.0.0.1:4433"], "the first request")
	if stack.is_ours():
		equal(first.value("Host"), "127.0.0.1:4433", "Host of the CONNECT")


func test_a_proxy_that_refuses_the_tunnel(stack: Stack) -> void:
	for code: int in [403, 407]:
		var client: RefCounted = stack.http_client()
		client.call(&"set_https_proxy", "127.0.0.1", peer({"*": Answers.sized("no", code)}).port())
		client.call(&"connect_to_host", "127.0.0.1", 4433, stack.client())
		poll_while(client, [Status.RESOLVING, Status.CONNECTING])
		equal(status(client), Status.CANT_CONNECT as int, "the status")


func test_the_connection_of_ours_is_nobody_else_s(ours: Stack) -> void:
	expect_errors()
	var client: RefCounted = connected(ours, peer({"/": Answers.sized("hello")}))
	check(client.get(&"connection") == null, "there is a connection")
	forget_errors()
	client.set(&"connection", StreamPeerTCP.new())
	check(not printed_errors().is_empty(), "nothing was printed")
	ask_for(client, "/")
	same_bytes(read_body(client), "hello".to_ascii_buffer(), "the body")


func test_ours_tells_whom_it_is_connected_to(ours: Stack) -> void:
	var client: RefCounted = connected(ours, peer({}, FIXTURE))
	one_of(client.call(&"get_tls_version"), ["TLSv1.2", "TLSv1.3"], "get_tls_version()")
	check(not (client.call(&"get_peer_certificates") as Array).is_empty(), "there are no certificates")
	client = connected(ours, peer())
	equal([client.call(&"get_tls_version"), client.call(&"get_peer_certificates")], ["", []], "what a plain one tells")


func test_a_client_may_go_at_any_time(stack: Stack) -> void:
	expect_errors()
	for server: Peer in peers({"/": [&"hang"], "/body": [Answers.head(200, ["Content-Length: 9"]), &"hang"]}):
		for polls: int in [0, 1, 5]:
			var early: RefCounted = stack.http_client()
			early.call(&"connect_to_host", "127.0.0.1", server.port(), stack.client())
			for round: int in polls:
				early.call(&"poll")
			early = null
		for path: String in ["/", "/body"]:
			var client: RefCounted = connected(stack, server)
			if client != null:
				client.call(&"request", 0, path, PackedStringArray())
				client = null
		await until(func() -> bool: return server.open() == 0)
	check(true, "")


func _connects(stack: Stack, host: String, server: Peer, options: RefCounted) -> void:
	row(host)
	var client: RefCounted = stack.http_client()
	equal(client.call(&"connect_to_host", host, server.port(), options), OK, "connect_to_host()")
	poll_while(client, [Status.RESOLVING, Status.CONNECTING])
	equal(status(client), Status.CONNECTED as int, "the status")
	if status(client) == Status.CONNECTED:
		ask_for(client, "/")
		same_bytes(read_body(client), "hello".to_ascii_buffer(), "the body")


func _refused(client: RefCounted, method: int, target: String, headers: Array, label: String) -> void:
	row(label)
	forget_errors()
	var lines: PackedStringArray = headers
	equal(client.call(&"request", method, target, lines), ERR_INVALID_PARAMETER, "request()")
	equal(client.call(&"request_raw", method, target, lines, NOTHING), ERR_INVALID_PARAMETER, "request_raw()")
	check(not printed_errors().is_empty(), "nothing was printed")


func _explains(client: RefCounted) -> void:
	if client.has_method(&"get_last_error"):
		check(str(client.call(&"get_last_error")).length() > 10, "get_last_error() is no sentence")

extends "res://support/http_suite.gd"
## Return values and errors of the HTTP node's methods, its properties, and when they may be changed.


const DEFAULTS := {
	&"download_file": "", &"download_chunk_size": 65536, &"use_threads": false, &"accept_gzip": true,
	&"body_size_limit": -1, &"max_redirects": 8, &"timeout": 0.0,
}

const OUR_DEFAULTS := {
	&"tls_options": null, &"connect_timeout": 30.0, &"read_timeout": 0.0, &"retry_lost_post": true,
	&"cookies_enabled": false,
	&"allow_https_downgrade": false, &"download_resume": false, &"use_environment_proxies": false,
	&"server_sent_events": false, &"reconnect_events": false, &"stream_body": false, &"retries": 0,
}

## Values of properties that may be set at any time.
const CHANGES := {&"accept_gzip": false, &"max_redirects": 3, &"timeout": 7.5}
## Values of properties that may not be set while a request is running.
const IDLE_CHANGES := {
	&"download_file": "user://elsewhere", &"download_chunk_size": 4096, &"use_threads": true, &"body_size_limit": 1000,
}

const STATUS_DISCONNECTED := 0
const STATUS_REQUESTING := 6
const STATUS_BODY := 7


func test_a_fresh_node_has_the_defaults(stack: Stack) -> void:
	var http: Node = node(stack)
	for property: StringName in DEFAULTS:
		equal(http.get(property), DEFAULTS[property], property)
	equal(http.call(&"get_http_client_status"), STATUS_DISCONNECTED, "get_http_client_status()")
	equal(http.call(&"get_downloaded_bytes"), 0, "get_downloaded_bytes()")
	equal(http.call(&"get_body_size"), -1, "get_body_size()")


func test_what_only_ours_has_is_off_by_default(ours: Stack) -> void:
	var http: Node = node(ours)
	for property: StringName in OUR_DEFAULTS:
		equal(http.get(property), OUR_DEFAULTS[property], property)
	equal(http.call(&"get_last_error"), "", "get_last_error()")


func test_properties_can_be_changed(stack: Stack) -> void:
	var http: Node = node(stack)
	for changes: Dictionary in [CHANGES, IDLE_CHANGES]:
		for property: StringName in changes:
			http.set(property, changes[property])
			equal(http.get(property), changes[property], property)


func test_a_running_request_keeps_its_properties(stack: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/": [&"hang"]})
	var http: Node = node(stack)
	begin(http, server.url("/"))
	for property: StringName in IDLE_CHANGES:
		row(property)
		_prints(func() -> void: http.set(property, IDLE_CHANGES[property]))
		equal(http.get(property), DEFAULTS[property], "its value")
	forget_errors()
	for property: StringName in CHANGES:
		row(property)
		http.set(property, CHANGES[property])
		equal(http.get(property), CHANGES[property], "its value")
	equal(printed_errors(), PackedStringArray(), "the errors printed")
	row("")
	http.call(&"cancel_request")
	http.set(&"download_file", "user://later")
	equal(http.get(&"download_file"), "user://later", "download_file after cancel_request()")


func test_a_negative_timeout_is_refused(stack: Stack) -> void:
	expect_errors()
	var http: Node = node(stack, {&"timeout": 3.0})
	_prints(func() -> void: http.set(&"timeout", -0.5))
	equal(http.get(&"timeout"), 3.0, "timeout")


func test_no_time_limit_may_be_negative(ours: Stack) -> void:
	expect_errors()
	var http: Node = node(ours)
	for property: StringName in [&"connect_timeout", &"read_timeout"]:
		row(property)
		var before: float = http.get(property)
		for value: float in [-1.0, NAN]:
			http.set(property, value)
			equal(http.get(property), before, "after %f" % value)
		equal(printed_errors().size(), 2 if property == &"connect_timeout" else 4, "how many errors were printed")
		for value: float in [0.0, 2.5, 1e300]:
			http.set(property, value)
			equal(http.get(property), value, "after %f" % value)
	var server: Peer = peer({"/": Answers.sized("hello")})
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, "hello")
	http.set(&"connect_timeout", 1e19)
	came_to(await ask(node(ours, {&"connect_timeout": 1e19}), server.url("/")), Result.SUCCESS, 200, null, "hello")


func test_requests_need_a_tree(stack: Stack) -> void:
	expect_errors()
	var http: Node = stack.http_request()
	var outcome: Outcome = Outcome.new()
	http.connect(&"request_completed", outcome.hear)
	_prints(func() -> void: equal(http.call(&"request", "http://127.0.0.1/"), ERR_UNCONFIGURED, "request()"))
	_prints(func() -> void: equal(http.call(&"request_raw", "http://127.0.0.1/"), ERR_UNCONFIGURED, "request_raw()"))
	await frames(5)
	equal(outcome.signals, 0, "how often the signal was emitted")
	http.free()


func test_one_request_at_a_time(stack: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/": [50, Answers.sized("first")[0]], "/second": Answers.sized("second")})
	var http: Node = node(stack)
	var first: Outcome = begin(http, server.url("/"))
	_prints(func() -> void: equal(http.call(&"request", server.url("/second")), ERR_BUSY, "request()"))
	_prints(func() -> void: equal(http.call(&"request_raw", server.url("/second")), ERR_BUSY, "request_raw()"))
	await heard(first)
	came_to(first, Result.SUCCESS, 200, null, "first")
	equal(server.requests().size(), 1, "how many requests the server got")
	came_to(await ask(http, server.url("/second")), Result.SUCCESS, 200, null, "second")


func test_urls_that_are_none_are_refused_without_a_signal(stack: Stack) -> void:
	expect_errors()
	var http: Node = node(stack)
	var outcome: Outcome = Outcome.new()
	http.connect(&"request_completed", outcome.hear)
	for url: String in [
		"", " ", "/", "127.0.0.1", "127.0.0.1/path", "ftp://127.0.0.1/", "://127.0.0.1/", "http//127.0.0.1/", "http:",
		"http://", "https://", "http:///path", "http://:80/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
		"http://127.0.0.1:port/", "http://127.0.0.1:-1/", " http://127.0.0.1/",
	]:
		row("\"%s\"" % url)
		_prints(func() -> void: equal(http.call(&"request", url), ERR_INVALID_PARAMETER, "request()"))
		_prints(func() -> void: equal(http.call(&"request_raw", url), ERR_INVALID_PARAMETER, "request_raw()"))
		equal(http.call(&"get_http_client_status"), STATUS_DISCONNECTED, "get_http_client_status()")
		if stack.is_ours():
			check(not str(http.call(&"get_last_error")).is_empty(), "get_last_error() is empty")
	await frames(5)
	row("")
	equal(outcome.signals, 0, "how often the signal was emitted")


## The engine's timer starts before the URL is checked.
func test_a_refused_url_does_not_time_out_later(ours: Stack) -> void:
	expect_errors()
	var http: Node = node(ours, {&"timeout": 0.05})
	var outcome: Outcome = begin(http, "no url")
	equal(outcome.error, ERR_INVALID_PARAMETER, "request()")
	await tree.create_timer(0.15).timeout
	equal(outcome.signals, 0, "how often the signal was emitted")


func test_urls_are_taken_in_all_their_forms(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("here")})
	var at: String = "127.0.0.1:%d" % server.port()
	var targets: Dictionary = {
		"http://%s": "/", "http://%s/": "/", "HTTP://%s/a": "/a", "hTTp://%s/a/": "/a/",
		"http://%s/a?b=c&d=%%20e": "/a?b=c&d=%20e",
		"http://%s/a#part": "/a", "http://%s/a?b#part": "/a?b", "http://user:password@%s/a": "/a",
		"http://%s//a//b": "//a//b",
		# Ours resolves dots in paths, as browsers do.
		"http://%s/../a/./b": "/a/b" if stack.is_ours() else "/../a/./b",
		"http://%s/a?b?c": "/a?b?c", "http://%s/a:b@c": "/a:b@c",
	}
	for form: String in targets:
		row(form)
		came_to(await ask(node(stack), form % at), Result.SUCCESS, 200, null, "here")
		if server.last_request() != null:
			equal(server.last_request().target, targets[form], "the target")
			equal(server.last_request().value("Authorization"), "", "the authorization")
		server.forget()


func test_urls_that_the_engine_does_not_understand(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("here")})
	var http: Node = node(ours)
	came_to(await ask(http, "http://127.0.0.1:%d?x=y" % server.port()), Result.SUCCESS, 200, null, "here")
	equal(server.last_request().target, "/?x=y", "the target")
	came_to(await ask(http, "http://127.0.0.1:%d#part" % server.port()), Result.SUCCESS, 200, null, "here")
	equal(server.last_request().target, "/", "the target")
	came_to_nothing(await ask(http, "http://[::1]:%d/" % free_port()), Result.CANT_CONNECT)
	came_to_nothing(await ask(http, "http://a.b:1/"), Result.CANT_RESOLVE)


func test_the_engine_tells_hosts_it_does_not_like_twice(engine: Stack) -> void:
	expect_errors()
	var outcome: Outcome = begin(node(engine), "http://a.b/")
	equal(outcome.error, ERR_CANT_CONNECT, "what the call returned")
	await heard(outcome)
	equal(outcome.result, Result.CANT_CONNECT as int, "the result")


func test_tls_options_that_are_for_no_client_are_ignored(stack: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("here")}, "self_signed_ca_false")
	var http: Node = node(stack)
	http.call(&"set_tls_options", stack.client_unsafe())
	for options: RefCounted in [null, stack.server(Fixtures.key(FIXTURE), Fixtures.certificate(FIXTURE))]:
		_prints(func() -> void: http.call(&"set_tls_options", options))
		came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, "here")
	http.call(&"set_tls_options", stack.client())
	came_to_nothing(await ask(http, server.url("/")), Result.TLS_HANDSHAKE_ERROR)


func test_ours_takes_options_of_both_kinds(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"*": Answers.sized("here")}, "self_signed_ca_false")
	var http: Node = node(ours)
	for options: RefCounted in [ours.client_unsafe(), TLSOptions.client_unsafe()]:
		http.call(&"set_tls_options", options)
		came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, "here")
	_prints(func() -> void: http.call(&"set_tls_options", RefCounted.new()))
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, "here")
	var by_property: Node = node(ours)
	by_property.set(&"tls_options", ours.client_unsafe())
	came_to(await ask(by_property, server.url("/")), Result.SUCCESS, 200, null, "here")
	by_property.set(&"tls_options", null)
	came_to_nothing(await ask(by_property, server.url("/")), Result.TLS_HANDSHAKE_ERROR)


func test_the_common_name_can_be_another(stack: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("here")}, "localhost")
	var http: Node = node(stack)
	http.call(&"set_tls_options", stack.client(Fixtures.certificate("root"), "localhost"))
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, "here")


func test_the_node_tells_how_far_it_is(stack: Stack) -> void:
	var gates: Array[Array] = [[false], [false]]
	var half: PackedByteArray = Answers.head(200, ["Content-Length: 10"]) + Answers.bytes("hello")
	var server: Peer = peer({"/": [gates[0], half, gates[1], Answers.bytes("world")]})
	var http: Node = node(stack)
	var outcome: Outcome = begin(http, server.url("/"))
	check(http.call(&"get_http_client_status") != STATUS_DISCONNECTED, "disconnected once it began")
	await until(func() -> bool: return not server.requests().is_empty())
	await until(func() -> bool: return http.call(&"get_http_client_status") == STATUS_REQUESTING)
	equal([http.call(&"get_downloaded_bytes"), http.call(&"get_body_size")], [0, -1], "bytes and size while requesting")
	gates[0][0] = true
	await until(func() -> bool: return http.call(&"get_downloaded_bytes") == 5)
	equal(http.call(&"get_http_client_status"), STATUS_BODY, "get_http_client_status() in the body")
	equal(http.call(&"get_body_size"), 10, "get_body_size() in the body")
	equal(outcome.signals, 0, "how often the signal was emitted")
	gates[1][0] = true
	await heard(outcome)
	equal(http.call(&"get_http_client_status"), STATUS_DISCONNECTED, "get_http_client_status() afterwards")
	equal([http.call(&"get_downloaded_bytes"), http.call(&"get_body_size")], [10, 10], "bytes and size afterwards")


func test_a_body_without_a_length_has_no_size(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.chunked("hello in chunks", [5])})
	var http: Node = node(stack)
	await ask(http, server.url("/"))
	equal([http.call(&"get_downloaded_bytes"), http.call(&"get_body_size")], [15, -1], "bytes and size")


func test_compressed_bodies_are_counted_as_they_come(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.compressed("again ".repeat(1000), "gzip")})
	var http: Node = node(stack)
	var outcome: Outcome = await ask(http, server.url("/"))
	came_to(outcome, Result.SUCCESS, 200, null, "again ".repeat(1000))
	var size: int = Answers.compress("again ".repeat(1000), "gzip").size()
	equal([http.call(&"get_downloaded_bytes"), http.call(&"get_body_size")], [size, size], "bytes and size")


func test_threads_change_nothing(stack: Stack) -> void:
	for server: Peer in peers({"/": Answers.sized(noise(100000)), "/none": [Answers.head(204)]}):
		var http: Node = node(stack, {&"use_threads": true})
		came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, noise(100000))
		came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, noise(100000))


func test_failures_are_told_in_words(ours: Stack) -> void:
	expect_errors()
	var port: int = free_port()
	var server: Peer = peer({"/": [&"close"], "/ok": Answers.sized("fine")})
	var http: Node = node(ours)
	await ask(http, "http://127.0.0.1:%d/" % port)
	names(http.call(&"get_last_error"), str(port), "the sentence of a closed port")
	await ask(http, "http://no-such-host.invalid/")
	names(http.call(&"get_last_error"), "no-such-host.invalid", "the sentence of an unknown host")
	await ask(http, server.url("/"))
	check(str(http.call(&"get_last_error")).length() > 10, "no sentence for a lost connection")
	await ask(http, server.url("/ok"))
	equal(http.call(&"get_last_error"), "", "get_last_error() after a success")
	await ask(http, peer({}, "localhost").url("/"))
	names(http.call(&"get_last_error"), "127.0.0.1", "the sentence of a wrong name")


## Checks that a call prints an error, if the engine lets scripts read printed errors.
func _prints(call_it: Callable) -> void:
	forget_errors()
	call_it.call()
	check(not can_read_log() or not printed_errors().is_empty(), "nothing was printed")

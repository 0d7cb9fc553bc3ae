extends "res://support/http_client_suite.gd"
## Messages about failed requests contain the URL and nothing secret.


func test_no_secret_of_a_refused_request_is_printed_or_told(ours: Stack) -> void:
	expect_errors()
	var token: String = "Authorization: Bearer secret"
	for case: Array in [
		["http://127.0.0.1:1/", [token + "\n"]],
		["http://127.0.0.1:1/", [token + "\r\nX: y"]],
		["http://127.0.0.1:1/", ["Bearer secret"]],
		["http://127.0.0.1:1/", ["Bearer secret\n"]],
		["http://127.0.0.1:1/", ["Authorization Bearer secret: x"]],
		["http://127.0.0.1:1/", [token + char(127)]],
		["http://127.0.0.1:1/", ["Content-Length: secret"]],
		["ftp://me:secret@example.test/", []],
		["https://me:secret@example.test:0/", []],
		["https://me:secret", []],
		["https://me:se/cret?secret@example.test\\/", []],
		["me:secret@example.test", []],
		["example.test/?secret", []],
		["http://exa mple.test/?secret#secret", []],
		["http://me:secret@127.0.0.1:1/?secret", []],
	]:
		row(str(case))
		var http: Node = node(ours)
		await ask(http, case[0], case[1])
		_is_silent_about_secrets(http.call(&"get_last_error"))
		var response: RefCounted = http.call(&"fetch", case[0], case[1])
		await until(func() -> bool: return response.call(&"is_completed"))
		_is_silent_about_secrets(response.get(&"error"))


func test_no_secret_of_a_polled_client_is_printed_or_told(ours: Stack) -> void:
	expect_errors()
	for host: String in ["https://me:secret@127.0.0.1", "me:secret@127.0.0.1/?secret", "127.0.0.1?secret", "127.0.0.1:1/secret@x"]:
		row(host)
		var client: RefCounted = ours.http_client()
		client.call(&"connect_to_host", host, 1)
		poll_while(client, [Status.RESOLVING, Status.CONNECTING])
		_is_silent_about_secrets(client.call(&"get_last_error"))
	var server: Peer = peer({"/": Answers.sized("hello")})
	for case: Array in [["secret@x", []], ["x?secret", []], ["/", ["Authorization: secret\n"]], ["/\n?secret", []]]:
		row(str(case))
		var client: RefCounted = connected(ours, server)
		client.call(&"request", 0, case[0], PackedStringArray(case[1]))
		_is_silent_about_secrets(client.call(&"get_last_error"))


func test_no_secret_of_a_proxy_a_redirect_or_a_stream_is_printed_or_told(ours: Stack) -> void:
	expect_errors()
	for proxy: String in ["ftp://me:secret@127.0.0.1", "http://me:se@secret@127.0.0.1/x", "http://me:secret", "me:secret@a?secret"]:
		row(proxy)
		var http: Node = node(ours)
		http.call(&"set_http_proxy", proxy, 0)
		await ask(http, "http://127.0.0.1:1/")
		_is_silent_about_secrets(http.call(&"get_last_error"))
	var server: Peer = peer()
	for location: String in ["ftp://me:secret@x/", "ftp://x/?code=secret", "https://x:secret/"]:
		row(location)
		server.answer("/", Answers.redirect("Location: " + location))
		var http: Node = node(ours)
		await ask(http, server.url("/"))
		_is_silent_about_secrets(http.call(&"get_last_error"))
	row("stream")
	var stream: StreamPeer = ours.stream()
	stream.call(&"connect_to_host", "https://me:secret@example.test/?secret", 443)
	_is_silent_about_secrets(stream.call(&"get_last_error"))


func test_a_key_that_is_given_as_a_path_is_not_printed(ours: Stack) -> void:
	expect_errors()
	var base64: String = "MIIEsecret" + "A".repeat(60)
	for key: String in [
		"-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----",
		"----Begin Private Key---- secret",
		base64,
		"LS0tLS1CRUdJTi" + base64,
	]:
		row(key)
		var options: RefCounted = ours.call(&"server_from_files", key, key)
		_is_silent_about_secrets(options.call(&"get_error"))
		names(options.call(&"get_error"), "server_from_pem()", "get_error()")


func test_a_failed_handshake_names_its_url(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peer({"/a": Answers.sized("hello")}, "localhost")
	await ask(node(ours), server.url("/a?secret").replace("://", "://me:secret@"))
	var client: RefCounted = ours.http_client()
	client.call(&"connect_to_host", "127.0.0.1", server.port(), ours.client())
	poll_while(client, [Status.RESOLVING, Status.CONNECTING])
	if can_read_log():
		var lines: String = "\n".join(printed_errors())
		names(lines, "TLS handshake failed for \"https://127.0.0.1:%d/a\": " % server.port(), "what was printed")
		names(lines, "TLS handshake failed for \"https://127.0.0.1:%d\": " % server.port(), "what was printed")
	_is_silent_about_secrets("it was told elsewhere")


## Checks the messages of an object, and everything that was printed.
func _is_silent_about_secrets(words: String) -> void:
	check(not words.is_empty(), "nothing is told")
	for text: String in [words] + Array(printed_errors()) + Array(printed_warnings()):
		check(not text.contains("secret") and not text.contains("cret"), "told or printed: %s" % text)
	forget_errors()

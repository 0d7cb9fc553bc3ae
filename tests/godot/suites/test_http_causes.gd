extends "res://support/http_client_suite.gd"
## Causes of failed requests, and whether the advice names only members of the class that failed.


enum Cause {
	NONE = 0,
	UNTRUSTED_ISSUER = 1,
	NAME_MISMATCH = 4,
	NOT_TLS = 10,
	CLOSED = 11,
	CLIENT_CERTIFICATE_REQUIRED = 13,
	OTHER = 16,
	TIMEOUT = 17,
	NAME_RESOLUTION = 18,
	CONNECTION_REFUSED = 19,
	BODY_INCOMPLETE = 20,
	SIZE_LIMIT = 21,
	PROXY = 22,
	REDIRECT = 23,
	FILE = 24,
}

## TLS terms that look like names of settings.
const WORDS_OF_TLS: Array[String] = ["close_notify"]


func test_a_node_and_its_answers_tell_the_cause(ours: Stack) -> void:
	expect_errors()
	var plain: Peer = peer({
		"/": Answers.sized("hello"), "/cut": Answers.missized("x", 10), "/hang": [&"hang"], "/closed": [&"close"],
		"/away": Answers.redirect("Location: ftp://x/"), "/round": Answers.redirect("Location: /round"),
		"/torn": Answers.missized(Answers.compress("hello".repeat(99), "gzip").slice(0, 20), 20, ["Content-Encoding: gzip"]),
	})
	var secure: Peer = peer({"/": Answers.sized("hello"), "/down": Answers.redirect("Location: http://127.0.0.1:1/")}, FIXTURE)
	for case: Array in [
		[plain.url("/"), {}, Cause.NONE],
		["http://127.0.0.1:%d/" % free_port(), {}, Cause.CONNECTION_REFUSED],
		["http://name.invalid/", {}, Cause.NAME_RESOLUTION],
		["https://127.0.0.1:%d/" % _rude().port(), {}, Cause.NOT_TLS],
		[secure.url("/"), {&"tls_options": ours.client(Fixtures.certificate("players"))}, Cause.UNTRUSTED_ISSUER],
		[secure.url("/"), {&"tls_options": ours.client(null, "other.test")}, Cause.NAME_MISMATCH],
		[plain.url("/closed"), {}, Cause.CLOSED],
		[plain.url("/cut"), {}, Cause.BODY_INCOMPLETE],
		[plain.url("/torn"), {}, Cause.BODY_INCOMPLETE],
		[plain.url("/"), {&"body_size_limit": 2}, Cause.SIZE_LIMIT],
		[plain.url("/away"), {}, Cause.REDIRECT],
		[plain.url("/round"), {&"max_redirects": 2}, Cause.REDIRECT],
		[secure.url("/down"), {}, Cause.REDIRECT],
		[plain.url("/"), {&"download_file": "/no/such/folder"}, Cause.FILE],
		[plain.url("/hang"), {&"timeout": 0.05}, Cause.TIMEOUT],
		[plain.url("/hang"), {&"read_timeout": 0.05}, Cause.TIMEOUT],
		["no URL", {}, Cause.OTHER],
	]:
		row("%s %s" % [case[0], case[1]])
		var http: Node = node(ours, case[1])
		var response: RefCounted = http.call(&"fetch", case[0])
		equal(response.call(&"get_last_error_code"), Cause.NONE as int, "the answer's cause before")
		await ask(http, case[0])
		await until(func() -> bool: return response.call(&"is_completed"))
		equal(http.call(&"get_last_error_code"), case[2] as int, "the node's cause of \"%s\"" % http.call(&"get_last_error"))
		equal(response.call(&"get_last_error_code"), case[2] as int, "the answer's cause of \"%s\"" % response.get(&"error"))
		_advises(&"RustlsHTTPRequest", response.get(&"error"))


func test_a_proxy_is_a_cause_of_its_own(ours: Stack) -> void:
	expect_errors()
	var forbidding: Peer = peer({"*": Answers.sized("no", 403)})
	for proxy: Array in [["127.0.0.1", free_port()], ["127.0.0.1", forbidding.port()], ["ftp://127.0.0.1", 1]]:
		row(str(proxy))
		var http: Node = node(ours)
		http.call(&"set_https_proxy", proxy[0], proxy[1])
		await ask(http, "https://127.0.0.1/")
		equal(http.call(&"get_last_error_code"), Cause.PROXY as int, "the cause of \"%s\"" % http.call(&"get_last_error"))
		_advises(&"RustlsHTTPRequest", http.call(&"get_last_error"))


func test_a_polled_client_tells_the_cause(ours: Stack) -> void:
	expect_errors()
	var plain: Peer = peer({"/cut": Answers.missized("x", 10), "/closed": [&"close"], "/": Answers.sized("hello")})
	var secure: Peer = peer({}, FIXTURE)
	for case: Array in [
		["127.0.0.1", free_port(), null, Cause.CONNECTION_REFUSED],
		["name.invalid", 1, null, Cause.NAME_RESOLUTION],
		["127.0.0.1", _rude().port(), ours.client(), Cause.NOT_TLS],
		["127.0.0.1", secure.port(), ours.client(null, "other.test"), Cause.NAME_MISMATCH],
		["", 1, null, Cause.OTHER],
	]:
		row(str(case))
		var client: RefCounted = ours.http_client()
		client.call(&"connect_to_host", case[0], case[1], case[2])
		poll_while(client, [Status.RESOLVING, Status.CONNECTING])
		_check_client(client, case[3])
	for case: Array in [["/", Cause.NONE], ["/cut", Cause.BODY_INCOMPLETE], ["/closed", Cause.CLOSED]]:
		row(str(case))
		var client: RefCounted = connected(ours, plain)
		ask_for(client, case[0])
		read_body(client)
		_check_client(client, case[1])


func test_whoever_waits_for_a_silent_server_is_told_what_can_be_raised(ours: Stack) -> void:
	expect_errors()
	with_setting("network/limits/tcp/connect_timeout_seconds", 1)
	var listener: TCPServer = TCPServer.new()
	listener.listen(0, "127.0.0.1")
	var port: int = listener.get_local_port()
	var client: RefCounted = ours.http_client()
	client.call(&"connect_to_host", "127.0.0.1", port, ours.client())
	var http: Node = node(ours, {&"connect_timeout": 0.05})
	await ask(http, "https://127.0.0.1:%d/" % port)
	_is_told(&"RustlsHTTPRequest", http, "raise connect_timeout ")
	var stream: StreamPeer = ours.stream()
	stream.set(&"handshake_timeout", 0.05)
	stream.call(&"connect_to_host", "127.0.0.1", port, ours.client())
	wait_until(func() -> bool:
		stream.call(&"poll")
		return Link.status(stream) != Stack.Status.HANDSHAKING)
	_is_told(&"RustlsStreamPeerTLS", stream, "raise handshake_timeout ")
	poll_while(client, [Status.RESOLVING, Status.CONNECTING])
	_is_told(&"RustlsHTTPClient", client, "raise the project setting network/limits/tcp/connect_timeout_seconds ")


## Returns a server that sends HTTP at once.
func _rude() -> Peer:
	var server: Peer = peer()
	server.greet_with([Answers.head(400), &"hang"])
	return server


func _check_client(client: RefCounted, cause: Cause) -> void:
	var words: String = client.call(&"get_last_error")
	equal(client.call(&"get_last_error_code"), cause as int, "the cause of \"%s\"" % words)
	_advises(&"RustlsHTTPClient", words)


func _is_told(our_class: StringName, object: Object, advice: String) -> void:
	row(our_class)
	var words: String = object.call(&"get_last_error")
	equal(object.call(&"get_last_error_code"), Cause.TIMEOUT as int, "the cause of \"%s\"" % words)
	names(words, advice, "get_last_error()")
	_advises(our_class, words)


## Checks that each word of an error message that looks like a setting, a property or a method exists in this class or
## in its options.
func _advises(our_class: StringName, sentence: String) -> void:
	var rest: String = RegEx.create_from_string("\"[^\"]*\"").sub(sentence, "", true)
	for found: RegExMatch in RegEx.create_from_string("network(/[a-z0-9_.]+)+").search_all(rest):
		check(ProjectSettings.has_setting(found.get_string()), "there is no setting %s: %s" % [found.get_string(), sentence])
		rest = rest.replace(found.get_string(), "")
	for found: RegExMatch in RegEx.create_from_string("\\b[a-z0-9]+(_[a-z0-9]+)+\\b").search_all(rest):
		var word: String = found.get_string()
		var is_there: bool = [our_class, &"RustlsTLSOptions"].any(func(of_class: StringName) -> bool:
			return ClassDB.class_has_method(of_class, word) or not _property(of_class, word).is_empty())
		check(is_there or word in WORDS_OF_TLS, "%s has no %s: %s" % [our_class, word, sentence])


func _property(of_class: StringName, property_name: String) -> Dictionary:
	for property: Dictionary in ClassDB.class_get_property_list(of_class):
		if property["name"] == property_name:
			return property
	return {}

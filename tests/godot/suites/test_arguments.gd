extends "res://support/suite.gd"
## Arguments that connect_to_stream and accept_stream accept, and the state after a refusal.


func test_a_null_stream_is_refused(stack: Stack) -> void:
	expect_errors()
	var tls: StreamPeer = stack.stream()
	equal(tls.call(&"connect_to_stream", null, "localhost", stack.client()), ERR_INVALID_PARAMETER, "connect")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status after connect")
	equal(tls.call(&"accept_stream", null, _server_options(stack)), ERR_INVALID_PARAMETER, "accept")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status after accept")


func test_connecting_with_server_options_is_refused(stack: Stack) -> void:
	expect_errors()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = stack.stream()
	var error: int = tls.call(&"connect_to_stream", ends[0], "localhost", _server_options(stack))
	equal(error, ERR_INVALID_PARAMETER, "connect_to_stream")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")
	check(tls.call(&"get_stream") == null, "it kept the stream")
	_check_nothing_was_sent(ends[1])


func test_connecting_without_options_is_connecting_with_default_ones(stack: Stack) -> void:
	# The project's default trusted root issued this certificate.
	var link: Link = Link.new(stack, stack)
	link.accept_error = link.server.call(&"accept_stream", link.server_base, _server_options(stack))
	link.connect_error = link.client.call(&"connect_to_stream", link.client_base, "localhost")
	equal(link.connect_error, OK, "connect_to_stream")
	check(link.handshake(), "the handshake failed")


func test_accepting_with_client_options_or_none_is_refused(stack: Stack) -> void:
	expect_errors()
	var tls: StreamPeer = stack.stream()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	equal(tls.call(&"accept_stream", ends[0], stack.client()), ERR_INVALID_PARAMETER, "with client options")
	equal(tls.call(&"accept_stream", ends[0], null), ERR_INVALID_PARAMETER, "with null")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")


func test_accepting_without_key_and_certificate_is_refused(stack: Stack) -> void:
	expect_errors()
	var tls: StreamPeer = stack.stream()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	equal(tls.call(&"accept_stream", ends[0], stack.server(null, null)), ERR_INVALID_PARAMETER, "accept_stream")


func test_accepting_with_an_unusable_identity_is_refused_with_a_reason(ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.key("localhost")
	var certificate: X509Certificate = Fixtures.certificate("localhost")
	var public_only: CryptoKey = CryptoKey.new()
	public_only.load(Fixtures.path("localhost_rsa2048.pub"), true)
	var cases: Dictionary = {
		"empty key": [CryptoKey.new(), certificate],
		"empty certificate": [key, X509Certificate.new()],
		"public-only key": [public_only, Fixtures.certificate("localhost_rsa2048")],
		"key of another certificate": [Fixtures.key("localhost_other"), certificate],
		"key of another kind": [Fixtures.key("localhost_rsa2048"), certificate],
		"no key": [null, certificate],
		"no certificate": [key, null],
	}
	for label: String in cases:
		row(label)
		var options: RefCounted = ours.server(cases[label][0], cases[label][1])
		var tls: StreamPeer = ours.stream()
		var ends: Array[StreamPeer] = Link.tcp_pair()
		equal(tls.call(&"accept_stream", ends[0], options), ERR_INVALID_PARAMETER, "accept_stream")
		equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")
		check(not str(options.call(&"get_error")).is_empty(), "get_error() gives no reason")
		check(not str(tls.call(&"get_last_error")).is_empty(), "get_last_error() gives no reason")


func test_a_second_start_is_refused_while_the_handshake_runs(stack: Stack) -> void:
	expect_errors()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = stack.stream()
	tls.call(&"connect_to_stream", ends[0], "localhost", stack.client())
	equal(Link.status(tls), Stack.Status.HANDSHAKING, "status")
	_check_both_calls_say_in_use(stack, tls)
	equal(Link.status(tls), Stack.Status.HANDSHAKING, "status afterwards")
	check(tls.call(&"get_stream") == ends[0], "the base was replaced")


func test_a_second_start_is_refused_while_connected_and_the_connection_goes_on(stack: Stack) -> void:
	expect_errors()
	var link: Link = Link.new(stack, stack)
	link.start("localhost", stack.client(Fixtures.certificate("root")), _server_options(stack))
	check(link.handshake(), "the handshake failed")
	_check_both_calls_say_in_use(stack, link.client)
	_check_both_calls_say_in_use(stack, link.server)
	link.client.put_data("still there".to_utf8_buffer())
	equal(Link.read_exactly(link.server, 11).get_string_from_utf8(), "still there", "what arrived")


func test_options_of_the_engine_work_on_our_streams(ours: Stack) -> void:
	var engine: Stack = Stack.new()
	var link: Link = Link.new(ours, ours)
	link.start(
		"localhost",
		engine.client(Fixtures.certificate("root")),
		engine.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))
	)
	equal(link.connect_error, OK, "connect_to_stream")
	equal(link.accept_error, OK, "accept_stream")
	check(link.handshake(), "the handshake failed")


func test_any_other_object_as_options_is_refused_with_a_reason(ours: Stack) -> void:
	expect_errors()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	for other: RefCounted in [RefCounted.new(), Fixtures.certificate("root"), StreamPeerBuffer.new()]:
		row(other.get_class())
		var tls: StreamPeer = ours.stream()
		equal(tls.call(&"connect_to_stream", ends[0], "localhost", other), ERR_INVALID_PARAMETER, "connect")
		names(tls.call(&"get_last_error"), other.get_class(), "the reason of connect")
		equal(tls.call(&"accept_stream", ends[0], other), ERR_INVALID_PARAMETER, "accept")
		names(tls.call(&"get_last_error"), other.get_class(), "the reason of accept")
		equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")
	_check_nothing_was_sent(ends[1])


func _server_options(stack: Stack) -> RefCounted:
	return stack.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))


func _check_both_calls_say_in_use(stack: Stack, tls: StreamPeer) -> void:
	var ends: Array[StreamPeer] = Link.tcp_pair()
	equal(tls.call(&"connect_to_stream", ends[0], "localhost", stack.client()), ERR_ALREADY_IN_USE, "connect")
	equal(tls.call(&"accept_stream", ends[0], _server_options(stack)), ERR_ALREADY_IN_USE, "accept")
	_check_nothing_was_sent(ends[1])


func _check_nothing_was_sent(far_end: StreamPeer) -> void:
	(far_end as StreamPeerTCP).poll()
	equal(far_end.get_available_bytes(), 0, "bytes sent into the base")

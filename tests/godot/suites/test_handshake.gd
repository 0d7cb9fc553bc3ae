extends "res://support/suite.gd"
## Start, end and failure of a handshake, as statuses and return codes.


const Relay := preload("res://support/relay.gd")


func test_connecting_sends_the_hello_at_once(stack: Stack) -> void:
	# The first random numbers of a process wait for entropy, and so does the first hello, on a worker thread.
	check(stack.crypto().call(&"generate_random_bytes", 1) != PackedByteArray(), "there are no random numbers")
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = stack.stream()
	equal(tls.call(&"connect_to_stream", ends[0], "localhost", stack.client()), OK, "connect_to_stream")
	equal(Link.status(tls), Stack.Status.HANDSHAKING, "status")
	check(tls.call(&"get_stream") == ends[0], "get_stream() is not the base")
	var seen: PackedByteArray = []
	check(wait_until(func() -> bool:
		seen.append_array(_read_raw(ends[1]))
		return not Wire.client_hello(seen).is_empty()), "no ClientHello arrived without a poll")


func test_a_fresh_stream_is_disconnected_and_has_no_base(stack: Stack) -> void:
	var tls: StreamPeer = stack.stream()
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")
	check(tls.call(&"get_stream") == null, "get_stream() is not null")


func test_polling_both_sides_connects_them(client: Stack, server: Stack) -> void:
	var link: Link = _link(client, server)
	equal(link.connect_error, OK, "connect_to_stream")
	equal(link.accept_error, OK, "accept_stream")
	check(link.handshake(), "the handshake failed")
	check(link.client.call(&"get_stream") == link.client_base, "the client lost its base")
	check(link.server.call(&"get_stream") == link.server_base, "the server lost its base")


func test_tls_1_2_is_enough_when_the_setting_turns_1_3_off(client: Stack, server: Stack) -> void:
	with_setting("network/tls/enable_tls_v1.3", false)
	var relay: Relay = Relay.new()
	var link: Link = Link.new(client, server, [relay.client_end, relay.server_end])
	_start(link)
	check(_pump_through(relay, link, link.is_connected_on_both_sides), "the handshake failed")
	check(0x0304 not in Wire.offered_versions(Wire.client_hello(relay.to_server)), "the client offered TLS 1.3")
	if client.is_ours():
		equal(link.client.call(&"get_protocol_version"), "TLSv1.2", "the client's version")


func test_a_server_says_handshaking_until_it_is_done(ours: Stack) -> void:
	var link: Link = _link(ours, ours)
	equal(Link.status(link.server), Stack.Status.HANDSHAKING, "status after accept_stream")
	Link.poll(link.server)
	equal(Link.status(link.server), Stack.Status.HANDSHAKING, "status after one poll")
	check(link.handshake(), "the handshake failed")
	equal(Link.status(link.server), Stack.Status.CONNECTED, "status at the end")


func test_a_handshaking_server_takes_no_data(ours: Stack) -> void:
	expect_errors()
	var link: Link = _link(ours, ours)
	equal(link.server.put_partial_data([1, 2, 3]), [ERR_UNCONFIGURED, 0], "put_partial_data")
	equal(link.server.put_data([1, 2, 3]), ERR_UNCONFIGURED, "put_data")


func test_the_connection_can_be_described(ours: Stack) -> void:
	var link: Link = _link(ours, ours)
	for method: StringName in [&"get_protocol_version", &"get_cipher_suite", &"get_key_exchange_group"]:
		equal(link.client.call(method), "", "%s() before the handshake" % method)
	check(link.handshake(), "the handshake failed")
	for side: StreamPeer in [link.client, link.server]:
		row("client" if side == link.client else "server")
		equal(side.call(&"get_protocol_version"), "TLSv1.3", "version")
		check(str(side.call(&"get_cipher_suite")).begins_with("TLS_"), "cipher: %s" % side.call(&"get_cipher_suite"))
		equal(side.call(&"get_key_exchange_group"), "X25519MLKEM768", "group")
		equal(side.call(&"get_last_error"), "", "get_last_error()")
		equal(side.call(&"get_last_error_code"), 0, "get_last_error_code()")


func test_the_cipher_of_tls_1_2_has_its_registered_name(ours: Stack) -> void:
	var options: RefCounted = ours.client(Fixtures.certificate("root"))
	options.set(&"max_version", 0)
	var link: Link = Link.new(ours, ours)
	link.start("localhost", options, _server_options(ours))
	check(link.handshake(), "the handshake failed")
	equal(link.server.call(&"get_protocol_version"), "TLSv1.2", "version")
	check(
		str(link.client.call(&"get_cipher_suite")).begins_with("TLS_ECDHE_ECDSA_WITH_"),
		"cipher: %s" % link.client.call(&"get_cipher_suite")
	)
	equal(link.client.call(&"get_cipher_suite"), link.server.call(&"get_cipher_suite"), "the cipher of both sides")


func test_a_client_that_wants_1_3_refuses_a_server_that_stops_at_1_2(ours: Stack, server: Stack) -> void:
	var options: RefCounted = ours.client(Fixtures.certificate("root"))
	options.set(&"min_version", 1)
	_check_versions_do_not_meet(Link.new(ours, server), options, _server_options(server), true)


func test_a_server_that_wants_1_3_refuses_a_client_that_stops_at_1_2(client: Stack, ours: Stack) -> void:
	var options: RefCounted = _server_options(ours)
	options.set(&"min_version", 1)
	_check_versions_do_not_meet(Link.new(client, ours), client.client(Fixtures.certificate("root")), options, false)


func test_a_base_that_is_not_connected_fails_at_once(stack: Stack) -> void:
	expect_errors()
	var connecting: StreamPeerTCP = StreamPeerTCP.new()
	var listener: TCPServer = TCPServer.new()
	listener.listen(0, "127.0.0.1")
	connecting.connect_to_host("127.0.0.1", listener.get_local_port())
	var bases: Dictionary = {"never connected": StreamPeerTCP.new(), "still connecting": connecting}
	for label: String in bases:
		row(label)
		var tls: StreamPeer = stack.stream()
		equal(tls.call(&"connect_to_stream", bases[label], "localhost", stack.client()), FAILED, "connect_to_stream")
		_check_failed_inside_connect(stack, tls)


func test_wrong_bytes_that_already_wait_fail_connecting_at_once(stack: Stack) -> void:
	expect_errors()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	ends[1].put_data("HTTP/1.1 400 Bad Request\r\n\r\n".to_utf8_buffer())
	check(wait_until(func() -> bool: return ends[0].get_available_bytes() > 0), "the bytes never arrived")
	var tls: StreamPeer = stack.stream()
	equal(tls.call(&"connect_to_stream", ends[0], "localhost", stack.client()), FAILED, "connect_to_stream")
	_check_failed_inside_connect(stack, tls)


func test_accepting_over_a_dead_base_fails_at_once(stack: Stack) -> void:
	expect_errors()
	var tls: StreamPeer = stack.stream()
	equal(tls.call(&"accept_stream", StreamPeerTCP.new(), _server_options(stack)), FAILED, "accept_stream")
	equal(Link.status(tls), Stack.Status.ERROR, "status")
	check(tls.call(&"get_stream") == null, "it kept the stream")


func test_a_refused_certificate_is_an_error_that_leaves_the_base_alone(client: Stack, server: Stack) -> void:
	expect_errors()
	var cases: Dictionary = {
		"untrusted": ["localhost_other", "localhost"],
		"expired": ["localhost_expired", "localhost"],
		"not yet valid": ["localhost_future", "localhost"],
		"wrong name": ["localhost", "elsewhere.example.test"],
		"wrong usage": ["leaf_client_auth", "localhost"],
	}
	for label: String in cases:
		row(label)
		var link: Link = Link.new(client, server)
		var identity: String = cases[label][0]
		link.start(
			cases[label][1],
			client.client(Fixtures.certificate("root")),
			server.server(Fixtures.key(identity), Fixtures.certificate(identity))
		)
		equal(link.connect_error, OK, "connect_to_stream")
		check(not link.handshake(), "the certificate was accepted")
		var truthful: bool = client.is_ours() and label == "wrong name"
		var expected: int = Stack.Status.HOSTNAME_MISMATCH if truthful else Stack.Status.ERROR
		equal(Link.status(link.client), expected, "the client's status")
		check(link.client.call(&"get_stream") == null, "the client kept its base")
		equal((link.client_base as StreamPeerTCP).get_status(), StreamPeerTCP.STATUS_CONNECTED, "the base's status")
		_check_the_server_heard_of_it(server, link)


func test_a_peer_that_breaks_the_handshake_off_is_an_error(stack: Stack) -> void:
	expect_errors()
	var breaks: Dictionary = {
		"not TLS": func(far: StreamPeer) -> void: far.put_data("SSH-2.0-OpenSSH_9.2\r\n".to_utf8_buffer()),
		"fatal alert": func(far: StreamPeer) -> void:
			far.put_data(Wire.alert(Wire.LEVEL_FATAL, Wire.Alert.INTERNAL_ERROR)),
		"close_notify": func(far: StreamPeer) -> void:
			far.put_data(Wire.alert(Wire.LEVEL_WARNING, Wire.Alert.CLOSE_NOTIFY)),
		"FIN": func(far: StreamPeer) -> void: (far as StreamPeerTCP).disconnect_from_host(),
	}
	for label: String in breaks:
		row(label)
		var ends: Array[StreamPeer] = Link.tcp_pair()
		var tls: StreamPeer = stack.stream()
		tls.call(&"connect_to_stream", ends[0], "localhost", stack.client())
		check(wait_until(func() -> bool: return not _read_raw(ends[1]).is_empty()), "no hello")
		(breaks[label] as Callable).call(ends[1])
		# A TCP connection notices its own end, independently of who reads.
		_check_poll_ends_in_error(tls, ends[0] if label != "FIN" else null)


func test_closing_the_own_connection_in_the_handshake_is_an_error(stack: Stack) -> void:
	expect_errors()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = stack.stream()
	tls.call(&"connect_to_stream", ends[0], "localhost", stack.client())
	(ends[0] as StreamPeerTCP).disconnect_from_host()
	_check_poll_ends_in_error(tls, null)


func test_a_server_that_is_sent_rubbish_ends_in_error(ours: Stack) -> void:
	expect_errors()
	var rubbish: Dictionary = {
		"HTTP": "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_utf8_buffer(),
		"noise": PackedByteArray([22, 3, 1, 0, 5, 9, 9, 9, 9, 9]),
		"alert": Wire.alert(Wire.LEVEL_FATAL, Wire.Alert.HANDSHAKE_FAILURE),
	}
	for label: String in rubbish:
		row(label)
		var ends: Array[StreamPeer] = Link.tcp_pair()
		var tls: StreamPeer = ours.stream()
		tls.call(&"accept_stream", ends[1], _server_options(ours))
		ends[0].put_data(rubbish[label])
		_check_poll_ends_in_error(tls, ends[1])


func test_a_warning_alert_does_not_stop_the_handshake(client: Stack, server: Stack) -> void:
	var link: Link = Link.new(client, server)
	# 112 is unrecognized_name, which servers send as a warning for unknown names.
	link.server_base.put_data(PackedByteArray([Wire.Record.ALERT, 3, 3, 0, 2, Wire.LEVEL_WARNING, 112]))
	_start(link)
	check(link.handshake(), "the handshake failed")


func test_a_client_of_tls_1_1_is_told_the_version_is_wrong(stack: Stack) -> void:
	expect_errors()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = stack.stream()
	tls.call(&"accept_stream", ends[1], _server_options(stack))
	ends[0].put_data(Wire.bare_client_hello(0xc009, 0x0302))
	var seen: PackedByteArray = []
	check(wait_until(func() -> bool:
		Link.poll(tls, ends[1])
		seen.append_array(_read_raw(ends[0]))
		return not Wire.alerts(seen).is_empty()), "no alert came")
	equal(Wire.alerts(seen), PackedInt32Array([Wire.Alert.PROTOCOL_VERSION]), "the alerts")
	if stack.is_ours():
		equal(Link.status(tls), Stack.Status.ERROR, "status")


func test_the_alert_tells_the_server_what_was_wrong(client: Stack, server: Stack) -> void:
	expect_errors()
	# TLS 1.2 sends these alerts unencrypted.
	with_setting("network/tls/enable_tls_v1.3", false)
	var cases: Dictionary = {
		"localhost_other": Wire.Alert.UNKNOWN_CA,
		"localhost_expired": Wire.Alert.CERTIFICATE_EXPIRED,
		"name_ip": Wire.Alert.BAD_CERTIFICATE,
	}
	for identity: String in cases:
		row(identity)
		var relay: Relay = Relay.new()
		var link: Link = Link.new(client, server, [relay.client_end, relay.server_end])
		_start(link, identity)
		_pump_through(relay, link, func() -> bool: return not Wire.alerts(relay.to_server).is_empty())
		equal(Wire.alerts(relay.to_server), PackedInt32Array([cases[identity]]), "the alerts")


func _link(client: Stack, server: Stack) -> Link:
	var link: Link = Link.new(client, server)
	_start(link)
	return link


func _start(link: Link, identity: String = "localhost") -> void:
	link.start(
		"localhost",
		link.client_stack.client(Fixtures.certificate("root")),
		link.server_stack.server(Fixtures.key(identity), Fixtures.certificate(identity))
	)


func _server_options(stack: Stack) -> RefCounted:
	return stack.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))


func _read_raw(base: StreamPeer) -> PackedByteArray:
	(base as StreamPeerTCP).poll()
	var waiting: int = base.get_available_bytes()
	return base.get_data(waiting)[1] if waiting > 0 else PackedByteArray()


func _pump_through(relay: Relay, link: Link, condition: Callable) -> bool:
	return link.pump_until(func() -> bool:
		relay.step()
		return condition.call())


## The setting is read when a connection starts, so each side can be started under another value of it.
func _check_versions_do_not_meet(
	link: Link, client_options: RefCounted, server_options: RefCounted, client_is_strict: bool
) -> void:
	expect_errors()
	with_setting("network/tls/enable_tls_v1.3", not client_is_strict)
	link.accept_error = link.server.call(&"accept_stream", link.server_base, server_options)
	ProjectSettings.set_setting("network/tls/enable_tls_v1.3", client_is_strict)
	link.connect_error = link.client.call(&"connect_to_stream", link.client_base, "localhost", client_options)
	equal([link.connect_error, link.accept_error], [OK, OK], "what starting returned")
	check(not link.handshake(), "they connected")
	equal(Link.status(link.client), Stack.Status.ERROR, "the client's status")


func _check_failed_inside_connect(stack: Stack, tls: StreamPeer) -> void:
	# The engine reports HOSTNAME_MISMATCH here for every failure.
	var expected: int = Stack.Status.ERROR if stack.is_ours() else Stack.Status.HOSTNAME_MISMATCH
	equal(Link.status(tls), expected, "status")
	check(tls.call(&"get_stream") == null, "it kept the stream")


func _check_poll_ends_in_error(tls: StreamPeer, living_base: StreamPeer) -> void:
	# Well before any timeout of a handshake.
	check(wait_until(func() -> bool:
		Link.poll(tls)
		return Link.status(tls) != Stack.Status.HANDSHAKING, 3.0), "it still shakes hands")
	equal(Link.status(tls), Stack.Status.ERROR, "status")
	check(tls.call(&"get_stream") == null, "it kept the stream")
	if living_base != null:
		equal((living_base as StreamPeerTCP).get_status(), StreamPeerTCP.STATUS_CONNECTED, "the base's status")


func _check_the_server_heard_of_it(server: Stack, link: Link) -> void:
	# The engine's server reports CONNECTED from the start and can only become DISCONNECTED.
	var expected: int = Stack.Status.ERROR if server.is_ours() else Stack.Status.DISCONNECTED
	link.pump_until(func() -> bool: return Link.status(link.server) == expected, 5.0)
	equal(Link.status(link.server), expected, "the server's status")

extends "res://support/connected_suite.gd"
## connect_to_host(): host lookup, connection and handshake in one call.


const Flow := preload("res://support/flow.gd")

const CAUSE_NAME_MISMATCH := 4
const CAUSE_CLOSED := 11
const CAUSE_TRANSPORT := 15
const CAUSE_TIMEOUT := 17

var _listener: TCPServer = TCPServer.new()
var _accepted: StreamPeerTCP


func test_a_name_is_resolved_connected_and_secured(ours: Stack) -> void:
	var link: Link = _connect(ours, "localhost", "localhost")
	if check(_handshake(link), "it did not connect: %s" % link.client.call(&"get_last_error")):
		equal(link.server.call(&"get_server_name"), "localhost", "the name the server saw")
		_check_transfers(link)


func test_addresses_work_as_hosts(ours: Stack) -> void:
	var link: Link = _connect(ours, "127.0.0.1", "name_ip")
	if check(_handshake(link), "it did not connect: %s" % link.client.call(&"get_last_error")):
		equal(link.server.call(&"get_server_name"), "", "the name the server saw")
		_check_transfers(link)


func test_addresses_of_version_6_work_as_hosts(ours: Stack) -> void:
	if _listener.listen(0, "::1") != OK:
		skip("this machine has no IPv6 loopback")
		return
	var link: Link = _connect(ours, "::1", "name_ip")
	if check(_handshake(link), "it did not connect: %s" % link.client.call(&"get_last_error")):
		_check_transfers(link)


func test_the_call_returns_at_once_and_shakes_hands_in_the_background(ours: Stack) -> void:
	_listener.listen(0, "127.0.0.1")
	var tls: StreamPeer = ours.stream()
	var started: int = Time.get_ticks_usec()
	equal(tls.call(&"connect_to_host", "127.0.0.1", _listener.get_local_port(), trusting(ours)), OK, "connect_to_host")
	check(Time.get_ticks_usec() - started < 500000, "the call took %d us" % (Time.get_ticks_usec() - started))
	equal(Link.status(tls), Stack.Status.HANDSHAKING, "status")


func test_without_options_the_default_trust_counts(ours: Stack) -> void:
	_listener.listen(0, "127.0.0.1")
	var link: Link = _half_link(ours)
	equal(link.client.call(&"connect_to_host", "localhost", _listener.get_local_port()), OK, "connect_to_host")
	_accept(link, "localhost")
	check(_handshake(link), "it did not connect: %s" % link.client.call(&"get_last_error"))


func test_options_of_the_engine_are_taken(ours: Stack) -> void:
	_listener.listen(0, "127.0.0.1")
	var link: Link = _half_link(ours)
	var options: TLSOptions = TLSOptions.client(Fixtures.certificate("root"))
	link.client.call(&"connect_to_host", "localhost", _listener.get_local_port(), options)
	_accept(link, "localhost")
	check(_handshake(link), "it did not connect: %s" % link.client.call(&"get_last_error"))


func test_the_name_of_the_certificate_is_checked(ours: Stack) -> void:
	expect_errors()
	var link: Link = _connect(ours, "127.0.0.1", "localhost")
	check(not _handshake(link), "it connected")
	equal(Link.status(link.client), Stack.Status.HOSTNAME_MISMATCH, "status")
	equal(link.client.call(&"get_last_error_code"), CAUSE_NAME_MISMATCH, "the cause")


func test_a_refused_port_fails_and_is_named(ours: Stack) -> void:
	expect_errors()
	_listener.listen(0, "127.0.0.1")
	var port: int = _listener.get_local_port()
	_listener.stop()
	var tls: StreamPeer = ours.stream()
	equal(tls.call(&"connect_to_host", "127.0.0.1", port, trusting(ours)), OK, "connect_to_host")
	_check_fails(tls, CAUSE_TRANSPORT, ["127.0.0.1", str(port)])


func test_an_unknown_name_fails_and_is_named(ours: Stack) -> void:
	expect_errors()
	var tls: StreamPeer = ours.stream()
	equal(tls.call(&"connect_to_host", "no-such-host.invalid", 443, trusting(ours)), OK, "connect_to_host")
	_check_fails(tls, CAUSE_TRANSPORT, ["no-such-host.invalid"])


func test_a_peer_that_accepts_and_stays_silent_times_out(ours: Stack) -> void:
	expect_errors()
	_listener.listen(0, "127.0.0.1")
	var tls: StreamPeer = ours.stream()
	tls.set(&"handshake_timeout", 0.3)
	tls.call(&"connect_to_host", "127.0.0.1", _listener.get_local_port(), trusting(ours))
	_check_fails(tls, CAUSE_TIMEOUT, ["0.3"])


func test_a_peer_that_closes_at_once_is_reported(ours: Stack) -> void:
	expect_errors()
	_listener.listen(0, "127.0.0.1")
	var tls: StreamPeer = ours.stream()
	tls.call(&"connect_to_host", "127.0.0.1", _listener.get_local_port(), trusting(ours))
	wait_until(func() -> bool: return _listener.is_connection_available())
	_listener.take_connection().disconnect_from_host()
	check(wait_until(func() -> bool:
		Link.poll(tls)
		return Link.status(tls) == Stack.Status.ERROR), "status %d" % Link.status(tls))
	# Whether the system reports an end or a reset depends on what was unread.
	one_of(tls.call(&"get_last_error_code"), [CAUSE_CLOSED, CAUSE_TRANSPORT], "the cause")


func test_absurd_hosts_and_ports_are_refused_or_fail_in_words(ours: Stack) -> void:
	expect_errors()
	var cases: Array[Array] = [
		["", 443], ["localhost", 0], ["localhost", -1], ["localhost", 65536], ["a".repeat(300), 443],
		["two words", 443], ["host:443", 443], ["https://localhost", 443], ["*", 443], [".", 443],
	]
	for case: Array in cases:
		row("\"%s\", %d" % [case[0], case[1]])
		var tls: StreamPeer = ours.stream()
		var error: int = tls.call(&"connect_to_host", case[0], case[1], trusting(ours))
		if error == ERR_INVALID_PARAMETER:
			equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")
		else:
			# Or the text looks like a name until its address is looked up.
			one_of(error, [OK, FAILED], "connect_to_host")
			check(wait_until(func() -> bool:
				Link.poll(tls)
				return Link.status(tls) == Stack.Status.ERROR), "status %d" % Link.status(tls))
		check(not str(tls.call(&"get_last_error")).is_empty(), "get_last_error() is empty")


func test_wrong_options_are_refused(ours: Stack) -> void:
	expect_errors()
	var tls: StreamPeer = ours.stream()
	for options: RefCounted in [identity(ours), RefCounted.new()]:
		equal(tls.call(&"connect_to_host", "localhost", 443, options), ERR_INVALID_PARAMETER, "connect_to_host")
		equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")


func test_a_second_call_is_refused_while_the_first_runs(ours: Stack) -> void:
	expect_errors()
	_listener.listen(0, "127.0.0.1")
	var tls: StreamPeer = ours.stream()
	tls.call(&"connect_to_host", "127.0.0.1", _listener.get_local_port(), trusting(ours))
	var again: int = tls.call(&"connect_to_host", "127.0.0.1", _listener.get_local_port(), trusting(ours))
	equal(again, ERR_ALREADY_IN_USE, "a second connect_to_host")
	equal(tls.call(&"accept_stream", Link.tcp_pair()[0], identity(ours)), ERR_ALREADY_IN_USE, "accept_stream")


func test_giving_up_or_freeing_while_it_connects_is_safe(ours: Stack) -> void:
	# The unknown name may fail before the attempt is cancelled.
	expect_errors()
	_listener.listen(0, "127.0.0.1")
	for host: String in ["127.0.0.1", "localhost", "no-such-host.invalid"]:
		for round: int in 5:
			var given_up: StreamPeer = ours.stream()
			given_up.call(&"connect_to_host", host, _listener.get_local_port(), trusting(ours))
			given_up.call(&"disconnect_from_stream")
			var states: Array[int] = [Stack.Status.DISCONNECTED]
			if host.ends_with(".invalid"):
				states.append(Stack.Status.ERROR)
			check(Link.status(given_up) in states, "%s: status %d after giving up" % [host, Link.status(given_up)])
			var freed: StreamPeer = ours.stream()
			freed.call(&"connect_to_host", host, _listener.get_local_port(), trusting(ours))


func test_an_object_can_connect_to_one_host_after_the_other(ours: Stack) -> void:
	var tls: StreamPeer = ours.stream()
	_listener.listen(0, "127.0.0.1")
	for round: int in 3:
		row("round %d" % round)
		var link: Link = _half_link(ours)
		link.client = tls
		equal(tls.call(&"connect_to_host", "localhost", _listener.get_local_port(), trusting(ours)), OK, "connect_to_host")
		_accept(link, "localhost")
		check(_handshake(link), "it did not connect: %s" % tls.call(&"get_last_error"))
		tls.call(&"disconnect_from_stream")
		_check_peer_sees_clean_end(link.server)


func test_the_end_is_told_apart_here_too(ours: Stack) -> void:
	expect_errors()
	var link: Link = _connect(ours, "localhost", "localhost")
	check(_handshake(link), "it did not connect")
	link.server.put_data("last words".to_utf8_buffer())
	link.server.call(&"disconnect_from_stream")
	(link.server_base as StreamPeerTCP).disconnect_from_host()
	equal(Link.read_exactly(link.client, 10), "last words".to_utf8_buffer(), "what is read")
	_check_peer_sees_clean_end(link.client)


func test_what_was_sent_last_arrives_and_nothing_resets_the_connection(ours: Stack) -> void:
	expect_errors()
	for ending: String in ["disconnected", "freed"]:
		for round: int in 10:
			row("%s, round %d" % [ending, round])
			var link: Link = _connect(ours, "localhost", "localhost")
			if not check(_handshake(link), "it did not connect"):
				return
			link.client.put_data("last words".to_utf8_buffer())
			if ending == "disconnected":
				link.client.call(&"disconnect_from_stream")
			else:
				link.client = null
			# Twice: a reset would be the reply to the first write.
			for late: int in 2:
				equal(link.server_base.put_data("late".to_utf8_buffer()), OK, "what the socket of the server says")
			equal(Link.read_exactly(link.server, 10), "last words".to_utf8_buffer(), "what the server read")
			_check_peer_sees_clean_end(link.server)


func test_what_the_socket_did_not_take_yet_arrives_when_the_connection_ends(ours: Stack) -> void:
	var link: Link = _connect(ours, "localhost", "localhost")
	if not check(_handshake(link), "it did not connect"):
		return
	var sent: int = 0
	var chunk: PackedByteArray = []
	chunk.resize(1 << 20)
	while true:
		var count: int = link.client.put_partial_data(chunk)[1]
		sent += count
		if count < chunk.size():
			break
	link.client.call(&"disconnect_from_stream")
	var received: Array[int] = [0]
	wait_until(func() -> bool:
		var part: Array = link.server.get_partial_data(1 << 20)
		received[0] += (part[1] as PackedByteArray).size()
		return part[0] != OK)
	equal(received[0], sent, "the bytes that arrived")


func _connect(ours: Stack, host: String, certificate: String) -> Link:
	if not _listener.is_listening():
		_listener.listen(0, "127.0.0.1")
	var link: Link = _half_link(ours)
	var error: int = link.client.call(&"connect_to_host", host, _listener.get_local_port(), trusting(ours))
	equal(error, OK, "connect_to_host")
	_accept(link, certificate)
	return link


## A link whose client connects by itself; only the server's end is created here.
func _half_link(ours: Stack) -> Link:
	var nowhere: Array[StreamPeer] = [StreamPeerBuffer.new(), StreamPeerBuffer.new()]
	return Link.new(ours, ours, nowhere)


func _accept(link: Link, certificate: String) -> void:
	check(wait_until(func() -> bool:
		Link.poll(link.client)
		return _listener.is_connection_available()), "no connection came: %s" % link.client.call(&"get_last_error"))
	link.server_base = _listener.take_connection()
	if link.server_base == null:
		return
	var options: RefCounted = link.server_stack.server(Fixtures.key(certificate), Fixtures.certificate(certificate))
	link.server.call(&"accept_stream", link.server_base, options)


func _handshake(link: Link) -> bool:
	link.pump_until(func() -> bool: return not link.is_handshaking() or link.has_failed())
	return link.is_connected_on_both_sides()


func _check_transfers(link: Link) -> void:
	var flows: Array[Flow] = [
		Flow.new(link.client, link.server, Flow.noise(500000)), Flow.new(link.server, link.client, Flow.noise(500000)),
	]
	check(Flow.run(flows), "%s; %s" % [flows[0].describe(), flows[1].describe()])


func _check_fails(tls: StreamPeer, cause: int, parts: Array[String]) -> void:
	check(wait_until(func() -> bool:
		Link.poll(tls)
		return Link.status(tls) == Stack.Status.ERROR), "status %d" % Link.status(tls))
	var words: String = tls.call(&"get_last_error")
	equal(tls.call(&"get_last_error_code"), cause, "the cause of \"%s\"" % words)
	for part: String in parts:
		names(words, part, "the sentence")


func _check_peer_sees_clean_end(tls: StreamPeer) -> void:
	var error: Array[int] = [OK]
	wait_until(func() -> bool:
		error[0] = tls.get_partial_data(10)[0]
		return error[0] != OK)
	equal(error[0], ERR_FILE_EOF, "what the peer's read gave")

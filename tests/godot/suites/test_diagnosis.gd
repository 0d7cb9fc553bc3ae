extends "res://support/connected_suite.gd"
## For each kind of failure: the cause, and an error message with the values of both sides.


const VERSION_1_2_ONLY := {&"min_version": 0, &"max_version": 0}
const VERSION_1_3_ONLY := {&"min_version": 1, &"max_version": 1}


func before_each() -> void:
	expect_errors()


func test_an_untrusted_issuer_is_named(ours: Stack) -> void:
	var tls: StreamPeer = _refusing_client(ours, "localhost_other")
	failed_because(tls, Cause.UNTRUSTED_ISSUER, ["Fixture Other Root"])


func test_an_untrusted_self_signed_certificate_is_called_so(ours: Stack) -> void:
	var tls: StreamPeer = _refusing_client(ours, "self_signed_openssl")
	failed_because(tls, Cause.UNTRUSTED_ISSUER, ["self-signed", "localhost", "trust"])


func test_an_expired_certificate_is_reported_with_both_dates(ours: Stack) -> void:
	var today: String = Time.get_date_string_from_system(true)
	failed_because(_refusing_client(ours, "localhost_expired"), Cause.EXPIRED, ["2021-01-01", today])


func test_a_certificate_of_the_future_hints_at_the_clock(ours: Stack) -> void:
	var today: String = Time.get_date_string_from_system(true)
	failed_because(_refusing_client(ours, "localhost_future"), Cause.NOT_YET_VALID, ["2090-01-01", today, "clock"])


func test_a_wrong_name_is_reported_with_the_names_there_are(ours: Stack) -> void:
	var tls: StreamPeer = _refusing_client(ours, "name_san_dns_other")
	failed_because(tls, Cause.NAME_MISMATCH, ["other.example.test", "localhost", "common_name_override"])
	tls = _refusing_client(ours, "name_none")
	failed_because(tls, Cause.NAME_MISMATCH, ["localhost"])
	tls = _refusing_client(ours, "name_many")
	failed_because(tls, Cause.NAME_MISMATCH, ["name0.example.test", "39 more", "localhost"])
	check(str(tls.call(&"get_last_error")).length() < 400, "the sentence lists all forty names")


func test_weak_keys_and_signatures_are_named(ours: Stack) -> void:
	failed_because(_refusing_client(ours, "leaf_rsa1024"), Cause.BAD_CERTIFICATE, ["1024", "2048"])
	failed_because(_refusing_client(ours, "leaf_sha1"), Cause.BAD_CERTIFICATE, ["SHA1"])


func test_a_certificate_for_another_use_is_called_so(ours: Stack) -> void:
	var tls: StreamPeer = _refusing_client(ours, "leaf_client_auth", ours)
	failed_because(tls, Cause.BAD_CERTIFICATE, ["server"])


func test_a_peer_that_speaks_http_is_recognised(ours: Stack) -> void:
	var answer: PackedByteArray = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".to_utf8_buffer()
	failed_because(_client_hearing(ours, answer), Cause.NOT_TLS, ["HTTP"])
	var request: PackedByteArray = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_utf8_buffer()
	failed_because(_server_hearing(ours, request), Cause.NOT_TLS, ["HTTP"])


func test_a_peer_that_speaks_something_else_is_not_tls(ours: Stack) -> void:
	failed_because(_client_hearing(ours, "SSH-2.0-OpenSSH_9.2\r\n".to_utf8_buffer()), Cause.NOT_TLS, ["TLS"])
	failed_because(_server_hearing(ours, "SSH-2.0-OpenSSH_9.2\r\n".to_utf8_buffer()), Cause.NOT_TLS, ["TLS"])


func test_versions_that_do_not_meet_are_named(ours: Stack) -> void:
	var link: Link = _link_with(ours, VERSION_1_3_ONLY, VERSION_1_2_ONLY)
	check(not link.handshake(), "they connected")
	failed_because(link.server, Cause.NO_COMMON_VERSION, ["1.2", "1.3"])
	one_of(
		link.client.call(&"get_last_error_code"), [Cause.NO_COMMON_VERSION, Cause.PEER_ALERT], "the client's cause"
	)
	has_words(link.client)


func test_a_client_of_old_is_told_which_versions_there_are(ours: Stack) -> void:
	var tls: StreamPeer = _server_hearing(ours, Wire.bare_client_hello(0xc009, 0x0302))
	failed_because(tls, Cause.NO_COMMON_VERSION, ["1.2", "1.3"])


func test_ciphers_that_do_not_meet_are_named(ours: Stack) -> void:
	# 0x002f is TLS_RSA_WITH_AES_128_CBC_SHA, which old devices require.
	var tls: StreamPeer = _server_hearing(ours, Wire.bare_client_hello(0x002f, 0x0303))
	failed_because(tls, Cause.NO_COMMON_CIPHER, ["TLS_ECDHE"])


func test_an_alert_of_the_peer_is_named(ours: Stack) -> void:
	var alert: PackedByteArray = Wire.alert(Wire.LEVEL_FATAL, Wire.Alert.INTERNAL_ERROR)
	failed_because(_client_hearing(ours, alert), Cause.PEER_ALERT, ["internal"])


func test_a_server_learns_why_the_client_left(ours: Stack) -> void:
	var link: Link = Link.new(ours, ours)
	var untrusted: RefCounted = ours.server(Fixtures.key("localhost_other"), Fixtures.certificate("localhost_other"))
	link.start("localhost", trusting(ours), untrusted)
	link.handshake()
	link.pump_until(func() -> bool: return Link.status(link.server) == Stack.Status.ERROR, 5.0)
	failed_because(link.server, Cause.PEER_ALERT, ["unknown"])


func test_a_close_in_the_middle_of_the_handshake_is_called_so(ours: Stack) -> void:
	# Scripts poll their socket or leave that to the stream; the end must be noticed in both cases.
	for polled: bool in [false, true]:
		row("a client, socket polled: %s" % polled)
		var link: Link = Link.new(ours, ours)
		link.client.call(&"connect_to_stream", link.client_base, "localhost", trusting(ours))
		# Closing with an unread hello would reset the connection.
		wait_until(func() -> bool: return link.server_base.get_available_bytes() > 0)
		link.server_base.get_data(link.server_base.get_available_bytes())
		(link.server_base as StreamPeerTCP).disconnect_from_host()
		_wait_for_failure(link.client, link.client_base if polled else null)
		failed_because(link.client, Cause.CLOSED, [])
		row("a server, socket polled: %s" % polled)
		link = Link.new(ours, ours)
		link.server.call(&"accept_stream", link.server_base, identity(ours))
		(link.client_base as StreamPeerTCP).disconnect_from_host()
		_wait_for_failure(link.server, link.server_base if polled else null)
		failed_because(link.server, Cause.CLOSED, [])


func test_a_reset_in_the_middle_of_the_handshake_is_an_error_in_words(ours: Stack) -> void:
	var link: Link = Link.new(ours, ours)
	link.client.call(&"connect_to_stream", link.client_base, "localhost", trusting(ours))
	wait_until(func() -> bool: return link.server_base.get_available_bytes() > 0)
	(link.server_base as StreamPeerTCP).disconnect_from_host()
	_wait_for_failure(link.client, link.client_base)
	one_of(link.client.call(&"get_last_error_code"), [Cause.CLOSED, Cause.TRANSPORT], "the cause")
	has_words(link.client)


func test_a_base_that_is_not_connected_is_a_matter_of_transport(ours: Stack) -> void:
	var tls: StreamPeer = ours.stream()
	tls.call(&"connect_to_stream", StreamPeerTCP.new(), "localhost", ours.client())
	failed_because(tls, Cause.TRANSPORT, [])


func test_a_silent_peer_runs_into_the_handshake_timeout(ours: Stack) -> void:
	for accepts: bool in [false, true]:
		row("a server" if accepts else "a client")
		var ends: Array[StreamPeer] = Link.tcp_pair()
		var tls: StreamPeer = ours.stream()
		tls.set(&"handshake_timeout", 0.25)
		if accepts:
			tls.call(&"accept_stream", ends[1], identity(ours))
		else:
			tls.call(&"connect_to_stream", ends[0], "localhost", trusting(ours))
		var started: int = Time.get_ticks_msec()
		_wait_for_failure(tls, ends[1] if accepts else ends[0])
		var waited: int = Time.get_ticks_msec() - started
		check(waited >= 200 and waited < 3000, "it took %d ms" % waited)
		failed_because(tls, Cause.TIMEOUT, ["0.25"])


func test_no_handshake_timeout_waits_for_ever(ours: Stack) -> void:
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var patient: StreamPeer = ours.stream()
	var hasty: StreamPeer = ours.stream()
	equal(patient.get(&"handshake_timeout"), 10.0, "the timeout at first")
	patient.set(&"handshake_timeout", 0.0)
	hasty.set(&"handshake_timeout", 0.1)
	patient.call(&"connect_to_stream", ends[0], "localhost", trusting(ours))
	hasty.call(&"connect_to_stream", Link.tcp_pair()[0], "localhost", trusting(ours))
	_wait_for_failure(hasty, null)
	patient.call(&"poll")
	equal(Link.status(patient), Stack.Status.HANDSHAKING, "status without a timeout")


func test_the_timeout_ends_with_the_handshake(ours: Stack) -> void:
	var link: Link = Link.new(ours, ours)
	link.client.set(&"handshake_timeout", 0.2)
	link.server.set(&"handshake_timeout", 0.2)
	link.start("localhost", trusting(ours), identity(ours))
	check(link.handshake(), "the handshake failed")
	var until: int = Time.get_ticks_msec() + 400
	link.pump_until(func() -> bool: return Time.get_ticks_msec() > until)
	check(link.is_connected_on_both_sides(), "a connection in use timed out")


func test_a_failure_is_printed_once_and_not_with_every_poll(ours: Stack) -> void:
	if not can_read_log():
		skip("this engine does not let scripts read what is printed")
		return
	var link: Link = Link.new(ours, Stack.new())
	var certificate: X509Certificate = Fixtures.certificate("localhost_other")
	var server: RefCounted = link.server_stack.server(Fixtures.key("localhost_other"), certificate)
	link.start("localhost", trusting(ours), server)
	forget_errors()
	check(not link.handshake(), "the certificate was accepted")
	for round: int in 5:
		Link.poll(link.client, link.client_base)
	var lines: PackedStringArray = printed_errors()
	var ours_of_them: PackedStringArray = []
	for line: String in lines:
		if line.contains("Fixture Other Root"):
			ours_of_them.append(line)
	equal(ours_of_them.size(), 1, "the number of lines that name the issuer, in %s" % [lines])


func test_the_error_of_an_object_is_gone_when_it_starts_anew(ours: Stack) -> void:
	var tls: StreamPeer = _refusing_client(ours, "localhost_other")
	has_words(tls)
	var link: Link = Link.new(ours, ours)
	link.client = tls
	link.start("localhost", trusting(ours), identity(ours))
	check(link.handshake(), "the handshake failed")
	equal(tls.call(&"get_last_error"), "", "get_last_error()")
	equal(tls.call(&"get_last_error_code"), Cause.NONE, "get_last_error_code()")


## Returns a client that refused a server's certificate for "localhost" under the fixtures' root.
func _refusing_client(ours: Stack, certificate: String, server: Stack = Stack.new()) -> StreamPeer:
	row(certificate)
	var link: Link = Link.new(ours, server)
	link.start("localhost", trusting(ours), server.server(Fixtures.key(certificate), Fixtures.certificate(certificate)))
	check(not link.handshake(), "the certificate was accepted")
	return link.client


func _client_hearing(ours: Stack, answer: PackedByteArray) -> StreamPeer:
	row("a client hearing %s" % answer.get_string_from_ascii().left(12))
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = ours.stream()
	tls.call(&"connect_to_stream", ends[0], "localhost", trusting(ours))
	ends[1].put_data(answer)
	_wait_for_failure(tls, ends[0])
	return tls


func _server_hearing(ours: Stack, request: PackedByteArray) -> StreamPeer:
	row("a server hearing %s" % request.get_string_from_ascii().left(12))
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = ours.stream()
	tls.call(&"accept_stream", ends[1], identity(ours))
	ends[0].put_data(request)
	_wait_for_failure(tls, ends[1])
	return tls


func _link_with(ours: Stack, client_versions: Dictionary, server_versions: Dictionary) -> Link:
	var client: RefCounted = trusting(ours)
	var server: RefCounted = identity(ours)
	for property: StringName in client_versions:
		client.set(property, client_versions[property])
		server.set(property, server_versions[property])
	var link: Link = Link.new(ours, ours)
	link.start("localhost", client, server)
	return link


func _wait_for_failure(tls: StreamPeer, base: StreamPeer) -> void:
	check(wait_until(func() -> bool:
		Link.poll(tls, base)
		return Link.status(tls) == Stack.Status.ERROR), "status %d" % Link.status(tls))

extends "res://support/connected_suite.gd"
## Absurd input leads to an error code and an error message, never to a hang or a crash.


const Flow := preload("res://support/flow.gd")

const MEGABYTE := 1 << 20
const CAUSE_NOT_TLS := 10


func test_absurd_names_are_refused_by_a_checking_client(stack: Stack) -> void:
	expect_errors()
	for common_name: String in _absurd_names():
		row(common_name.left(20))
		var link: Link = Link.new(stack, stack)
		link.start(common_name, trusting(stack), identity(stack))
		check(not link.handshake(), "it connected")
		if stack.is_ours():
			one_of(Link.status(link.client), [Stack.Status.ERROR, Stack.Status.HOSTNAME_MISMATCH], "status")
			check(not str(link.client.call(&"get_last_error")).is_empty(), "get_last_error() is empty")


func test_absurd_names_do_not_matter_to_an_unsafe_client(ours: Stack) -> void:
	for common_name: String in _absurd_names():
		row(common_name.left(20))
		var link: Link = Link.new(ours, ours)
		link.start(common_name, ours.client_unsafe(), identity(ours))
		check(link.handshake(), "the handshake failed: %s" % link.client.call(&"get_last_error"))


func test_absurd_overrides_match_nothing(ours: Stack) -> void:
	expect_errors()
	for override: String in _absurd_names():
		if override.is_empty():
			# No override at all.
			continue
		row(override.left(20))
		var link: Link = Link.new(ours, ours)
		link.start("localhost", ours.client(Fixtures.certificate("root"), override), identity(ours))
		check(not link.handshake(), "it connected")


func test_absurd_names_get_a_verdict_without_a_connection(ours: Stack) -> void:
	var options: RefCounted = trusting(ours)
	for common_name: String in _absurd_names():
		row(common_name.left(20))
		var words: String = options.call(&"verify_certificate_chain", Fixtures.pem("localhost"), common_name)
		check(not words.is_empty(), "the name was accepted")


func test_a_megabyte_of_noise_instead_of_a_handshake_is_an_error(stack: Stack) -> void:
	expect_errors()
	for accepts: bool in [false, true]:
		row("a server" if accepts else "a client")
		var ends: Array[StreamPeer] = Link.tcp_pair()
		var tls: StreamPeer = stack.stream()
		if accepts:
			tls.call(&"accept_stream", ends[0], identity(stack))
		else:
			tls.call(&"connect_to_stream", ends[0], "localhost", trusting(stack))
		_flood(tls, ends[0], ends[1], Flow.noise(MEGABYTE))
		if stack.is_ours():
			equal(Link.status(tls), Stack.Status.ERROR, "status")
			check(not str(tls.call(&"get_last_error")).is_empty(), "get_last_error() is empty")
		else:
			one_of(Link.status(tls), [Stack.Status.ERROR, Stack.Status.DISCONNECTED], "status")


func test_a_megabyte_of_noise_on_a_connection_ends_it(stack: Stack) -> void:
	expect_errors()
	var link: Link = connected(stack, stack)
	_flood(link.client, link.client_base, link.server_base, Flow.noise(MEGABYTE))
	equal(Link.status(link.client), Stack.Status.DISCONNECTED, "status")


func test_noise_that_looks_like_records_is_an_error(ours: Stack) -> void:
	expect_errors()
	for content_type: int in [20, 21, 22, 23, 24, 0, 255]:
		row("content type %d" % content_type)
		var noise: PackedByteArray = []
		for record: int in 20:
			noise.append_array([content_type, 3, 3, 1, 0])
			noise.append_array(Flow.noise(256))
		var ends: Array[StreamPeer] = Link.tcp_pair()
		var tls: StreamPeer = ours.stream()
		tls.call(&"connect_to_stream", ends[0], "localhost", trusting(ours))
		_flood(tls, ends[0], ends[1], noise)
		equal(Link.status(tls), Stack.Status.ERROR, "status")


func test_endless_handshake_messages_are_cut_short(ours: Stack) -> void:
	expect_errors()
	# A handshake message of 16 MB, announced and then delivered in small pieces.
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = ours.stream()
	tls.call(&"accept_stream", ends[0], identity(ours))
	var record: PackedByteArray = [Wire.Record.HANDSHAKE, 3, 3, 0x40, 0]
	var body: PackedByteArray = [1, 0xff, 0xff, 0xff]
	body.resize(0x4000)
	record.append_array(body)
	var noise: PackedByteArray = []
	for index: int in 100:
		noise.append_array(record)
	_flood(tls, ends[0], ends[1], noise)
	equal(Link.status(tls), Stack.Status.ERROR, "status")


func test_empty_certificates_and_keys_are_refused_in_words(ours: Stack) -> void:
	expect_errors()
	var options: RefCounted = ours.client(X509Certificate.new())
	var link: Link = Link.new(ours, ours)
	link.start("localhost", options, ours.server(CryptoKey.new(), X509Certificate.new()))
	equal(link.accept_error, ERR_INVALID_PARAMETER, "accept_stream")
	check(not str(link.server.call(&"get_last_error")).is_empty(), "the server's get_last_error() is empty")
	if link.connect_error == OK:
		check(not link.handshake(), "it connected")
	else:
		check(not str(link.client.call(&"get_last_error")).is_empty(), "the client's get_last_error() is empty")


func test_verifying_nonsense_gives_words(ours: Stack) -> void:
	var options: RefCounted = trusting(ours)
	var half: String = Fixtures.pem("localhost").left(300)
	var nonsense: PackedStringArray = [
		"", "x", half, Fixtures.key_pem("localhost"), "\ufeff", "-----BEGIN CERTIFICATE-----",
	]
	for text: String in nonsense:
		row(text.left(30))
		for time: int in [-1, 0, -1000, 1 << 62]:
			var words: String = options.call(&"verify_certificate_chain", text, "localhost", time)
			check(not words.is_empty(), "accepted at %d" % time)
	row("a good chain at absurd times")
	for time: int in [0, 1, -2, 1 << 62, -(1 << 62)]:
		var words: String = options.call(&"verify_certificate_chain", Fixtures.pem("localhost"), "localhost", time)
		check(not words.is_empty(), "accepted at %d" % time)


func _absurd_names() -> PackedStringArray:
	return [
		"", " ", ".", "..", "a".repeat(300), "a.".repeat(150), "*", "*.*", "-", "local host", "localhost:443",
		"https://localhost", "localhost/", "user@localhost", "[::1]", "[", "::::", "1.2.3.4.5", "256.256.256.256",
		"127.1", "0x7f000001", "\t", "local\nhost", "💥", "xn--", "xn--\u00fc", "ＬＯＣＡＬＨＯＳＴ.example",
	]


## Sends as much as the other end accepts, and polls until the stream has reached a final status.
func _flood(tls: StreamPeer, base: StreamPeer, far: StreamPeer, noise: PackedByteArray) -> void:
	var sent: Array[int] = [0]
	var before: int = Link.status(tls)
	check(wait_until(func() -> bool:
		(far as StreamPeerTCP).poll()
		if sent[0] < noise.size() and (far as StreamPeerTCP).get_status() == StreamPeerTCP.STATUS_CONNECTED:
			sent[0] += maxi(far.put_partial_data(noise.slice(sent[0], sent[0] + 65536))[1], 0)
		Link.poll(tls, base)
		return Link.status(tls) != before), "it is still in status %d after %d bytes" % [before, sent[0]])

extends "res://support/connected_suite.gd"
## The name that a client asks for (server name indication).


func test_the_common_name_is_sent(stack: Stack) -> void:
	equal(_sent_name(stack, "play.example.test", stack.client()), "play.example.test", "the name sent")


func test_the_override_is_sent_instead_when_it_is_set(stack: Stack) -> void:
	var options: RefCounted = stack.client(null, "other.example.test")
	equal(_sent_name(stack, "play.example.test", options), "other.example.test", "the name sent")


func test_an_unsafe_client_sends_the_name_too(ours: Stack) -> void:
	equal(_sent_name(ours, "play.example.test", ours.client_unsafe()), "play.example.test", "the name sent")
	var chain: X509Certificate = Fixtures.certificate("root")
	equal(_sent_name(ours, "play.example.test", ours.client_unsafe(chain)), "play.example.test", "with a chain")


func test_addresses_and_the_empty_name_are_never_sent(ours: Stack) -> void:
	expect_errors()
	for common_name: String in ["127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "192.168.1.20", ""]:
		row(common_name)
		equal(_sent_name(ours, common_name, ours.client_unsafe()), null, "the name sent by an unsafe client")
	for common_name: String in ["127.0.0.1", "::1"]:
		row(common_name)
		equal(_sent_name(ours, common_name, ours.client()), null, "the name sent")


func test_a_trailing_dot_is_not_sent(ours: Stack) -> void:
	# RFC 6066 omits the dot; servers that select a certificate by name do not know the name with it.
	equal(_sent_name(ours, "play.example.test.", ours.client()), "play.example.test", "the name sent")


func test_an_international_name_is_sent_as_ascii(ours: Stack) -> void:
	equal(_sent_name(ours, "bücher.example.test", ours.client()), "xn--bcher-kva.example.test", "the name sent")


func test_an_override_that_is_no_host_name_leaves_the_host_in_the_hello(ours: Stack) -> void:
	var options: RefCounted = ours.client(Fixtures.certificate("root"), "My Game Server")
	equal(_sent_name(ours, "play.example.test", options), "play.example.test", "the name sent")


func test_a_name_too_long_for_the_hello_is_left_out(stack: Stack) -> void:
	expect_errors()
	equal(_sent_name(stack, "a".repeat(300), stack.client_unsafe()), null, "the name sent")


func test_the_server_can_read_the_name(ours: Stack) -> void:
	var link: Link = Link.new(ours, ours)
	link.start(
		"localhost",
		ours.client(Fixtures.certificate("root")),
		ours.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))
	)
	check(link.handshake(), "the handshake failed")
	equal(link.server.call(&"get_server_name"), "localhost", "get_server_name() of the server")


func test_the_server_reads_nothing_when_an_address_was_asked_for(ours: Stack) -> void:
	var link: Link = Link.new(ours, ours)
	link.start(
		"127.0.0.1",
		ours.client(Fixtures.certificate("root")),
		ours.server(Fixtures.key("name_ip"), Fixtures.certificate("name_ip"))
	)
	check(link.handshake(), "the handshake failed")
	equal(link.server.call(&"get_server_name"), "", "get_server_name() of the server")


func test_the_engines_client_gets_in_whatever_it_asks_for(engine: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("p256")
	# With the last group the server asks for another hello.
	var groups: Array[PackedStringArray] = [[], ["x25519"], ["secp384r1"]]
	for common_name: String in ["My Game Server", "Player 1", "localhost:8080", "a".repeat(64)]:
		var certificate: X509Certificate = our_stack.crypto().call(
			&"generate_self_signed_certificate", key, "CN=" + common_name)
		for version: String in VERSIONS:
			for offered: PackedStringArray in groups:
				row("%s, %s, %s" % [common_name, version, offered])
				var server: RefCounted = with(our_stack.server(key, certificate), {&"key_exchange_groups": offered})
				var link: Link = Link.new(engine, our_stack)
				link.start(common_name, engine.client(certificate), only(server, VERSIONS[version]))
				if not check(link.handshake(), "it did not connect: %s" % link.server.call(&"get_last_error")):
					continue
				equal(link.server.call(&"get_server_name"), "", "get_server_name() of the server")
				equal(link.server.call(&"get_protocol_version"), version.replace(" ", "v"), "the version")
				link.client.put_data("hello".to_ascii_buffer())
				link.pump_until(func() -> bool: return link.server.get_available_bytes() >= 5)
				equal(link.server.get_string(5), "hello", "what the server got")


## Returns the name in the ClientHello, or null without one.
func _sent_name(stack: Stack, common_name: String, options: RefCounted) -> Variant:
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = stack.stream()
	equal(tls.call(&"connect_to_stream", ends[0], common_name, options), OK, "connect_to_stream")
	var seen: PackedByteArray = []
	wait_until(func() -> bool:
		Link.poll(tls, ends[0])
		(ends[1] as StreamPeerTCP).poll()
		var waiting: int = ends[1].get_available_bytes()
		if waiting > 0:
			seen.append_array(ends[1].get_data(waiting)[1])
		return not Wire.client_hello(seen).is_empty())
	var hello: PackedByteArray = Wire.client_hello(seen)
	if not check(not hello.is_empty(), "no hello arrived"):
		return null
	return Wire.server_name(hello)

extends "res://support/connected_suite.gd"
## Application protocols negotiated in the handshake (ALPN, RFC 7301).


func test_the_servers_order_decides(_ours: Stack) -> void:
	for version: String in VERSIONS:
		for server: PackedStringArray in [["game/2", "game/1"], ["game/1", "game/2"]] as Array[PackedStringArray]:
			row("%s, server %s" % [version, server])
			var link: Link = attempt(only(_client(["game/1", "game/2", "game/3"]), VERSIONS[version]), _server(server))
			if stands(link):
				equal(link.client.call(&"get_alpn_protocol"), server[0], "what the client says")
				equal(link.server.call(&"get_alpn_protocol"), server[0], "what the server says")


func test_the_one_common_protocol_is_found_at_any_place(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var link: Link = attempt(only(_client(["a", "b", "game"]), VERSIONS[version]), _server(["c", "d", "game"]))
		if stands(link):
			equal(link.client.call(&"get_alpn_protocol"), "game", "what the client says")
			equal(link.server.call(&"get_alpn_protocol"), "game", "what the server says")


func test_nothing_is_agreed_on_when_one_side_names_none(_ours: Stack) -> void:
	for version: String in VERSIONS:
		for rows: Array in [[["game"], []], [[], ["game"]], [[], []]]:
			row("%s, client %s, server %s" % [version, rows[0], rows[1]])
			var link: Link = attempt(only(_client(rows[0]), VERSIONS[version]), _server(rows[1]))
			if stands(link):
				equal(link.client.call(&"get_alpn_protocol"), "", "what the client says")
				equal(link.server.call(&"get_alpn_protocol"), "", "what the server says")


func test_without_a_common_protocol_both_sides_fail_and_name_them(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		var link: Link = attempt(only(_client(["game/1", "game/2"]), VERSIONS[version]), _server(["chat/1", "chat/2"]))
		equal(Link.status(link.client), Stack.Status.ERROR, "status of the client")
		equal(Link.status(link.server), Stack.Status.ERROR, "status of the server")
		failed_because(link.server, Cause.OTHER, ["\"game/1\", \"game/2\"", "\"chat/1\", \"chat/2\"", "alpn_protocols"])
		# RFC 7301 section 3.2: the alert is no_application_protocol, number 120.
		failed_because(link.client, Cause.PEER_ALERT, ["\"game/1\", \"game/2\"", "(120)"])


func test_names_are_compared_byte_by_byte(_ours: Stack) -> void:
	expect_errors()
	for names_of_both: Array in [["Game", "game"], ["game", "game "], ["gam", "game"]]:
		row(str(names_of_both))
		var link: Link = attempt(_client([names_of_both[0]]), _server([names_of_both[1]]))
		check(not link.is_connected_on_both_sides(), "different names were taken for one")
	for name: String in ["x".repeat(255), "spiel/ü", "a,b\"c"]:
		row(name)
		var link: Link = attempt(_client([name]), _server([name]))
		if stands(link):
			equal(link.client.call(&"get_alpn_protocol"), name, "what the client says")
			equal(link.server.call(&"get_alpn_protocol"), name, "what the server says")


func test_the_hello_names_them_in_order(_ours: Stack) -> void:
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = our_stack.stream()
	equal(tls.call(&"connect_to_stream", ends[0], "localhost", _client(["game/2", "h2"])), OK, "connect_to_stream")
	wait_for_raw_bytes(ends[1], 1)
	var hello: PackedByteArray = []
	wait_until(func() -> bool:
		Link.poll(tls, ends[0])
		hello.append_array(ends[1].get_partial_data(Link.CHUNK)[1])
		return not Wire.client_hello(hello).is_empty())
	var body: Variant = Wire.extension(Wire.client_hello(hello), Wire.EXTENSION_ALPN)
	# RFC 7301 section 3.1: a length of two bytes, then each name behind a length of one.
	equal(body, PackedByteArray([0, 10, 6]) + "game/2".to_ascii_buffer() + PackedByteArray([2]) + "h2".to_ascii_buffer(),
		"the extension")


func test_the_engines_classes_offer_and_answer_none(engine: Stack) -> void:
	var link: Link = Link.new(engine, our_stack)
	link.start("localhost", trusting(engine), _server(["game"]))
	check(link.handshake(), "the engine's client did not connect")
	equal(link.server.call(&"get_alpn_protocol"), "", "what our server says")
	link = Link.new(our_stack, engine)
	link.start("localhost", _client(["game"]), identity(engine))
	check(link.handshake(), "our client did not connect to the engine's server")
	equal(link.client.call(&"get_alpn_protocol"), "", "what our client says")


func test_nothing_is_agreed_on_before_and_after_a_connection(_ours: Stack) -> void:
	var link: Link = Link.new(our_stack, our_stack)
	equal(link.client.call(&"get_alpn_protocol"), "", "before")
	link.start("localhost", _client(["game"]), _server(["game"]))
	check(link.handshake(), "the handshake failed")
	link.client.call(&"disconnect_from_stream")
	equal(link.client.call(&"get_alpn_protocol"), "", "after")


func test_names_that_cannot_be_sent_are_an_error_of_the_options(_ours: Stack) -> void:
	expect_errors()
	for is_server: bool in [false, true]:
		var make: Callable = _server if is_server else _client
		row("an empty name, server: %s" % is_server)
		unusable(make.call(["game", ""]), ["alpn_protocols", "entry 2", "0 bytes"])
		row("a long name, server: %s" % is_server)
		unusable(make.call(["x".repeat(256)]), ["alpn_protocols", "entry 1", "256 bytes", "255"])
		row("bytes count, not letters, server: %s" % is_server)
		unusable(make.call(["ü".repeat(128)]), ["256 bytes"])
		row("too many, server: %s" % is_server)
		var many: PackedStringArray = []
		many.resize(100)
		many.fill("x".repeat(200))
		unusable(make.call(many), ["alpn_protocols", "100 names"])


func _client(protocols: PackedStringArray) -> RefCounted:
	return with(trusting(our_stack), {&"alpn_protocols": protocols})


func _server(protocols: PackedStringArray) -> RefCounted:
	return with(identity(our_stack), {&"alpn_protocols": protocols})

extends "res://support/connected_suite.gd"
## The selection of key exchange groups.


const CLASSIC: PackedStringArray = ["x25519", "secp256r1", "secp384r1", "secp521r1"]
const QUANTUM: PackedStringArray = ["X25519MLKEM768", "SecP256r1MLKEM768", "MLKEM768", "MLKEM1024"]


func test_both_ends_tell_the_group_that_was_chosen(_ours: Stack) -> void:
	for version: String in VERSIONS:
		for group: String in (CLASSIC if VERSIONS[version] == TLS_VERSION_1_2 else CLASSIC + QUANTUM):
			row("%s, %s" % [version, group])
			var client: RefCounted = with(only(trusting(our_stack), VERSIONS[version]), _groups([group]))
			var link: Link = attempt(client, with(identity(our_stack), _groups([group])))
			if stands(link):
				equal(link.client.call(&"get_key_exchange_group"), group, "what the client says")
				equal(link.server.call(&"get_key_exchange_group"), group, "what the server says")


func test_the_engine_meets_each_of_them_that_it_has(engine: Stack) -> void:
	for group: String in CLASSIC:
		row(group)
		var link: Link = Link.new(engine, our_stack)
		link.start("localhost", trusting(engine), with(identity(our_stack), _groups([group])))
		check(link.handshake(), "the engine's client did not connect")
		equal(link.server.call(&"get_key_exchange_group"), group, "what our server says")
		link = Link.new(our_stack, engine)
		link.start("localhost", with(trusting(our_stack), _groups([group])), identity(engine))
		check(link.handshake(), "our client did not connect to the engine's server")
		equal(link.client.call(&"get_key_exchange_group"), group, "what our client says")


func test_unknown_groups_and_those_that_no_version_can_use_are_told(_ours: Stack) -> void:
	expect_errors()
	for options: RefCounted in [trusting(our_stack), identity(our_stack)]:
		unusable(with(options, _groups(["x25519", "x448"])), ["key_exchange_groups", "entry 2", "\"x448\"", "secp521r1"])
		unusable(only(with(options, _groups(["X25519MLKEM768"])), TLS_VERSION_1_2), ["key_exchange_groups", "TLS 1.3"])
		with(options, _groups([]))
		equal(options.call(&"get_error"), "", "get_error() of no groups")


func test_a_server_that_ends_right_after_a_large_hello_is_told_with_what_makes_it_small(_ours: Stack) -> void:
	expect_errors()
	for groups: Array in [[], ["x25519"]]:
		row(str(groups))
		var ends: Array[StreamPeer] = Link.tcp_pair()
		var tls: StreamPeer = our_stack.stream()
		tls.call(&"connect_to_stream", ends[0], "localhost", with(trusting(our_stack), _groups(groups)))
		wait_for_raw_bytes(ends[1], 1)
		(ends[1] as StreamPeerTCP).disconnect_from_host()
		wait_until(func() -> bool:
			Link.poll(tls, ends[0])
			return Link.status(tls) == Stack.Status.ERROR)
		var words: String = tls.call(&"get_last_error")
		equal(words.contains("key_exchange_groups"), groups.is_empty(), "whether \"%s\" names the groups" % words)


func _groups(groups: Array) -> Dictionary:
	return {&"key_exchange_groups": PackedStringArray(groups)}

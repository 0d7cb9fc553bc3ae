extends "res://support/connected_suite.gd"
## Options: how they are created, what they report, and which of them can be used.


const MODE_CLIENT := 0
const MODE_CLIENT_UNSAFE := 1
const MODE_SERVER := 2


func test_each_factory_sets_what_the_getters_say(stack: Stack) -> void:
	var chain: X509Certificate = Fixtures.certificate("root")
	var key: CryptoKey = Fixtures.key("localhost")
	var certificate: X509Certificate = Fixtures.certificate("localhost")
	_check_getters("client()", stack.client(), [false, false, "", null, null, null])
	_check_getters("client(chain)", stack.client(chain), [false, false, "", chain, null, null])
	_check_getters("client(chain, name)", stack.client(chain, "a.test"), [false, false, "a.test", chain, null, null])
	_check_getters("client(null, name)", stack.client(null, "a.test"), [false, false, "a.test", null, null, null])
	_check_getters("client_unsafe()", stack.client_unsafe(), [false, true, "", null, null, null])
	_check_getters("client_unsafe(chain)", stack.client_unsafe(chain), [false, true, "", chain, null, null])
	_check_getters("server()", stack.server(key, certificate), [true, false, "", null, key, certificate])
	_check_getters("server(nulls)", stack.server(null, null), [true, false, "", null, null, null])


func test_new_options_are_those_of_a_client(ours: Stack) -> void:
	var options: Resource = ours.call(&"options")
	_check_getters("new()", options, [false, false, "", null, null, null])
	equal(options.get(&"mode"), MODE_CLIENT, "mode")
	equal(options.get(&"min_version"), TLS_VERSION_1_2, "min_version")
	equal(options.get(&"max_version"), TLS_VERSION_1_3, "max_version")
	equal(options.call(&"get_error"), "", "get_error()")


func test_the_properties_are_another_way_to_the_same_options(ours: Stack) -> void:
	var options: Resource = ours.call(&"options")
	var key: CryptoKey = Fixtures.key("localhost")
	var certificate: X509Certificate = Fixtures.certificate("localhost")
	options.set(&"mode", MODE_SERVER)
	options.set(&"private_key", key)
	options.set(&"own_certificate", certificate)
	_check_getters("a server", options, [true, false, "", null, key, certificate])
	var client: Resource = ours.call(&"options")
	client.set(&"trusted_ca_chain", Fixtures.certificate("root"))
	client.set(&"common_name_override", "localhost")
	_check_connects(ours, client, options)
	client.set(&"mode", MODE_CLIENT_UNSAFE)
	equal(client.call(&"is_unsafe_client"), true, "is_unsafe_client()")


func test_factories_show_in_the_properties(ours: Stack) -> void:
	var chain: X509Certificate = Fixtures.certificate("root")
	var safe: RefCounted = ours.client(chain, "name.test")
	equal([safe.get(&"mode"), safe.get(&"common_name_override")], [MODE_CLIENT, "name.test"], "a client's properties")
	check(safe.get(&"trusted_ca_chain") == chain, "trusted_ca_chain")
	equal(ours.client_unsafe().get(&"mode"), MODE_CLIENT_UNSAFE, "mode of an unsafe client")
	equal(identity(ours).get(&"mode"), MODE_SERVER, "mode of a server")


func test_options_of_the_engine_can_be_taken_over(ours: Stack) -> void:
	var chain: X509Certificate = Fixtures.certificate("root")
	var key: CryptoKey = Fixtures.key("localhost")
	var certificate: X509Certificate = Fixtures.certificate("localhost")
	var engine: Stack = Stack.new()
	var rows: Dictionary = {
		"client": [engine.client(chain, "name.test"), [false, false, "name.test", chain, null, null]],
		"unsafe": [engine.client_unsafe(chain), [false, true, "", chain, null, null]],
		"server": [engine.server(key, certificate), [true, false, "", null, key, certificate]],
	}
	for label: String in rows:
		_check_getters(label, ours.call(&"from_engine", rows[label][0]), rows[label][1])
	row("")
	_check_connects(
		ours, ours.call(&"from_engine", engine.client(chain)), ours.call(&"from_engine", engine.server(key, certificate))
	)


func test_pem_text_makes_options_too(ours: Stack) -> void:
	var client: RefCounted = ours.call(&"client_from_pem", Fixtures.pem("root"), "localhost")
	var server: RefCounted = _server_from_pem(ours, "localhost", ["localhost"])
	equal(client.call(&"get_error"), "", "get_error() of the client")
	equal(server.call(&"get_error"), "", "get_error() of the server")
	equal(client.call(&"is_server"), false, "is_server() of the client")
	equal(server.call(&"is_server"), true, "is_server() of the server")
	equal(client.call(&"get_common_name_override"), "localhost", "get_common_name_override()")
	_check_connects(ours, client, server, "10.1.2.3")


func test_a_server_from_pem_sends_its_whole_chain(ours: Stack) -> void:
	var server: RefCounted = _server_from_pem(ours, "leaf_of_intermediate", ["leaf_of_intermediate", "intermediate"])
	_check_connects(ours, trusting(ours), server)


func test_a_server_sends_the_chain_of_a_file(client: Stack, server: Stack) -> void:
	var chain: X509Certificate = Fixtures.chain(["leaf_of_intermediate", "intermediate"])
	var link: Link = Link.new(client, server)
	link.start("localhost", trusting(client), server.server(Fixtures.key("leaf_of_intermediate"), chain))
	check(link.handshake(), "the handshake failed")


func test_a_server_sends_a_certificate_too_long_for_the_engine_to_give_back(client: Stack, server: Stack) -> void:
	var link: Link = Link.new(client, server)
	link.start("localhost", trusting(client), server.server(Fixtures.key("name_huge"), Fixtures.chain(["name_huge"])))
	check(link.handshake(), "the handshake failed")


func test_each_common_form_of_a_private_key_is_taken(ours: Stack) -> void:
	var pkcs1: CryptoKey = CryptoKey.new()
	equal(pkcs1.load(Fixtures.path("localhost_rsa2048_pkcs1.key")), OK, "loading the older form")
	var certificate: X509Certificate = Fixtures.certificate("localhost_rsa2048")
	_check_connects(ours, trusting(ours), ours.server(pkcs1, certificate))
	_check_connects(ours, trusting(ours), ours.server(Fixtures.key("localhost_rsa2048"), certificate))
	var text: String = FileAccess.get_file_as_string(Fixtures.path("localhost_rsa2048_pkcs1.key"))
	var from_text: RefCounted = ours.call(&"server_from_pem", text, Fixtures.pem("localhost_rsa2048"))
	_check_connects(ours, trusting(ours), from_text)
	# The engine writes elliptic keys in a third form, SEC1.
	var sec1: String = Fixtures.key("localhost").save_to_string()
	check(sec1.contains("BEGIN EC PRIVATE KEY"), "the engine writes another form now")
	_check_connects(ours, trusting(ours), ours.call(&"server_from_pem", sec1, Fixtures.pem("localhost")))


func test_what_is_loaded_into_the_same_object_is_noticed_in_the_next_frame(ours: Stack) -> void:
	expect_errors()
	var trusted: X509Certificate = X509Certificate.new()
	trusted.load_from_string(Fixtures.pem("root"))
	var client: RefCounted = ours.client(trusted)
	_check_connects(ours, client, identity(ours))
	# The engine appends the certificate to the existing ones, and returns only the first one.
	trusted.load_from_string(Fixtures.pem("localhost_other"))
	# The first frame has the same number as the time before it.
	for frame: int in 2:
		await (Engine.get_main_loop() as SceneTree).process_frame
	var tls: StreamPeer = ours.stream()
	equal(tls.call(&"connect_to_stream", Link.tcp_pair()[0], "localhost", client), ERR_INVALID_PARAMETER, "connecting")
	names(tls.call(&"get_last_error"), "holds 2 certificates", "the sentence")


func test_unusable_options_say_why_and_are_refused(ours: Stack) -> void:
	expect_errors()
	var mismatched: String = Fixtures.key_pem("localhost_other")
	var public_pem: String = FileAccess.get_file_as_string(Fixtures.path("localhost_rsa2048.pub"))
	var servers: Dictionary = {
		"no key": ours.call(&"server_from_pem", "", Fixtures.pem("localhost")),
		"no certificate": ours.call(&"server_from_pem", Fixtures.key_pem("localhost"), ""),
		"rubbish": ours.call(&"server_from_pem", "rubbish", "rubbish"),
		"wrong key": ours.call(&"server_from_pem", mismatched, Fixtures.pem("localhost")),
		"half a chain": ours.call(
			&"server_from_pem", Fixtures.key_pem("localhost"), Fixtures.pem("localhost") + Fixtures.pem("root").left(200)
		),
		"public key": ours.call(&"server_from_pem", public_pem, Fixtures.pem("localhost_rsa2048")),
	}
	for label: String in servers:
		row(label)
		check(not str(servers[label].call(&"get_error")).is_empty(), "get_error() gives no reason")
		var tls: StreamPeer = ours.stream()
		equal(tls.call(&"accept_stream", Link.tcp_pair()[0], servers[label]), ERR_INVALID_PARAMETER, "accept_stream")
		equal(tls.call(&"get_last_error"), servers[label].call(&"get_error"), "get_last_error()")
	row("the reasons")
	names(servers["wrong key"].call(&"get_error"), "key", "a wrong key's reason")
	names(servers["public key"].call(&"get_error"), "public", "a public key's reason")
	names(servers["half a chain"].call(&"get_error"), "certificate 2", "half a chain's reason")


func test_clients_without_usable_trust_say_why_and_connect_to_nobody(ours: Stack) -> void:
	expect_errors()
	for text: String in ["", "no certificate in here", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]:
		row(text.get_slice("\n", 0))
		var options: RefCounted = ours.call(&"client_from_pem", text)
		check(not str(options.call(&"get_error")).is_empty(), "get_error() gives no reason")
		var link: Link = Link.new(ours, ours)
		link.start("localhost", options, identity(ours))
		equal(link.connect_error, ERR_INVALID_PARAMETER, "connect_to_stream")
		equal(Link.status(link.client), Stack.Status.DISCONNECTED, "status")


func test_versions_that_cannot_be_met_are_refused(ours: Stack) -> void:
	expect_errors()
	var crossed: RefCounted = trusting(ours)
	crossed.set(&"min_version", TLS_VERSION_1_3)
	crossed.set(&"max_version", TLS_VERSION_1_2)
	_check_versions_refused(ours, crossed)
	var modern: RefCounted = trusting(ours)
	modern.set(&"min_version", TLS_VERSION_1_3)
	equal(modern.call(&"get_error"), "", "get_error() with the setting on")
	with_setting("network/tls/enable_tls_v1.3", false)
	_check_versions_refused(ours, modern)


func test_each_version_can_be_the_only_one(ours: Stack) -> void:
	for version: int in [TLS_VERSION_1_2, TLS_VERSION_1_3]:
		for client_limits: bool in [true, false]:
			row("version %d, limited by the %s" % [version, "client" if client_limits else "server"])
			var client: RefCounted = trusting(ours)
			var server: RefCounted = identity(ours)
			for property: StringName in [&"min_version", &"max_version"]:
				(client if client_limits else server).set(property, version)
			var link: Link = Link.new(ours, ours)
			link.start("localhost", client, server)
			check(link.handshake(), "the handshake failed")
			equal(link.client.call(&"get_protocol_version"), ["TLSv1.2", "TLSv1.3"][version], "the version")


func test_a_connection_keeps_the_options_it_started_with(ours: Stack) -> void:
	var options: RefCounted = trusting(ours)
	var link: Link = Link.new(ours, ours)
	link.start("localhost", options, identity(ours))
	options.set(&"common_name_override", "elsewhere.example.test")
	options.set(&"trusted_ca_chain", Fixtures.certificate("other_root"))
	check(link.handshake(), "the handshake failed")


func test_changed_options_count_for_the_next_connection(ours: Stack) -> void:
	expect_errors()
	var options: RefCounted = trusting(ours)
	_check_connects(ours, options, identity(ours))
	options.set(&"trusted_ca_chain", Fixtures.certificate("other_root"))
	var link: Link = Link.new(ours, ours)
	link.start("localhost", options, identity(ours))
	check(not link.handshake(), "it connected under the trust it no longer has")


func _check_versions_refused(ours: Stack, options: RefCounted) -> void:
	check(not str(options.call(&"get_error")).is_empty(), "get_error() gives no reason")
	var tls: StreamPeer = ours.stream()
	var error: int = tls.call(&"connect_to_stream", Link.tcp_pair()[0], "localhost", options)
	equal(error, ERR_INVALID_PARAMETER, "connect_to_stream")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")


func _server_from_pem(ours: Stack, key: String, certificates: PackedStringArray) -> RefCounted:
	return ours.call(&"server_from_pem", Fixtures.key_pem(key), Fixtures.joined_pem(certificates))


func _check_connects(
	ours: Stack, client_options: RefCounted, server_options: RefCounted, common_name: String = "localhost"
) -> void:
	var link: Link = Link.new(ours, ours)
	link.start(common_name, client_options, server_options)
	check(link.handshake(), "the handshake failed: %s" % link.client.call(&"get_last_error"))


func _check_getters(label: String, options: RefCounted, expected: Array) -> void:
	row(label)
	if not check(options != null, "the factory gave null"):
		return
	equal(options.call(&"is_server"), expected[0], "is_server()")
	equal(options.call(&"is_unsafe_client"), expected[1], "is_unsafe_client()")
	equal(options.call(&"get_common_name_override"), expected[2], "get_common_name_override()")
	check(options.call(&"get_trusted_ca_chain") == expected[3], "get_trusted_ca_chain()")
	check(options.call(&"get_private_key") == expected[4], "get_private_key()")
	check(options.call(&"get_own_certificate") == expected[5], "get_own_certificate()")

extends "res://support/connected_suite.gd"
## to_engine(): the engine's TLSOptions created from ours, for the engine's classes.


const PORT_OF_NOBODY := 9


func test_the_engines_classes_connect_with_what_it_returns(engine: Stack) -> void:
	var clients: Dictionary = {
		"client": trusting(our_stack),
		"client with an override": with(trusting(our_stack), {&"common_name_override": "localhost"}),
		"client from PEM": our_stack.callv(&"client_from_pem", [Fixtures.pem("root")]),
		"unsafe client": our_stack.client_unsafe(),
		"unsafe client with a chain": our_stack.client_unsafe(Fixtures.certificate("root")),
	}
	for label: String in clients:
		row(label)
		var options: RefCounted = _to_engine(clients[label])
		if options is TLSOptions:
			var link: Link = Link.new(engine, our_stack)
			link.start("localhost", options, identity(our_stack))
			check(link.handshake(), "the engine's client did not connect")
	var servers: Dictionary = {
		"server": identity(our_stack),
		"server from PEM": our_stack.callv(&"server_from_pem", [Fixtures.key_pem("localhost"), Fixtures.pem("localhost")]),
	}
	for label: String in servers:
		row(label)
		var options: RefCounted = _to_engine(servers[label])
		if options is TLSOptions:
			var link: Link = Link.new(our_stack, engine)
			link.start("localhost", trusting(our_stack), options)
			check(link.handshake(), "our client did not connect to the engine's server")


func test_it_holds_what_the_options_say(_ours: Stack) -> void:
	var options: TLSOptions = _to_engine(our_stack.client(Fixtures.certificate("root"), "My Game Server"))
	equal([options.is_server(), options.is_unsafe_client()], [false, false], "which side it is for")
	equal(options.get_common_name_override(), "My Game Server", "the override")
	check(options.get_trusted_ca_chain() != null, "it trusts the engine's default")
	options = _to_engine(our_stack.client())
	check(options.get_trusted_ca_chain() == null, "a client without a chain got one")
	equal((_to_engine(our_stack.client_unsafe()) as TLSOptions).is_unsafe_client(), true, "is_unsafe_client()")
	equal((_to_engine(identity(our_stack)) as TLSOptions).is_server(), true, "is_server()")


func test_it_holds_every_certificate_of_a_text(_ours: Stack) -> void:
	var first: String = Fixtures.pem("localhost")
	var rest: String = Fixtures.pem("root")
	for text: String in [
		first + rest.replace("CERTIFICATE", "X509 CERTIFICATE"),
		first + rest.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
		(first + rest).replace("\n", ""),
		(first + rest).replace("\n", "\n  "),
	]:
		row(text.right(60))
		var server: RefCounted = our_stack.callv(&"server_from_pem", [Fixtures.key_pem("localhost"), text])
		var client: RefCounted = our_stack.callv(&"client_from_pem", [text])
		for options: RefCounted in [_to_engine(server), _to_engine(client)]:
			if check(options is TLSOptions, "to_engine() returned null"):
				var held: TLSOptions = options
				var certificate: X509Certificate = held.get_own_certificate() if held.is_server() else held.get_trusted_ca_chain()
				equal(certificate.save_to_string().count("-----BEGIN"), 2, "certificates")


func test_what_the_engines_options_cannot_say_is_refused_in_words(_ours: Stack) -> void:
	expect_errors()
	var pin: String = (our_stack.call(&"certificate_infos", Fixtures.certificate("root")) as Array)[0].public_key_pin
	var changes: Dictionary = {
		&"pinned_public_keys": PackedStringArray([pin]),
		&"revocation_lists_pem": Fixtures.revocation_list("list_of_root"),
		&"min_version": TLS_VERSION_1_3,
		&"max_version": TLS_VERSION_1_2,
		&"alpn_protocols": PackedStringArray(["game"]),
		&"key_exchange_groups": PackedStringArray(["x25519"]),
		&"key_log_path": Fixtures.write_scratch("engine.log", []),
	}
	for options: RefCounted in [trusting(our_stack), identity(our_stack)]:
		for property: StringName in changes:
			row("%s, server %s" % [property, options.call(&"is_server")])
			var before: Variant = options.get(property)
			options.set(property, changes[property])
			equal(options.call(&"get_error"), "", "get_error() before")
			_refuses(options, property)
			options.set(property, before)
			equal(options.call(&"get_error"), "", "get_error() after it was taken out")
			check(_to_engine(options) is TLSOptions, "it was not made then")


func test_identities_that_the_engines_options_cannot_hold_are_refused_in_words(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.key("player")
	var certificate: X509Certificate = Fixtures.certificate("player")
	var client: RefCounted = trusting(our_stack)
	client.call(&"set_identity", key, certificate)
	_refuses(client, "set_identity")
	var named: RefCounted = identity(our_stack)
	named.call(&"add_server_identity", "other.example.test", Fixtures.key("localhost"), Fixtures.certificate("localhost"))
	_refuses(named, "add_server_identity")
	var asking: RefCounted = identity(our_stack)
	asking.call(&"set_client_authentication", 1, Fixtures.certificate("players"))
	_refuses(asking, "set_client_authentication")
	_refuses(our_stack.callv(&"server_from_files", [Fixtures.path("localhost.key"), Fixtures.path("localhost.crt")]),
		"server_from_files")
	_refuses(with(our_stack.client_unsafe(), {&"common_name_override": "localhost"}), "common_name_override")
	# Unusable options have their usual message, and a key that the engine does not support is named.
	_refuses(our_stack.callv(&"client_from_pem", ["nothing"]), "no usable certificate")
	_refuses(our_stack.server(null, null), "no private key")
	_refuses(our_stack.callv(&"server_from_pem", [Fixtures.key_pem("localhost_ed25519"), Fixtures.pem("localhost_ed25519")]), "engine")


func test_the_engines_classes_say_nothing_of_options_that_they_ignore(_ours: Stack) -> void:
	# The reason for a warning in the class reference. If an engine version reports the error, remove the warning.
	var client: HTTPClient = HTTPClient.new()
	equal(client.call(&"connect_to_host", "127.0.0.1", PORT_OF_NOBODY, our_stack.client()), OK, "connect_to_host()")


func _refuses(options: RefCounted, part: String) -> void:
	equal(_to_engine(options), null, "to_engine() with %s" % part)
	names(options.call(&"get_error"), part, "get_error()")


func _to_engine(options: RefCounted) -> RefCounted:
	return options.call(&"to_engine")

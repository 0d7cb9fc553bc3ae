extends "res://support/resumption_suite.gd"
## Sessions end with the options they started under: after any change a full handshake is done, whatever the peer offers.


func test_every_change_of_a_client_forgets_its_sessions(_ours: Stack) -> void:
	allow_seconds(60.0)
	var pin: String = (our_stack.call(&"certificate_infos", Fixtures.certificate("root")) as Array)[0].public_key_pin
	var changes: Dictionary = {
		&"mode": 1,
		&"trusted_ca_chain": Fixtures.chain(["root", "other_root"]),
		&"common_name_override": "localhost",
		&"alpn_protocols": PackedStringArray(["game"]),
		&"key_exchange_groups": PackedStringArray(["secp256r1"]),
		&"pinned_public_keys": PackedStringArray([pin]),
		&"revocation_lists_pem": Fixtures.revocation_list("list_of_root"),
		&"key_log_path": Fixtures.write_scratch("sessions.log", []),
	}
	for version: String in VERSIONS:
		for property: StringName in changes:
			row("%s, %s" % [version, property])
			var client: RefCounted = trusting(our_stack)
			change_forgets(client, serving(VERSIONS[version]), client.set.bind(property, changes[property]))
		row("%s, set_identity" % version)
		var client: RefCounted = trusting(our_stack)
		change_forgets(client, serving(VERSIONS[version]), func() -> void:
			client.call(&"set_identity", Fixtures.key("player"), Fixtures.certificate("player")))


func test_every_change_of_a_server_forgets_its_sessions(_ours: Stack) -> void:
	allow_seconds(60.0)
	var pin: String = (our_stack.call(&"certificate_infos", Fixtures.certificate("players")) as Array)[0].public_key_pin
	var key: CryptoKey = Fixtures.key("localhost_p384")
	var certificate: X509Certificate = Fixtures.certificate("localhost_p384")
	var changes: Dictionary = {
		"alpn_protocols": func(server: RefCounted) -> void: server.set(&"alpn_protocols", PackedStringArray(["game"])),
		"key_exchange_groups": func(server: RefCounted) -> void:
			server.set(&"key_exchange_groups", PackedStringArray(["secp256r1"])),
		"pinned_public_keys": func(server: RefCounted) -> void:
			server.set(&"pinned_public_keys", PackedStringArray([pin])),
		"revocation_lists_pem": func(server: RefCounted) -> void:
			server.set(&"revocation_lists_pem", Fixtures.revocation_list("list_of_players")),
		"key_log_path": func(server: RefCounted) -> void:
			server.set(&"key_log_path", Fixtures.write_scratch("sessions.log", [])),
		"private_key and own_certificate": func(server: RefCounted) -> void:
			with(server, {&"private_key": key, &"own_certificate": certificate}),
		"replace_identity": func(server: RefCounted) -> void: server.call(&"replace_identity", key, certificate),
		"add_server_identity": func(server: RefCounted) -> void:
			server.call(&"add_server_identity", "other.example.test", key, certificate),
		"set_client_authentication": func(server: RefCounted) -> void:
			server.call(&"set_client_authentication", 1, Fixtures.certificate("players")),
	}
	for version: String in VERSIONS:
		for change: String in changes:
			row("%s, %s" % [version, change])
			var server: RefCounted = serving(VERSIONS[version])
			change_forgets(trusting(our_stack), server, (changes[change] as Callable).bind(server))


func test_versions_and_resumption_itself_are_changes_too(_ours: Stack) -> void:
	for by_client: bool in [true, false]:
		row("min_version, changed by the %s" % ("client" if by_client else "server"))
		var client: RefCounted = trusting(our_stack)
		var server: RefCounted = identity(our_stack)
		var changed: RefCounted = client if by_client else server
		change_forgets(client, server, changed.set.bind(&"min_version", TLS_VERSION_1_3))
		row("session_resumption, changed by the %s" % ("client" if by_client else "server"))
		changed.set(&"session_resumption", false)
		meets(client, server, false, "one while it is off")
		changed.set(&"session_resumption", true)
		meets_twice(client, server)
	row("max_version, changed by the client")
	var client: RefCounted = trusting(our_stack)
	change_forgets(client, identity(our_stack), client.set.bind(&"max_version", TLS_VERSION_1_2))
	row("max_version, changed by the server")
	client = trusting(our_stack)
	var server: RefCounted = identity(our_stack)
	meets_twice(client, server)
	server.set(&"max_version", TLS_VERSION_1_2)
	# The client still has TLS 1.3 tickets, which it offers first, one per connection.
	meets(client, server, false, "the one after the change")


func test_going_back_to_the_old_options_does_not_bring_the_sessions_back(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = trusting(our_stack)
		var server: RefCounted = serving(VERSIONS[version])
		meets_twice(client, server)
		client.set(&"alpn_protocols", PackedStringArray(["game"]))
		meets(client, server, false, "the one after the change")
		client.set(&"alpn_protocols", PackedStringArray())
		meets(client, server, false, "the one after the change was taken back")


func test_the_setting_for_tls_1_3_is_a_change_too(_ours: Stack) -> void:
	var client: RefCounted = trusting(our_stack)
	var server: RefCounted = identity(our_stack)
	meets_twice(client, server)
	with_setting("network/tls/enable_tls_v1.3", false)
	var link: Link = meets(client, server, false, "the one in TLS 1.2")
	equal(link.client.call(&"get_protocol_version"), "TLSv1.2", "the version")


func test_reading_the_default_trust_again_forgets_every_session(engine: Stack) -> void:
	for version: String in VERSIONS:
		var clients: Dictionary = {
			"no options": null, "the engine's options": engine.client(), "our options": our_stack.client(),
			"unsafe": our_stack.client_unsafe(), "a chain of its own": trusting(our_stack),
		}
		for label: String in clients:
			row("%s, %s" % [version, label])
			var name: String = "%d.example.test" % Time.get_ticks_usec()
			var server: RefCounted = serving(VERSIONS[version], "name_wildcard_san")
			meets_twice(clients[label], server, name)
			equal(our_stack.call(&"trust_reload"), OK, "reload()")
			meets(clients[label], server, false, "the one after reload()", name)


func test_a_server_once_taken_unchecked_is_checked_when_checking_begins(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = our_stack.client_unsafe()
		var server: RefCounted = serving(VERSIONS[version], "localhost_other")
		meets_twice(client, server)
		with(client, {&"mode": 0, &"trusted_ca_chain": Fixtures.certificate("root")})
		failed_because(attempt(client, server).client, Cause.UNTRUSTED_ISSUER, ["Fixture Other Root"])


func test_trust_pins_and_lists_count_at_once_for_a_server_that_was_accepted(_ours: Stack) -> void:
	expect_errors()
	var other_pin: String = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	var changes: Array[Array] = [
		[&"trusted_ca_chain", Fixtures.certificate("other_root"), Cause.UNTRUSTED_ISSUER],
		[&"common_name_override", "victim.example.test", Cause.NAME_MISMATCH],
		[&"pinned_public_keys", PackedStringArray([other_pin]), Cause.PIN_MISMATCH],
		[&"revocation_lists_pem", Fixtures.revocation_list("list_of_root"), Cause.REVOKED],
	]
	for version: String in VERSIONS:
		for change: Array in changes:
			row("%s, %s" % [version, change[0]])
			var client: RefCounted = trusting(our_stack)
			var server: RefCounted = serving(VERSIONS[version], "revoked")
			meets_twice(client, server)
			client.set(change[0], change[1])
			failed_because(attempt(client, server).client, change[2], [])


func test_a_client_that_is_let_in_no_more_cannot_use_its_old_session(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = trusting(our_stack)
		client.call(&"set_identity", Fixtures.key("player_revoked"), Fixtures.certificate("player_revoked"))
		var server: RefCounted = serving(VERSIONS[version])
		server.call(&"set_client_authentication", 2, Fixtures.certificate("players"))
		meets(client, server, false)
		var link: Link = meets(client, server, true)
		equal(shown_name(link.server), "Player Banned", "whom the server sees in a resumed session")
		server.set(&"revocation_lists_pem", Fixtures.revocation_list("list_of_players"))
		link = attempt(client, server)
		failed_because(link.server, Cause.REVOKED, ["Player Banned"])
		server.set(&"revocation_lists_pem", "")
		meets(client, server, false)
		server.call(&"set_client_authentication", 2, Fixtures.certificate("other_root"))
		link = attempt(client, server)
		failed_because(link.server, Cause.UNTRUSTED_ISSUER, ["Players Root"])


func test_a_client_that_became_somebody_else_is_seen_as_that_one(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = trusting(our_stack)
		client.call(&"set_identity", Fixtures.key("player"), Fixtures.certificate("player"))
		var server: RefCounted = serving(VERSIONS[version])
		server.call(&"set_client_authentication", 2, Fixtures.certificate("players"))
		meets_twice(client, server)
		client.call(&"replace_identity", Fixtures.key("player_rsa"), Fixtures.certificate("player_rsa"))
		for resumed: bool in [false, true]:
			equal(shown_name(meets(client, server, resumed).server), "Player Two", "whom the server sees")


func test_a_session_without_a_certificate_does_not_pass_where_one_is_required(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = trusting(our_stack)
		var server: RefCounted = serving(VERSIONS[version])
		meets_twice(client, server)
		server.call(&"set_client_authentication", 2, Fixtures.certificate("players"))
		var link: Link = attempt(client, server)
		failed_because(link.server, Cause.CLIENT_CERTIFICATE_REQUIRED, ["no certificate"])

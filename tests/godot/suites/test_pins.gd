extends "res://support/connected_suite.gd"
## Pinned public keys: in addition to the usual verification, never instead of it (RFC 7469 defines the form of a pin).


const PREFIX := "sha256/"
## A pin in the right form that belongs to no key.
const NOBODY := "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


func test_any_key_of_the_verified_path_may_be_the_pinned_one(_ours: Stack) -> void:
	var server: RefCounted = _intermediate_server()
	for version: String in VERSIONS:
		for fixture: String in ["leaf_of_intermediate", "intermediate", "root"]:
			var pin: String = _pin(fixture)
			for pins: Array in [[pin], [NOBODY, pin], [pin, NOBODY]]:
				row("%s, %s of %d" % [version, fixture, pins.size()])
				stands(attempt(only(_pinning(pins), VERSIONS[version]), server))


func test_other_keys_are_refused_in_words(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		for pins: PackedStringArray in [[NOBODY], [_pin("other_root"), NOBODY]] as Array[PackedStringArray]:
			row("%s, %d pins" % [version, pins.size()])
			var link: Link = attempt(only(_pinning(pins), VERSIONS[version]), identity(our_stack))
			equal(Link.status(link.client), Stack.Status.ERROR, "status of the client")
			failed_because(link.client, Cause.PIN_MISMATCH, [_pin("localhost"), "localhost", "pinned_public_keys"])
			failed_because(link.server, Cause.PEER_ALERT, [])


func test_a_certificate_that_is_sent_along_does_not_count(_ours: Stack) -> void:
	expect_errors()
	# The pinned key is sent after the chain and is not part of it.
	var pem: String = Fixtures.joined_pem(["localhost", "other_root", "localhost_other"])
	var server: RefCounted = our_stack.call(&"server_from_pem", Fixtures.key_pem("localhost"), pem)
	for fixture: String in ["other_root", "localhost_other"]:
		row(fixture)
		failed_because(attempt(_pinning([_pin(fixture)]), server).client, Cause.PIN_MISMATCH, [])
	row("unsafe with a chain")
	var unsafe: RefCounted = our_stack.client_unsafe(Fixtures.certificate("root"))
	unsafe.set(&"pinned_public_keys", PackedStringArray([_pin("other_root")]))
	failed_because(attempt(unsafe, server).client, Cause.PIN_MISMATCH, [])


func test_a_pinned_key_does_not_stand_in_for_validation(_ours: Stack) -> void:
	expect_errors()
	var rows: Dictionary = {
		"localhost_other": Cause.UNTRUSTED_ISSUER,
		"localhost_expired": Cause.EXPIRED,
		"name_san_dns_other": Cause.NAME_MISMATCH,
		"leaf_sha1": Cause.BAD_CERTIFICATE,
	}
	for fixture: String in rows:
		row(fixture)
		failed_because(attempt(_pinning([_pin(fixture)]), showing(our_stack, fixture)).client, rows[fixture], [])


func test_without_any_validation_only_the_key_of_the_server_counts(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		var client: RefCounted = only(our_stack.client_unsafe(), VERSIONS[version])
		row("%s, its own key" % version)
		client.set(&"pinned_public_keys", PackedStringArray([_pin("localhost_other")]))
		stands(attempt(client, showing(our_stack, "localhost_other")))
		row("%s, another key" % version)
		failed_because(attempt(client, identity(our_stack)).client, Cause.PIN_MISMATCH, [_pin("localhost")])
		# Nothing proves that this CA issued the certificates sent before it.
		row("%s, an authority sent along" % version)
		client.set(&"pinned_public_keys", PackedStringArray([_pin("intermediate")]))
		failed_because(attempt(client, _intermediate_server()).client, Cause.PIN_MISMATCH, [])


func test_a_self_signed_certificate_is_pinned_by_its_own_key(_ours: Stack) -> void:
	expect_errors()
	var client: RefCounted = our_stack.client(Fixtures.certificate("self_signed_openssl"))
	for pinned: bool in [true, false]:
		row("pinned: %s" % pinned)
		client.set(&"pinned_public_keys", PackedStringArray([_pin("self_signed_openssl") if pinned else NOBODY]))
		var link: Link = attempt(client, showing(our_stack, "self_signed_openssl"))
		equal(link.is_connected_on_both_sides(), pinned, "whether it connected")
		if not pinned:
			failed_because(link.client, Cause.PIN_MISMATCH, [])


func test_a_renewed_certificate_with_its_old_key_keeps_its_pin(_ours: Stack) -> void:
	equal(_pin("self_signed_renewed"), _pin("self_signed_ca_false"), "the pin")
	var client: RefCounted = our_stack.client(Fixtures.certificate("self_signed_renewed"))
	client.set(&"pinned_public_keys", PackedStringArray([_pin("self_signed_ca_false")]))
	stands(attempt(client, showing(our_stack, "self_signed_renewed")))


func test_a_server_pins_its_clients(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		for pinned: String in ["player", "players", "player_rsa"]:
			row("%s, %s" % [version, pinned])
			var client: RefCounted = only(trusting(our_stack), VERSIONS[version])
			client.call(&"set_identity", Fixtures.key("player"), Fixtures.certificate("player"))
			var server: RefCounted = identity(our_stack)
			server.call(&"set_client_authentication", 2, Fixtures.certificate("players"))
			server.set(&"pinned_public_keys", PackedStringArray([_pin(pinned)]))
			var link: Link = attempt(client, server)
			if pinned == "player_rsa":
				failed_because(link.server, Cause.PIN_MISMATCH, ["Player One", _pin("player")])
			else:
				stands(link)
	row("a server that asks nobody")
	stands(attempt(trusting(our_stack), with(identity(our_stack), {&"pinned_public_keys": PackedStringArray([NOBODY])})))


func test_the_dry_run_checks_pins_too(_ours: Stack) -> void:
	var client: RefCounted = _pinning([_pin("intermediate")])
	var chain: String = Fixtures.joined_pem(["leaf_of_intermediate", "intermediate"])
	equal(client.call(&"verify_certificate_chain", chain, "localhost"), "", "a chain with the key")
	names(client.call(&"verify_certificate_chain", Fixtures.pem("localhost"), "localhost"), "pinned", "one without it")


func test_a_pin_is_what_openssl_makes_of_the_key(_ours: Stack) -> void:
	# openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64
	var output: Array = []
	var command: String = (
		"openssl x509 -in '%s' -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64"
		% Fixtures.path("root.crt")
	)
	if OS.get_name() == "Windows" or OS.execute("sh", ["-c", command], output) != 0 or str(output[0]).length() < 44:
		skip("there is no openssl")
		return
	equal(_pin("root"), PREFIX + str(output[0]).strip_edges(), "the pin")


func test_malformed_pins_are_an_error_of_the_options(_ours: Stack) -> void:
	expect_errors()
	var good: String = _pin("localhost")
	var rows: Dictionary = {
		"without a hash": good.trim_prefix(PREFIX),
		"another hash": good.replace("sha256", "sha1"),
		"capitals": good.replace("sha256", "SHA256"),
		"as in HTTP headers": "pin-sha256=\"%s\"" % good.trim_prefix(PREFIX),
		"no base64": "sha256/" + "#".repeat(44),
		"base64 for URLs": "sha256/" + "-_".repeat(21) + "A=",
		"cut": good.left(-1),
		"short": "sha256/AAAA",
		"hexadecimal": "sha256/" + "ab".repeat(32),
		"empty": "",
		"a newline behind it": good + "\n",
	}
	for label: String in rows:
		row(label)
		unusable(_pinning([good, rows[label]]), ["pinned_public_keys", "entry 2"])
	row("a server")
	unusable(with(identity(our_stack), {&"pinned_public_keys": PackedStringArray(["x"])}), ["entry 1"])


## Returns options of a client that trusts the fixtures' root and pins keys.
func _pinning(pins: PackedStringArray) -> RefCounted:
	return with(trusting(our_stack), {&"pinned_public_keys": pins})


func _pin(fixture: String) -> String:
	return (our_stack.call(&"certificate_infos_of_pem", Fixtures.pem(fixture)) as Array)[0].public_key_pin


func _intermediate_server() -> RefCounted:
	var chain: X509Certificate = Fixtures.chain(["leaf_of_intermediate", "intermediate"])
	return our_stack.server(Fixtures.key("leaf_of_intermediate"), chain)

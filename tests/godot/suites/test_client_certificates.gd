extends "res://support/connected_suite.gd"
## Clients that present a certificate (mutual TLS), and servers that ask for one.


const NONE := 0
const OPTIONAL := 1
const REQUIRED := 2


func test_a_trusted_client_gets_in_and_is_known_by_name(ours: Stack) -> void:
	for version: String in VERSIONS:
		for mode: int in [OPTIONAL, REQUIRED]:
			for fixture: String in ["player", "player_rsa"]:
				row("%s, mode %d, %s" % [version, mode, fixture])
				var link: Link = attempt(only(_player(fixture), VERSIONS[version]), _asking(mode))
				if not stands(link):
					continue
				equal(link.client.call(&"get_protocol_version"), version.replace(" ", "v"), "the version")
				var name: String = (ours.call(&"certificate_infos", Fixtures.certificate(fixture)) as Array)[0].common_name
				equal(shown_name(link.server), name, "who the server sees")
				equal(shown_name(link.client), "localhost", "who the client sees")


func test_both_ends_see_the_whole_chain_that_was_shown(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var chain: X509Certificate = Fixtures.chain(["player_of_intermediate", "players_intermediate"])
		var client: RefCounted = trusting(our_stack)
		equal(client.call(&"set_identity", Fixtures.key("player_of_intermediate"), chain), OK, "set_identity")
		var link: Link = attempt(only(client, VERSIONS[version]), _asking(REQUIRED))
		if not stands(link):
			continue
		var shown: Array = link.server.call(&"get_peer_certificates")
		equal(shown.size(), 2, "how many certificates the server saw")
		equal(shown[0].get_pem(), Fixtures.pem("player_of_intermediate"), "the first one")
		equal(shown[1].get_pem(), Fixtures.pem("players_intermediate"), "the second one")


func test_a_server_that_does_not_ask_sees_nobody(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var servers: Array[RefCounted] = [identity(our_stack), _asking(REQUIRED)]
		equal(servers[1].call(&"set_client_authentication", NONE, null), OK, "turning it off again")
		for server: RefCounted in servers:
			var link: Link = attempt(only(_player(), VERSIONS[version]), server)
			if stands(link):
				equal(link.server.call(&"get_peer_certificates"), [], "what the server sees")


func test_a_client_without_a_certificate_gets_in_where_it_is_optional(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var link: Link = attempt(only(trusting(our_stack), VERSIONS[version]), _asking(OPTIONAL))
		if stands(link):
			equal(link.server.call(&"get_peer_certificates"), [], "what the server sees")


func test_a_client_without_a_certificate_is_refused_where_it_is_required(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		_refused(only(trusting(our_stack), VERSIONS[version]), _asking(REQUIRED), Cause.CLIENT_CERTIFICATE_REQUIRED,
			["no certificate", "set_client_authentication"], ["none to show", "set_identity"])


func test_a_shown_certificate_must_be_trusted_even_where_it_is_optional(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		for mode: int in [OPTIONAL, REQUIRED]:
			row("%s, mode %d" % [version, mode])
			# A certificate for clients, issued by the root of this server: the wrong CA for players.
			var client: RefCounted = only(_player("leaf_client_auth"), VERSIONS[version])
			_refused(client, _asking(mode), Cause.UNTRUSTED_ISSUER,
				["Fixture Root", "set_client_authentication"], ["refused this client's certificate", "unknown_ca"])


func test_an_expired_client_is_refused_with_the_date(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = only(_player("player_expired"), VERSIONS[version])
		_refused(client, _asking(REQUIRED), Cause.EXPIRED, ["2021-01-01", "Player Past"], ["Player Past", "renew"])


func test_a_certificate_for_servers_is_none_for_clients(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		var server: RefCounted = _asking(REQUIRED, "root")
		_refused(only(_player("localhost"), VERSIONS[version]), server, Cause.BAD_CERTIFICATE,
			["localhost", "client"], ["localhost"])


func test_a_client_that_leaves_out_an_intermediate_is_told_so(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		_refused(only(_player("player_of_intermediate"), VERSIONS[version]), _asking(REQUIRED),
			Cause.UNTRUSTED_ISSUER, ["Players Below", "intermediate"], ["intermediate"])


func test_a_self_signed_client_gets_in_only_where_it_is_trusted_itself(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		var link: Link = attempt(only(_player("player_self_signed"), VERSIONS[version]),
			_asking(REQUIRED, "player_self_signed"))
		if stands(link):
			equal(shown_name(link.server), "Player Alone", "who the server sees")
		_refused(only(_player("player_self_signed"), VERSIONS[version]), _asking(REQUIRED),
			Cause.UNTRUSTED_ISSUER, ["Player Alone", "self-signed"], ["refused"])


func test_nothing_is_told_of_a_peer_that_was_not_accepted(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		for fixture: String in ["player", "leaf_client_auth"]:
			row("%s, %s" % [version, fixture])
			var link: Link = Link.new(our_stack, our_stack)
			link.start("localhost", only(_player(fixture), VERSIONS[version]), _asking(REQUIRED))
			wait_until(func() -> bool:
				if Link.status(link.server) != Stack.Status.CONNECTED:
					equal(link.server.call(&"get_peer_certificates"), [], "what is told before it was accepted")
				link.pump()
				return not link.is_handshaking())
			equal(shown_name(link.server), "Player One" if fixture == "player" else "", "who the server sees")
			link.client.call(&"disconnect_from_stream")
			equal(link.client.call(&"get_peer_certificates"), [], "what is told after the end")
		row("%s, a server" % version)
		var refusing: Link = attempt(only(trusting(our_stack), VERSIONS[version]), showing(our_stack, "localhost_other"))
		equal(refusing.client.call(&"get_peer_certificates"), [], "what is told of a refused server")


func test_the_default_trust_lets_no_client_in(_ours: Stack) -> void:
	# The project's default trusted root is that of the fixtures, which issued this client certificate.
	expect_errors()
	equal(our_stack.call(&"trust_subjects"), PackedStringArray(["CN=Fixture Root,O=Fixtures"]), "the default trust")
	_refused(_player("leaf_client_auth"), _asking(REQUIRED), Cause.UNTRUSTED_ISSUER, ["not trusted"], ["refused"])


func test_in_tls_1_3_the_client_learns_of_a_refusal_at_its_next_poll(_ours: Stack) -> void:
	expect_errors()
	for client: RefCounted in [trusting(our_stack), _player("leaf_client_auth")]:
		var link: Link = _refused_after_the_clients_handshake(client)
		equal(Link.status(link.client), Stack.Status.CONNECTED, "status before it hears of it")
		Link.poll(link.client, link.client_base)
		_check_it_knows(link.client)


func test_in_tls_1_3_the_client_learns_of_a_refusal_at_its_next_read(_ours: Stack) -> void:
	expect_errors()
	for method: StringName in [&"get_partial_data", &"get_data"]:
		row(method)
		var link: Link = _refused_after_the_clients_handshake(trusting(our_stack))
		var result: Array = link.client.call(method, 10)
		equal(result[0], ERR_CONNECTION_ERROR, "the error of the read")
		_check_it_knows(link.client)


func test_data_sent_before_the_refusal_was_heard_does_not_hide_it(_ours: Stack) -> void:
	expect_errors()
	var link: Link = _refused_after_the_clients_handshake(trusting(our_stack))
	link.client.put_partial_data("hello".to_utf8_buffer())
	link.pump_until(func() -> bool: return Link.status(link.client) != Stack.Status.CONNECTED)
	_check_it_knows(link.client)


func test_a_refused_client_can_connect_once_it_has_an_identity(_ours: Stack) -> void:
	expect_errors()
	var server: RefCounted = _asking(REQUIRED)
	var client: RefCounted = trusting(our_stack)
	var link: Link = attempt(client, server)
	check(not link.is_connected_on_both_sides(), "it got in without a certificate")
	equal(client.call(&"set_identity", Fixtures.key("player"), Fixtures.certificate("player")), OK, "set_identity")
	stands(attempt(client, server))
	var error: int = client.call(&"replace_identity", Fixtures.key("player_rsa"), Fixtures.certificate("player_rsa"))
	equal(error, OK, "replace_identity")
	equal(shown_name(attempt(client, server).server), "Player Two", "who the server sees after it was replaced")


func test_the_engines_client_is_refused_and_ours_asks_the_engines_server_nothing(engine: Stack) -> void:
	expect_errors()
	var link: Link = Link.new(engine, our_stack)
	link.start("localhost", trusting(engine), _asking(REQUIRED))
	check(not link.handshake(), "the engine's client got in without a certificate")
	failed_because(link.server, Cause.CLIENT_CERTIFICATE_REQUIRED, ["no certificate"])
	link = Link.new(engine, our_stack)
	link.start("localhost", trusting(engine), _asking(OPTIONAL))
	check(link.handshake(), "the engine's client did not get in where it is optional")
	link = Link.new(our_stack, engine)
	link.start("localhost", _player(), identity(engine))
	check(link.handshake(), "a client with an identity did not connect to the engine's server")


func test_identities_that_cannot_be_used_are_refused_at_once(_ours: Stack) -> void:
	expect_errors()
	var client: RefCounted = _player()
	var key: CryptoKey = Fixtures.key("player")
	var certificate: X509Certificate = Fixtures.certificate("player")
	var rows: Dictionary = {
		"no key": [client, null, certificate],
		"no certificate": [client, key, null],
		"empty key": [client, CryptoKey.new(), certificate],
		"empty certificate": [client, key, X509Certificate.new()],
		"another key": [client, Fixtures.key("localhost"), certificate],
		"a weak key": [client, Fixtures.key("leaf_rsa1024"), Fixtures.certificate("leaf_rsa1024")],
		"a server": [identity(our_stack), key, certificate],
	}
	for label: String in rows:
		row(label)
		forget_errors()
		var error: int = rows[label][0].call(&"set_identity", rows[label][1], rows[label][2])
		equal(error, ERR_INVALID_PARAMETER, "set_identity")
		if can_read_log():
			equal(printed_errors().size(), 1, "how many errors were printed")
	row("afterwards")
	equal(client.call(&"get_error"), "", "get_error()")
	equal(shown_name(attempt(client, _asking(REQUIRED)).server), "Player One", "who the server sees")


func test_clients_are_only_asked_with_somebody_to_trust(_ours: Stack) -> void:
	expect_errors()
	var chain: X509Certificate = Fixtures.certificate("players")
	var server: RefCounted = _asking(REQUIRED)
	var rows: Dictionary = {
		"optional, null": [server, OPTIONAL, null],
		"required, null": [server, REQUIRED, null],
		"an empty chain": [server, REQUIRED, X509Certificate.new()],
		"an unknown mode": [server, 3, chain],
		"a negative mode": [server, -1, chain],
		"a client": [trusting(our_stack), REQUIRED, chain],
		"a client, none": [trusting(our_stack), NONE, null],
	}
	for label: String in rows:
		row(label)
		var error: int = rows[label][0].call(&"set_client_authentication", rows[label][1], rows[label][2])
		equal(error, ERR_INVALID_PARAMETER, "set_client_authentication")
	row("afterwards")
	var link: Link = attempt(trusting(our_stack), server)
	check(not link.is_connected_on_both_sides(), "a refused call let everybody in")


func test_a_name_that_goes_on_behind_a_nul_reads_as_no_other_name(ours: Stack) -> void:
	var name: PackedByteArray = "adm_guest".to_ascii_buffer()
	name[3] = 0
	var bytes: PackedByteArray = _renamed("self_signed_openssl", "localhost".to_ascii_buffer(), name)
	var certificate: X509Certificate = X509Certificate.new()
	equal(certificate.load_from_string(Fixtures.armored(bytes)), OK, "loading the certificate")
	var client: RefCounted = trusting(our_stack)
	equal(client.call(&"set_identity", Fixtures.key("self_signed_openssl"), certificate), OK, "set_identity")
	for version: String in VERSIONS:
		row(version)
		var server: RefCounted = identity(our_stack)
		equal(server.call(&"set_client_authentication", REQUIRED, certificate), OK, "set_client_authentication")
		var link: Link = attempt(only(client, VERSIONS[version]), server)
		if stands(link):
			_check_it_has_no_name((link.server.call(&"get_peer_certificates") as Array)[0])
	row("read from text")
	_check_it_has_no_name((ours.call(&"certificate_infos_of_pem", Fixtures.armored(bytes)) as Array)[0])


func _check_it_has_no_name(info: RefCounted) -> void:
	equal(info.get(&"common_name"), "", "the common name")
	equal(info.get(&"subject_alternative_names"), PackedStringArray(["127.0.0.1"]), "the alternative names")
	equal(info.get(&"subject"), "CN=adm\\00guest", "the subject")
	equal(info.get(&"issuer"), "CN=adm\\00guest", "the issuer")


## Returns a self-signed fixture with an RSA key whose name is replaced by one of the same length, signed again.
func _renamed(fixture: String, old: PackedByteArray, new: PackedByteArray) -> PackedByteArray:
	var hex: String = Fixtures.der(fixture).hex_encode()
	var bytes: PackedByteArray = hex.replace(old.hex_encode(), new.hex_encode()).hex_decode()
	# Four bytes of header precede the signed part; bytes 2 and 3 of the signed part are its length.
	var signed: PackedByteArray = bytes.slice(4, 8 + bytes[6] * 256 + bytes[7])
	var hash: HashingContext = HashingContext.new()
	hash.start(HashingContext.HASH_SHA256)
	hash.update(signed)
	var signature: PackedByteArray = Crypto.new().sign(HashingContext.HASH_SHA256, hash.finish(), Fixtures.key(fixture))
	return bytes.slice(0, bytes.size() - signature.size()) + signature


## Returns options of a client that presents a fixture.
func _player(fixture: String = "player") -> RefCounted:
	var options: RefCounted = trusting(our_stack)
	var error: int = options.call(&"set_identity", Fixtures.key(fixture), Fixtures.certificate(fixture))
	equal(error, OK, "set_identity")
	return options


## Returns options of a server that asks clients for a certificate.
func _asking(mode: int, trusted: String = "players") -> RefCounted:
	var options: RefCounted = identity(our_stack)
	equal(options.call(&"set_client_authentication", mode, Fixtures.certificate(trusted)), OK, "set_client_authentication")
	return options


## Checks that a client is refused: the cause and message of the server, and the final ones of the client.
func _refused(
	client: RefCounted, server: RefCounted, cause: Cause, server_words: Array[String], client_words: Array[String]
) -> void:
	var link: Link = attempt(client, server)
	link.pump_until(func() -> bool: return Link.status(link.client) != Stack.Status.CONNECTED, 5.0)
	equal(Link.status(link.server), Stack.Status.ERROR, "status of the server")
	failed_because(link.server, cause, server_words)
	failed_because(link.client, Cause.CLIENT_CERTIFICATE_REQUIRED, client_words)


## Returns a pair whose client finished its handshake and was then refused: the alert is in the client's socket.
func _refused_after_the_clients_handshake(client: RefCounted) -> Link:
	var link: Link = Link.new(our_stack, our_stack)
	link.start("localhost", only(client, TLS_VERSION_1_3), _asking(REQUIRED))
	link.pump_until(func() -> bool: return Link.status(link.client) == Stack.Status.CONNECTED)
	# The client is not polled from here on.
	check(wait_until(func() -> bool:
		Link.poll(link.server, link.server_base)
		return Link.status(link.server) == Stack.Status.ERROR), "the server did not refuse it")
	wait_for_raw_bytes(link.client_base, 1)
	return link


func _check_it_knows(client: StreamPeer) -> void:
	equal(Link.status(client), Stack.Status.DISCONNECTED, "status")
	failed_because(client, Cause.CLIENT_CERTIFICATE_REQUIRED, ["client"])

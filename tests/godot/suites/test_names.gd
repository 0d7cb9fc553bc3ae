extends "res://support/verdict_suite.gd"
## Names that a certificate is accepted for.


const YES := true
const NO := false


func test_names_match_as_with_the_engine(stack: Stack) -> void:
	_check_table(stack, [
		["localhost", "localhost", YES],
		["localhost", "LOCALHOST", YES],
		["localhost", "elsewhere", NO],
		["localhost", "", NO],
		["name_dotted_san", "localhost", NO],
		["name_cn_only", "localhost", YES],
		["name_cn_only", "LocalHost", YES],
		["name_cn_only", "elsewhere", NO],
		["name_san_dns_other", "localhost", NO],
		["name_san_dns_other", "other.example.test", YES],
		["name_san_ip_other", "localhost", NO],
		["name_san_email", "localhost", NO],
		["name_none", "localhost", NO],
		["name_none", "Nameless", NO],
	])


func test_wildcards_stand_for_one_whole_leftmost_label(stack: Stack) -> void:
	for certificate: String in ["name_wildcard_san", "name_wildcard_cn"]:
		_check_table(stack, [
			[certificate, "a.example.test", YES],
			[certificate, "A.Example.TEST", YES],
			[certificate, "a.b.example.test", NO],
			[certificate, "example.test", NO],
			[certificate, ".example.test", NO],
		])
	_check_table(stack, [
		["name_wildcard_partial", "foo.example.test", NO],
		["name_wildcard_partial", "f.example.test", NO],
		["name_wildcard_bare", "localhost", NO],
		["name_wildcard_bare", "a.test", NO],
	])


## The engine accepts it. A wildcard over a whole top-level domain is stricter here, as in browsers.
func test_a_wildcard_over_a_top_level_domain_matches_nothing(ours: Stack) -> void:
	_check_table(ours, [["name_wildcard_top", "foo.test", NO]])


func test_addresses_match_addresses_only(stack: Stack) -> void:
	_check_table(stack, [
		["name_ip", "127.0.0.1", YES],
		["name_ip", "::1", YES],
		["name_ip", "0:0:0:0:0:0:0:1", YES],
		["name_ip", "[::1]", NO],
		["name_ip", "127.1", NO],
		["name_ip", "127.0.0.2", NO],
		["name_ip", "localhost", NO],
		["name_cn_ip", "127.0.0.1", YES],
		["name_cn_ip", "127.0.0.2", NO],
		["localhost", "127.0.0.1", NO],
	])


func test_what_the_engine_gets_wrong_about_names_is_right(ours: Stack) -> void:
	_check_table(ours, [
		["localhost", "localhost.", YES],
		["localhost", "localhost..", NO],
		["localhost", ".", NO],
		["name_wildcard_san", "a.example.test.", YES],
		["name_wildcard_san", "*.example.test", NO],
		["name_wildcard_cn", "*.example.test", NO],
		["name_dns_ip", "127.0.0.1", NO],
		["name_wildcard_cn", "127.0.0.1", NO],
		# A whole top-level domain has no single owner.
		["name_wildcard_top", "foo.test", NO],
	])


func test_international_names_match_their_ascii_form(ours: Stack) -> void:
	_check_table(ours, [
		["name_idn", "bücher.example.test", YES],
		["name_idn", "BÜCHER.example.test", YES],
		["name_idn", "xn--bcher-kva.example.test", YES],
		["name_idn", "bucher.example.test", NO],
	])


func test_an_override_replaces_the_host_altogether(stack: Stack) -> void:
	expect_errors()
	var root: X509Certificate = Fixtures.certificate("root")
	var rows: Array[Array] = [
		["localhost", "elsewhere.example.test", "localhost", YES],
		["localhost", "localhost", "elsewhere.example.test", NO],
		["name_ip", "localhost", "127.0.0.1", YES],
		["name_ip", "127.0.0.1", "localhost", NO],
		["localhost", "", "localhost", YES],
	]
	for case: Array in rows:
		row("%s asked for \"%s\" with override \"%s\"" % [case[0], case[1], case[2]])
		var result: Verdict = verdict(stack, stack.client(root, case[2]), case[1], [case[0]])
		expect_verdict(stack, result, case[3])


func test_an_override_may_be_any_text(ours: Stack) -> void:
	expect_errors()
	var root: X509Certificate = Fixtures.certificate("root")
	for case: Array in [["My Game Server", YES], ["my game server", YES], ["My Other Server", NO]]:
		row(case[0])
		var result: Verdict = verdict(ours, ours.client(root, case[0]), "localhost", ["name_free_text"])
		expect_verdict(ours, result, case[1], -1 if case[1] else CAUSE_NAME_MISMATCH)


func test_name_constraints_of_an_authority_hold(ours: Stack) -> void:
	expect_errors()
	# The engine cannot parse this CA certificate.
	var options: RefCounted = ours.call(&"client_from_pem", Fixtures.pem("root_constrained"))
	var inside: Verdict = verdict(ours, options, "play.example.test", ["name_constrained_inside"])
	row("inside")
	expect_verdict(ours, inside, YES)
	row("outside")
	expect_verdict(ours, verdict(ours, options, "localhost", ["name_constrained_outside"]), NO)


func test_an_unsafe_client_with_a_chain_ignores_the_name_only(stack: Stack) -> void:
	expect_errors()
	var options: RefCounted = stack.client_unsafe(Fixtures.certificate("root"))
	var cases: Array[Array] = [
		["localhost", "elsewhere", YES], ["localhost_expired", "localhost", NO], ["localhost_other", "localhost", NO],
	]
	for case: Array in cases:
		row("%s for %s" % [case[0], case[1]])
		var link: Link = _connect_unsafe(stack, options, case[1], case[0])
		equal(Link.status(link.client) == Stack.Status.CONNECTED, case[2], "whether it connected")


func test_an_unsafe_client_accepts_what_can_be_parsed(stack: Stack) -> void:
	var certificates: PackedStringArray = ["localhost_other", "localhost_expired", "localhost_future", "self_signed_sha1"]
	for certificate: String in certificates:
		row(certificate)
		var link: Link = _connect_unsafe(stack, stack.client_unsafe(), "wrong.example.test", certificate)
		equal(Link.status(link.client), Stack.Status.CONNECTED, "status")


func test_an_unsafe_client_cannot_use_keys_whose_signature_nobody_can_check(ours: Stack) -> void:
	expect_errors()
	for certificate: String in ["leaf_rsa1024", "self_signed_rsa1024", "leaf_v1"]:
		row(certificate)
		var link: Link = _connect_unsafe(ours, ours.client_unsafe(), "localhost", certificate)
		equal(Link.status(link.client), Stack.Status.ERROR, "status")
		check(not str(link.client.call(&"get_last_error")).is_empty(), "it gives no reason")


func test_an_unsafe_client_refuses_a_server_without_the_key_of_what_it_shows(ours: Stack) -> void:
	expect_errors()
	for version: int in 2:
		row("version %d" % version)
		var options: RefCounted = ours.client_unsafe()
		options.set(&"min_version", version)
		options.set(&"max_version", version)
		# The engine serves with any key.
		var link: Link = Link.new(ours, Stack.new())
		var impostor: CryptoKey = Fixtures.key("self_signed_impostor")
		link.start("localhost", options, link.server_stack.server(impostor, Fixtures.certificate("localhost")))
		check(not link.handshake(), "it connected")
		equal(Link.status(link.client), Stack.Status.ERROR, "status")
		names(link.client.call(&"get_last_error"), "private key", "the reason")


func test_unsafe_options_warn_once_whatever_their_connections(ours: Stack) -> void:
	if not can_read_log():
		skip("this engine does not let scripts read what is printed")
		return
	var options: RefCounted = ours.client_unsafe()
	for connection: int in 3:
		_connect_unsafe(ours, options, "localhost", "localhost")
	equal(printed_warnings().size(), 1, "the number of warnings")
	_connect_unsafe(ours, ours.client_unsafe(), "localhost", "localhost")
	equal(printed_warnings().size(), 2, "the number of warnings with a second object")
	# Objects of the engine too, although their contents are equal.
	var engine: Stack = Stack.new()
	for object: RefCounted in [engine.client_unsafe(), engine.client_unsafe()]:
		for connection: int in 2:
			_connect_unsafe(ours, object, "localhost", "localhost")
	equal(printed_warnings().size(), 4, "the number of warnings with two objects of the engine's")


func _connect_unsafe(stack: Stack, options: RefCounted, common_name: String, certificate: String) -> Link:
	var link: Link = Link.new(stack, Stack.new())
	var server: RefCounted = link.server_stack.server(Fixtures.key(certificate), Fixtures.certificate(certificate))
	link.start(common_name, options, server)
	link.handshake()
	return link


func _check_table(stack: Stack, rows: Array) -> void:
	expect_errors()
	var root: X509Certificate = Fixtures.certificate("root")
	for case: Array in rows:
		row("%s for \"%s\"" % [case[0], case[1]])
		var result: Verdict = verdict(stack, stack.client(root), case[1], [case[0]])
		expect_verdict(stack, result, case[2], -1 if case[2] else CAUSE_NAME_MISMATCH)
	row("")

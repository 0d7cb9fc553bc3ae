extends "res://support/verdict_suite.gd"
## Certificates that are trusted, the chains that lead to them, and certificates that are never trusted.


const YES := true
const NO := false


func test_a_trusted_self_signed_certificate_is_its_own_anchor(stack: Stack) -> void:
	_check_table(stack, [
		["self_signed_openssl", ["self_signed_openssl"], YES],
		["self_signed_openssl_cn", ["self_signed_openssl_cn"], YES],
		["self_signed_ca_false", ["self_signed_ca_false"], YES],
		["self_signed_no_constraints", ["self_signed_no_constraints"], YES],
		["self_signed_sha512", ["self_signed_sha512"], YES],
		["self_signed_pss", ["self_signed_pss"], YES],
		["self_signed_p384", ["self_signed_p384"], YES],
		["self_signed_p521", ["self_signed_p521"], YES],
	])


func test_a_trusted_self_signed_certificate_is_checked_all_the_same(stack: Stack) -> void:
	_check_table(stack, [
		["self_signed_expired", ["self_signed_expired"], NO, CAUSE_EXPIRED],
		["self_signed_other_name", ["self_signed_other_name"], NO, CAUSE_NAME_MISMATCH],
		["self_signed_sha1", ["self_signed_sha1"], NO, CAUSE_BAD_CERTIFICATE],
		["self_signed_rsa1024", ["self_signed_rsa1024"], NO, CAUSE_BAD_CERTIFICATE],
		["self_signed_p224", ["self_signed_p224"], NO],
		["self_signed_secp256k1", ["self_signed_secp256k1"], NO],
		["self_signed_openssl", ["self_signed_ca_false"], NO, CAUSE_UNTRUSTED_ISSUER],
	])


func test_weak_leaves_of_a_trusted_authority_are_refused(stack: Stack) -> void:
	_check_table(stack, [
		["root", ["leaf_sha1"], NO, CAUSE_BAD_CERTIFICATE],
		["root", ["leaf_rsa1024"], NO, CAUSE_BAD_CERTIFICATE],
		["root", ["leaf_p224"], NO],
	])


func test_certificates_of_the_first_version_are_no_longer_accepted(ours: Stack) -> void:
	_check_table(ours, [
		["root_v1", ["leaf_of_root_v1"], NO],
		["self_signed_v1", ["self_signed_v1"], NO],
		["root", ["leaf_v1"], NO],
	])


func test_the_engine_still_accepts_certificates_of_the_first_version(engine: Stack) -> void:
	_check_table(engine, [
		["root_v1", ["leaf_of_root_v1"], YES],
		["self_signed_v1", ["self_signed_v1"], YES],
		["root", ["leaf_v1"], YES],
	])


func test_a_leaf_in_the_trusted_chain_is_no_anchor(stack: Stack) -> void:
	_check_table(stack, [["localhost", ["localhost"], NO, CAUSE_UNTRUSTED_ISSUER]])


func test_the_reason_says_to_trust_the_issuer_of_such_a_leaf(ours: Stack) -> void:
	expect_errors()
	var result: Verdict = verdict(ours, ours.client(Fixtures.certificate("localhost")), "localhost", ["localhost"])
	names(result.error, "Fixture Root", "the reason")


func test_intermediates_are_found_where_they_are_sent_or_trusted(stack: Stack) -> void:
	_check_table(stack, [
		["intermediate", ["leaf_of_intermediate"], YES],
		["root", ["leaf_of_intermediate"], NO, CAUSE_UNTRUSTED_ISSUER],
		["root", ["leaf_of_intermediate", "intermediate"], YES],
		["root", ["leaf_of_intermediate", "intermediate", "root"], YES],
		["other_root", ["leaf_of_intermediate", "intermediate", "root"], NO, CAUSE_UNTRUSTED_ISSUER],
	])


func test_only_an_authority_makes_a_chain(stack: Stack) -> void:
	_check_table(stack, [
		["root", ["leaf_of_not_ca", "intermediate_not_ca"], NO],
		["root_not_ca", ["leaf_of_root_not_ca"], NO],
		["root_no_cert_sign", ["leaf_of_root_no_cert_sign"], NO],
		["root_expired", ["leaf_of_root_expired"], NO, CAUSE_EXPIRED],
		["root_pathlen0", ["leaf_below_pathlen0", "intermediate_below_pathlen0"], NO],
		["root_no_key_usage", ["leaf_of_root_no_key_usage"], YES],
		["root_pathlen0", ["leaf_of_root_pathlen0"], YES],
	])


func test_a_leaf_is_only_good_for_what_it_was_made_for(stack: Stack) -> void:
	_check_table(stack, [
		["root", ["leaf_client_auth"], NO],
		["root", ["leaf_no_signature_usage"], NO],
	])


func test_an_unknown_critical_extension_is_refused(ours: Stack) -> void:
	expect_errors()
	var options: RefCounted = ours.call(&"client_from_pem", Fixtures.pem("root_unknown_critical"))
	expect_verdict(ours, verdict(ours, options, "localhost", ["leaf_of_root_unknown_critical"]), NO)
	# Neither stack's server presents such a leaf, so the leaf is verified without a connection.
	var leaf: String = Fixtures.pem("leaf_unknown_critical")
	options = ours.call(&"client_from_pem", Fixtures.pem("root"))
	check(not str(options.call(&"verify_certificate_chain", leaf, "localhost")).is_empty(), "the leaf was accepted")
	var server: RefCounted = ours.call(&"server_from_pem", Fixtures.key_pem("leaf_unknown_critical"), leaf)
	check(not str(server.call(&"get_error")).is_empty(), "a server would show it")


func test_ed25519_works_in_leaf_authority_and_alone(ours: Stack) -> void:
	var rows: Dictionary = {
		"localhost_ed25519": "root", "leaf_of_root_ed25519": "root_ed25519", "self_signed_ed25519": "self_signed_ed25519",
	}
	for leaf: String in rows:
		row(leaf)
		var options: RefCounted = ours.call(&"client_from_pem", Fixtures.pem(rows[leaf]))
		expect_verdict(ours, verdict(ours, options, "localhost", [leaf], _from_pem(ours, leaf)), YES)


func test_every_common_kind_of_key_works(stack: Stack) -> void:
	_check_table(stack, [
		["root", ["localhost_rsa2048"], YES],
		["root", ["localhost_rsa3072"], YES],
		["root", ["localhost_rsa4096"], YES],
		["root", ["localhost_p384"], YES],
		["root", ["localhost"], YES],
	])


func test_an_empty_chain_trusts_nobody(stack: Stack) -> void:
	expect_errors()
	for options: RefCounted in [stack.client(X509Certificate.new()), stack.client_unsafe(X509Certificate.new())]:
		var link: Link = Link.new(stack, Stack.new())
		link.start(
			"localhost", options, link.server_stack.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))
		)
		check(not link.handshake(), "it connected")
		check(Link.status(link.client) != Stack.Status.CONNECTED, "status %d" % Link.status(link.client))


func test_a_given_chain_replaces_the_default_trust(stack: Stack) -> void:
	# The default trusted root of this project issued the default certificate.
	_check_table(stack, [["other_root", ["localhost"], NO, CAUSE_UNTRUSTED_ISSUER]])


func test_all_certificates_of_a_trusted_file_count(stack: Stack) -> void:
	expect_errors()
	var both: X509Certificate = Fixtures.chain(["other_root", "root"])
	for leaf: String in ["localhost", "localhost_other"]:
		row(leaf)
		expect_verdict(stack, verdict(stack, stack.client(both), "localhost", [leaf]), YES)


func test_a_chain_that_cannot_be_read_back_is_refused_in_words(ours: Stack) -> void:
	expect_errors()
	# Without a file the engine returns only the first of the certificates.
	var both: X509Certificate = X509Certificate.new()
	both.load_from_string(Fixtures.joined_pem(["other_root", "root"]))
	var options: RefCounted = ours.client(both)
	check(not str(options.call(&"get_error")).is_empty(), "get_error() gives no reason")
	var link: Link = Link.new(ours, Stack.new())
	var identity: RefCounted = link.server_stack.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))
	link.start("localhost", options, identity)
	check(link.connect_error != OK, "connect_to_stream returned OK")
	check(not link.handshake(), "it connected")


func test_a_server_chain_that_cannot_be_read_back_is_refused_in_words(ours: Stack) -> void:
	expect_errors()
	var chain: X509Certificate = X509Certificate.new()
	chain.load_from_string(Fixtures.joined_pem(["leaf_of_intermediate", "intermediate"]))
	var options: RefCounted = ours.server(Fixtures.key("leaf_of_intermediate"), chain)
	check(not str(options.call(&"get_error")).is_empty(), "get_error() gives no reason")
	var error: int = ours.stream().call(&"accept_stream", Link.tcp_pair()[0], options)
	equal(error, ERR_INVALID_PARAMETER, "accept_stream")


func test_a_certificate_too_long_for_the_engine_to_give_back_is_read_from_its_file(stack: Stack) -> void:
	expect_errors()
	var options: RefCounted = stack.client(Fixtures.chain(["self_signed_huge"]))
	expect_verdict(stack, verdict(stack, options, "localhost", ["self_signed_huge"]), YES)


func test_without_a_file_such_a_certificate_is_refused_in_words(ours: Stack) -> void:
	expect_errors()
	var options: RefCounted = ours.client(Fixtures.certificate("self_signed_huge"))
	check(not str(options.call(&"get_error")).is_empty(), "get_error() gives no reason")
	options = ours.call(&"client_from_pem", Fixtures.pem("self_signed_huge"))
	equal(options.call(&"get_error"), "", "get_error() of the text itself")
	expect_verdict(ours, verdict(ours, options, "localhost", ["self_signed_huge"]), YES)


func test_certificates_can_be_judged_for_another_day(ours: Stack) -> void:
	var options: RefCounted = ours.client(Fixtures.certificate("root"))
	var days: Dictionary = {
		"localhost_expired": "2020-06-01T00:00:00",
		"localhost_future": "2095-01-01T00:00:00",
		"localhost": "2030-01-01T00:00:00",
	}
	for leaf: String in days:
		row(leaf)
		var time: int = Time.get_unix_time_from_datetime_string(days[leaf])
		equal(options.call(&"verify_certificate_chain", Fixtures.pem(leaf), "localhost", time), "", "the verdict then")
	row("")
	var late: int = Time.get_unix_time_from_datetime_string("2100-06-01T00:00:00")
	var words: String = options.call(&"verify_certificate_chain", Fixtures.pem("localhost"), "localhost", late)
	check(not words.is_empty(), "accepted after its end")
	words = options.call(&"verify_certificate_chain", "no certificate at all", "localhost")
	check(not words.is_empty(), "accepted without a certificate")


func _from_pem(ours: Stack, fixture: String) -> RefCounted:
	return ours.call(&"server_from_pem", Fixtures.key_pem(fixture), Fixtures.pem(fixture))


func _check_table(stack: Stack, rows: Array) -> void:
	expect_errors()
	for case: Array in rows:
		var sent: PackedStringArray = case[1]
		row("%s under %s" % [" with ".join(sent), case[0]])
		var result: Verdict = verdict(stack, stack.client(Fixtures.certificate(case[0])), "localhost", sent)
		expect_verdict(stack, result, case[2], case[3] if case.size() > 3 else -1)
	row("")

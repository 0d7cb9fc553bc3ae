extends "res://support/certificate_suite.gd"
## Own certificate authorities (CA) and issued certificates: clients of both kinds accept the chain for its names only.


const CA_NAME := "CN=My CA,O=A Game"
const NAMES: PackedStringArray = ["play.example.test", "*.rooms.example.test", "192.168.1.5", "fd00::5"]
const REQUIRED := 2

var _ca_key: CryptoKey = Fixtures.lone_key("p256")
var _key: CryptoKey = Fixtures.lone_key("p384")


func test_the_authority_says_what_was_asked_for(_ours: Stack) -> void:
	for fixture: String in ["rsa2048", "p256", "p384", "p521"]:
		row(fixture)
		var info: Object = read(_authority(Fixtures.lone_key(fixture)))
		if info == null:
			continue
		equal([info.subject, info.issuer], ["O=A Game,CN=My CA", "O=A Game,CN=My CA"], "names")
		equal([info.is_certificate_authority, info.is_self_signed], [true, true], "authority and self-signed")
		equal(info.subject_alternative_names, PackedStringArray(), "alternative names")
		equal(info.not_before, Time.get_unix_time_from_datetime_string("2020-01-01T00:00:00"), "not_before")
		equal(info.not_after, Time.get_unix_time_from_datetime_string("2099-12-31T23:59:59"), "not_after")


func test_what_it_issues_says_what_was_asked_for(_ours: Stack) -> void:
	var ca: X509Certificate = _authority()
	var kinds: Dictionary = {
		"rsa2048": "RSA 2048", "rsa4096": "RSA 4096", "p256": "ECDSA P-256", "p384": "ECDSA P-384", "p521": "ECDSA P-521",
	}
	for fixture: String in kinds:
		for half: CryptoKey in [Fixtures.lone_key(fixture), Fixtures.public_half(Fixtures.lone_key(fixture))]:
			row("%s, public %s" % [fixture, half.is_public_only()])
			var info: Object = read(_issue(ca, half, NAME + ",OU=Servers"))
			if info == null:
				continue
			equal(info.subject, "OU=Servers,CN=play.example.test", "the subject")
			equal(info.issuer, "O=A Game,CN=My CA", "the issuer")
			equal([info.is_certificate_authority, info.is_self_signed], [false, false], "authority and self-signed")
			equal(info.subject_alternative_names, NAMES, "alternative names")
			equal(info.public_key_algorithm, kinds[fixture], "the kind of key")
			# The signer is the CA, whose key is P-256.
			equal(info.signature_algorithm, "ecdsa-with-SHA256", "the signature")


func test_without_names_the_common_name_becomes_one(_ours: Stack) -> void:
	var expected: Dictionary = {"CN=a.test": ["a.test"], "CN=127.0.0.1": ["127.0.0.1"], "CN=Player One": []}
	for name: String in expected:
		row(name)
		var info: Object = read(_issue(_authority(), _key, name, []))
		if info != null:
			equal(info.subject_alternative_names, PackedStringArray(expected[name]), "alternative names")


func test_a_chain_is_accepted_under_each_of_its_names(_ours: Stack) -> void:
	allow_seconds(60.0)
	for pair: Array in [["p256", "p256"], ["p384", "rsa2048"], ["rsa2048", "p384"], ["p521", "p256"]]:
		row("authority %s, server %s" % pair)
		var ca_key: CryptoKey = Fixtures.lone_key(pair[0])
		var key: CryptoKey = Fixtures.lone_key(pair[1])
		var ca: X509Certificate = _authority(ca_key)
		var certificate: X509Certificate = _issue(ca, key, NAME, NAMES, ca_key)
		accepted_under(["play.example.test", "one.rooms.example.test", "192.168.1.5", "fd00::5"], ca, key, certificate)


func test_other_names_and_other_authorities_are_refused(_ours: Stack) -> void:
	expect_errors()
	var ca: X509Certificate = _authority()
	var certificate: X509Certificate = _issue(ca, _key)
	var others: PackedStringArray = ["localhost", "rooms.example.test", "a.b.rooms.example.test", "192.168.1.6", "fd00::6"]
	refused_under(others, ca, _key, certificate, Cause.NAME_MISMATCH)
	row("an authority of the same name with another key")
	var impostor: X509Certificate = _authority(Fixtures.lone_key("p384"))
	refused_under(["play.example.test"], impostor, _key, certificate, Cause.UNTRUSTED_ISSUER)
	row("another authority")
	refused_under(["play.example.test"], Fixtures.certificate("root"), _key, certificate, Cause.UNTRUSTED_ISSUER)
	row("expired")
	certificate = _issue(ca, _key, NAME, NAMES, _ca_key, "20210101000000")
	refused_under(["play.example.test"], ca, _key, certificate, Cause.EXPIRED)


## The basic constraints of the leaf are CA:FALSE, and those of the CA have a path length of 0.
func test_what_was_issued_cannot_issue(_ours: Stack) -> void:
	expect_errors()
	var ca: X509Certificate = _authority()
	var leaf: X509Certificate = _issue(ca, _key)
	refuses(&"issue_certificate", [_key, leaf, _key, NAME, [], FROM, TO], null, ["play.example.test", "CA:FALSE"])


func test_an_authority_of_the_fixtures_can_issue(_ours: Stack) -> void:
	for fixture: String in ["root", "intermediate", "root_no_key_usage", "root_pathlen0"]:
		row(fixture)
		var ca: X509Certificate = Fixtures.certificate(fixture)
		var certificate: X509Certificate = _issue(ca, _key, NAME, NAMES, Fixtures.key(fixture))
		if certificate != null:
			accepted_under(["play.example.test"], ca, _key, certificate)


func test_a_self_signed_certificate_of_either_class_can_issue(_ours: Stack) -> void:
	for crypto: RefCounted in [engine, ours]:
		row(crypto.get_class())
		var ca: X509Certificate = crypto.call(&"generate_self_signed_certificate", _ca_key, "CN=Own", FROM, TO)
		accepted_under(["play.example.test"], ca, _key, _issue(ca, _key))


func test_who_cannot_issue_is_told_why(_ours: Stack) -> void:
	expect_errors()
	var why: Dictionary = {
		"localhost": ["CA:FALSE"], "root_not_ca": ["CA:FALSE"], "intermediate_not_ca": ["CA:FALSE"],
		"root_no_cert_sign": ["keyCertSign"], "root_v1": ["version 3"], "self_signed_no_constraints": ["basic constraints"],
		"intermediate_rsa1024": ["RSA 1024", "2048"],
	}
	for fixture: String in why:
		row(fixture)
		var parts: Array[String] = ["the CA key" if fixture == "intermediate_rsa1024" else "generate_certificate_authority"]
		parts.append_array(why[fixture])
		var call: Array = [Fixtures.key(fixture), Fixtures.certificate(fixture), _key, NAME, [], FROM, TO]
		refuses(&"issue_certificate", call, null, parts)


func test_the_key_of_another_authority_is_refused(_ours: Stack) -> void:
	expect_errors()
	var ca: X509Certificate = Fixtures.certificate("root")
	for fixture: String in ["other_root", "localhost_rsa2048", "localhost_p384"]:
		row(fixture)
		var call: Array = [Fixtures.key(fixture), ca, _key, NAME, [], FROM, TO]
		refuses(&"issue_certificate", call, null, ["the CA key", "not that of", "Fixture Root"])


func test_useless_arguments_are_named(_ours: Stack) -> void:
	expect_errors()
	var ca: X509Certificate = _authority()
	var public: CryptoKey = Fixtures.public_half(_ca_key)
	var good: Array = [_ca_key, ca, _key, NAME, [], FROM, TO]
	var bad: Array[Array] = [
		[0, null, ["ca_key", "null"]],
		[0, CryptoKey.new(), ["ca_key", "empty"]],
		[0, public, ["ca_key", "public"]],
		[0, Fixtures.lone_key("x25519"), ["X25519"]],
		[0, Fixtures.lone_key("secp256k1"), ["secp256k1"]],
		[1, null, ["ca_certificate", "null"]],
		[1, X509Certificate.new(), ["ca_certificate", "empty"]],
		[2, null, ["subject_key", "null"]],
		[2, CryptoKey.new(), ["subject_key", "empty"]],
		[2, Fixtures.lone_key("rsa1024"), ["RSA 1024", "2048"]],
		[2, Fixtures.lone_key("rsa2047"), ["RSA 2047", "2048"]],
		[2, Fixtures.lone_key("secp256k1"), ["secp256k1"]],
		[2, Fixtures.lone_key("x25519"), ["X25519"]],
		[6, "20190101000000", ["not_before", "20200101000000", "not_after", "20190101000000"]],
	]
	for case: Array in bad:
		row("argument %d, %s" % [case[0], case[2]])
		var call: Array = good.duplicate()
		call[case[0]] = case[1]
		refuses(&"issue_certificate", call, null, Array(case[2], TYPE_STRING, &"", null))
	check(ours.callv(&"issue_certificate", good) != null, "the good arguments are refused")


func test_an_authority_needs_a_key_that_is_believed(_ours: Stack) -> void:
	expect_errors()
	var bad: Dictionary = {
		null: ["null"], CryptoKey.new(): ["empty"], Fixtures.public_half(_ca_key): ["public"],
		Fixtures.lone_key("rsa1024"): ["RSA 1024", "2048"], Fixtures.lone_key("secp256k1"): ["secp256k1"],
		Fixtures.lone_key("x25519"): ["X25519"],
	}
	for key: CryptoKey in bad:
		row(str(bad[key]))
		var parts: Array[String] = []
		parts.append_array(bad[key])
		refuses(&"generate_certificate_authority", [key, CA_NAME, FROM, TO], null, parts)
		refuses(&"generate_certificate_signing_request", [key, CA_NAME, []], "", parts)
	refuses(&"generate_certificate_authority", [_ca_key, CA_NAME, TO, FROM], null, ["not_before", "not_after", "never"])


func test_clients_show_what_was_issued_to_them(_ours: Stack) -> void:
	var ca: X509Certificate = _authority()
	var server_certificate: X509Certificate = _issue(ca, _key)
	for version: String in VERSIONS:
		for fixture: String in ["rsa2048", "p256", "p384"]:
			row("%s, %s" % [version, fixture])
			var key: CryptoKey = Fixtures.lone_key(fixture)
			var client: RefCounted = only(our_stack.client(ca), VERSIONS[version])
			equal(client.call(&"set_identity", key, _issue(ca, key, "CN=Player One", [])), OK, "set_identity")
			var server: RefCounted = our_stack.server(_key, server_certificate)
			equal(server.call(&"set_client_authentication", REQUIRED, ca), OK, "set_client_authentication")
			var link: Link = attempt(client, server, "play.example.test")
			if stands(link):
				equal(shown_name(link.server), "Player One", "who the server sees")


func test_a_client_of_another_authority_is_refused(_ours: Stack) -> void:
	expect_errors()
	var ca: X509Certificate = _authority()
	var other_key: CryptoKey = Fixtures.lone_key("p521")
	var other: X509Certificate = ours.call(&"generate_certificate_authority", other_key, "CN=Other CA", FROM, TO)
	var client: RefCounted = our_stack.client(ca)
	equal(client.call(&"set_identity", _key, _issue(other, _key, "CN=Stranger", [], other_key)), OK, "set_identity")
	var server: RefCounted = our_stack.server(_key, _issue(ca, _key))
	equal(server.call(&"set_client_authentication", REQUIRED, ca), OK, "set_client_authentication")
	var link: Link = attempt(client, server, "play.example.test")
	check(not link.is_connected_on_both_sides(), "the stranger got in")
	equal(link.server.call(&"get_last_error_code"), Cause.UNTRUSTED_ISSUER as int, "the cause")


func test_openssl_accepts_the_chain_by_its_strictest_rules(_ours: Stack) -> void:
	after(Fixtures.clear_scratch)
	for fixture: String in ["rsa2048", "p256", "p384"]:
		var ca_key: CryptoKey = Fixtures.lone_key(fixture)
		var ca: X509Certificate = _authority(ca_key)
		var ca_file: String = file_of("ca.crt", pem_of(ca))
		var leaf: String = file_of("leaf.crt", pem_of(_issue(ca, _key, NAME, NAMES, ca_key)))
		for name: PackedStringArray in [
			["-verify_hostname", "play.example.test"], ["-verify_hostname", "one.rooms.example.test"],
			["-verify_ip", "192.168.1.5"], ["-verify_ip", "fd00::5"],
		]:
			for purpose: String in ["sslserver", "sslclient"]:
				row("%s, %s, %s" % [fixture, name, purpose])
				var arguments: PackedStringArray = ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", ca_file]
				var output: Variant = openssl(arguments + name + PackedStringArray([leaf]))
				if output == null:
					return
				names(output, "OK", "what openssl said")


func test_openssl_accepts_a_self_signed_certificate_by_its_strictest_rules(_ours: Stack) -> void:
	after(Fixtures.clear_scratch)
	for fixture: String in ["rsa2048", "p256", "p384"]:
		row(fixture)
		var made: X509Certificate = ours.call(&"generate_self_signed_certificate", Fixtures.lone_key(fixture), NAME, FROM, TO)
		var file: String = file_of("own.crt", pem_of(made))
		var output: Variant = openssl([
			"verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "play.example.test", "-CAfile", file, file,
		])
		if output == null:
			return
		names(output, "OK", "what openssl said")


func test_dates_beyond_those_of_the_authority_are_warned_of(_ours: Stack) -> void:
	expect_errors()
	var ca: X509Certificate = ours.call(&"generate_certificate_authority", _ca_key, CA_NAME, FROM, "20300101000000")
	for dates: Array in [[FROM, "20300101000000"], [FROM, "20300101000001"], ["20191231235959", "20290101000000"]]:
		row(str(dates))
		forget_errors()
		var issue: Array = [_ca_key, ca, _key, NAME, NAMES] + dates
		check(ours.callv(&"issue_certificate", issue) != null, "nothing was issued")
		equal(ours.call(&"get_last_error"), "", "get_last_error()")
		var is_beyond: bool = dates != [FROM, "20300101000000"]
		if can_read_log() and check(printed_warnings().size() == int(is_beyond), "warned %s" % [printed_warnings()]) and is_beyond:
			names(printed_warnings()[0], "beyond the dates of its CA", "the warning")


func _authority(key: CryptoKey = _ca_key) -> X509Certificate:
	return ours.call(&"generate_certificate_authority", key, CA_NAME, FROM, TO)


func _issue(
	ca: X509Certificate, key: CryptoKey, name: String = NAME, given: PackedStringArray = NAMES,
	ca_key: CryptoKey = _ca_key, not_after: String = TO
) -> X509Certificate:
	return ours.call(&"issue_certificate", ca_key, ca, key, name, given, FROM, not_after)

extends "res://support/certificate_suite.gd"
## generate_self_signed_certificate(): certificates of both classes, alternative names, and handshakes.


const FIELDS: Array[StringName] = [
	&"subject", &"issuer", &"common_name", &"not_before", &"not_after", &"is_certificate_authority", &"is_self_signed",
	&"public_key_algorithm", &"public_key_pin",
]


func test_both_classes_write_the_same(_ours: Stack) -> void:
	for fixture: String in ["rsa1024", "rsa2048", "rsa3072", "p256", "p384", "p521", "secp256k1"]:
		for arguments: Array in [[], ["CN=localhost,O=A Game,C=DE"], ["CN=localhost", "20200101000000", "20500101000000"]]:
			row("%s, %s" % [fixture, arguments])
			var all: Array = [Fixtures.lone_key(fixture)] + arguments
			var theirs: Object = read(engine.callv(&"generate_self_signed_certificate", all))
			var mine: Object = read(ours.callv(&"generate_self_signed_certificate", all))
			if theirs == null or mine == null:
				continue
			for field: StringName in FIELDS:
				equal(mine.get(field), theirs.get(field), field)
			equal(mine.is_self_signed, true, "is_self_signed")
			equal(mine.is_certificate_authority, true, "is_certificate_authority")


func test_the_hash_is_as_strong_as_the_key(_ours: Stack) -> void:
	var algorithms: Dictionary = {
		"rsa1024": "sha256WithRSAEncryption", "rsa2048": "sha256WithRSAEncryption", "rsa4096": "sha256WithRSAEncryption",
		"p256": "ecdsa-with-SHA256", "p384": "ecdsa-with-SHA384", "p521": "ecdsa-with-SHA512",
	}
	for fixture: String in algorithms:
		row(fixture)
		var info: Object = read(ours.call(&"generate_self_signed_certificate", Fixtures.lone_key(fixture)))
		if info != null:
			equal(info.signature_algorithm, algorithms[fixture], "the signature")


func test_every_certificate_has_another_number(_ours: Stack) -> void:
	var seen: Dictionary = {}
	for round: int in 100:
		var info: Object = read(ours.call(&"generate_self_signed_certificate", Fixtures.lone_key("p256")))
		seen[info.serial_number] = true
		check(str(info.serial_number).length() in [38, 40], "the serial number is %s" % info.serial_number)
	equal(seen.size(), 100, "how many of 100 are different")


## The engine returns an object without a certificate, which scripts cannot tell from a valid one.
func test_the_engine_gives_an_empty_object_where_ours_gives_none(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("p256")
	for arguments: Array in [
		[key, NAME, "2014", TO], [key, NAME, "20141301000000", TO], [key, NAME, FROM, "20140230000000"], [key, "", FROM, TO],
		[key, "nothing", FROM, TO], [key, "cn=x", FROM, TO], [key, "CN=", FROM, TO],
	]:
		row(str(arguments.slice(1)))
		var theirs: X509Certificate = engine.callv(&"generate_self_signed_certificate", arguments)
		if check(theirs != null, "the engine gives null too"):
			equal(our_stack.call(&"certificate_infos", theirs), [], "what the engine's object holds")
		refuses(&"generate_self_signed_certificate", arguments, null, [])


func test_only_usable_keys_get_a_certificate(_ours: Stack) -> void:
	expect_errors()
	var useless: Dictionary = {
		"null": null, "empty": CryptoKey.new(), "X25519": Fixtures.lone_key("x25519"),
		"public RSA": Fixtures.public_half(Fixtures.lone_key("rsa2048")),
		"public P-256": Fixtures.public_half(Fixtures.lone_key("p256")),
		"public secp256k1": Fixtures.public_half(Fixtures.lone_key("secp256k1")),
	}
	for label: String in useless:
		row(label)
		both_return(&"generate_self_signed_certificate", [useless[label]], null, true)
	row("words")
	refuses(&"generate_self_signed_certificate", [useless["X25519"]], null, ["X25519", "generate_ecdsa"])
	refuses(&"generate_self_signed_certificate", [useless["public RSA"]], null, ["public"])


## The engine creates these certificates, and it does not support alternative names.
func test_rare_curves_get_no_alternative_names(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("secp256k1")
	refuses(&"generate_self_signed_certificate", [key, NAME, FROM, TO, ["a.test"]], null, ["secp256k1", "generate_ecdsa"])
	var info: Object = read(ours.call(&"generate_self_signed_certificate", key, NAME, FROM, TO))
	if info != null:
		equal(info.subject_alternative_names, PackedStringArray(), "alternative names")
	row("what the engine would lose")
	refuses(&"generate_self_signed_certificate", [key, "CN=a,OU=b,OU=c", FROM, TO], null, ["secp256k1", "repeated attributes"])
	refuses(&"generate_self_signed_certificate", [key, NAME, "19490101000000", TO], null, ["secp256k1", "1950"])
	row("every other name")
	for name: String in ["CN=a,OU=b,title=c,DC=d", "CN=bücher, O=x\\20y", "CN=a,emailAddress=me@a.test,serialNumber=1,C=DE"]:
		check(ours.call(&"generate_self_signed_certificate", key, name, FROM, TO) != null, "%s is refused" % name)


func test_the_common_name_becomes_an_alternative_name_when_it_can(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("p256")
	var expected: Dictionary = {
		"localhost": ["localhost"], "play.example.test": ["play.example.test"], "*.example.test": ["*.example.test"],
		"127.0.0.1": ["127.0.0.1"], "::1": ["::1"], "fd00::5": ["fd00::5"], "my_server": ["my_server"],
		"bücher.example.test": ["xn--bcher-kva.example.test"], "My Game Server": [], "1.2.3": [], "a..b": [],
	}
	for common_name: String in expected:
		row(common_name)
		var info: Object = read(ours.call(&"generate_self_signed_certificate", key, "CN=" + common_name))
		if info != null:
			equal(info.common_name, common_name, "common_name")
			equal(info.subject_alternative_names, PackedStringArray(expected[common_name]), "alternative names")


func test_given_alternative_names_are_the_only_ones(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("p256")
	var names_given: PackedStringArray = ["server.lan", "*.server.lan", "bücher.test", "192.168.1.5", "fd00::5"]
	var info: Object = read(ours.call(&"generate_self_signed_certificate", key, "CN=localhost", FROM, TO, names_given))
	var expected: PackedStringArray = ["server.lan", "*.server.lan", "xn--bcher-kva.test", "192.168.1.5", "fd00::5"]
	equal(info.subject_alternative_names, expected, "alternative names")
	var twice: PackedStringArray = ["a.test", "A.test", "::1", "0:0::1", "a.test"]
	info = read(ours.call(&"generate_self_signed_certificate", key, "CN=localhost", FROM, TO, twice))
	equal(info.subject_alternative_names, PackedStringArray(["a.test", "::1"]), "names that were given twice")


func test_what_is_no_alternative_name_is_refused(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("p256")
	for bad: String in [
		"", " ", "a b", "https://a.test", "a.test/", "a.test:443", "127.0.0.1:443", "[::1]", "DNS:a.test", "IP:127.0.0.1",
		"me@a.test", "a.test.", ".a.test", "a..test", "a.*.test", "*", "f*.a.test", "127.0.0.256", "1.2.3", "a".repeat(64),
		("a".repeat(60) + ".").repeat(5) + "test", "a\ntest", "a%00.test",
	]:
		row("\"%s\"" % bad.c_escape().left(70))
		refuses(&"generate_self_signed_certificate", [key, NAME, FROM, TO, ["good.test", bad]], null, ["alternative name"])
		var issue: Array = [Fixtures.key("root"), Fixtures.certificate("root"), key, NAME, [bad, "good.test"], FROM, TO]
		refuses(&"issue_certificate", issue, null, ["alternative name"])
		refuses(&"generate_certificate_signing_request", [key, NAME, [bad]], "", ["alternative name"])


func test_clients_of_both_kinds_accept_it_from_servers_of_both_kinds(_ours: Stack) -> void:
	allow_seconds(60.0)
	for fixture: String in ["rsa2048", "p256", "p384", "p521"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		row("%s, by its common name" % fixture)
		var certificate: X509Certificate = ours.call(&"generate_self_signed_certificate", key, NAME, FROM, TO)
		accepted_under(["play.example.test"], certificate, key, certificate)
		row("%s, free text as common name" % fixture)
		var given: PackedStringArray = ["server.lan", "192.168.1.5", "fd00::5"]
		certificate = ours.call(&"generate_self_signed_certificate", key, "CN=My LAN server", FROM, TO, given)
		accepted_under(given, certificate, key, certificate)


func test_a_certificate_may_have_many_names(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("p256")
	var given: PackedStringArray = _server_names(100)
	var certificate: X509Certificate = ours.call(&"generate_self_signed_certificate", key, NAME, FROM, TO, given)
	var info: Object = read(certificate)
	if info != null:
		equal(info.subject_alternative_names, given, "alternative names")
		accepted_under([given[0], given[-1]], certificate, key, certificate)


## The engine's X509Certificate accepts a longer one but never returns it: it could be neither saved nor used.
func test_a_certificate_that_the_engine_would_not_give_back_is_refused(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("p256")
	for count: int in [130, 300]:
		row("%d names" % count)
		var given: PackedStringArray = _server_names(count)
		refuses(&"generate_self_signed_certificate", [key, NAME, FROM, TO, given], null, ["too long", "4096", "fewer"])
		var issue: Array = [Fixtures.key("root"), Fixtures.certificate("root"), key, NAME, given, FROM, TO]
		refuses(&"issue_certificate", issue, null, ["too long", "4096", "fewer"])
		# A request is text, which has no such limit.
		var request: String = ours.call(&"generate_certificate_signing_request", key, NAME, given)
		check(request.length() > 4096, "the request is %d characters long" % request.length())


func test_it_is_refused_under_other_names_and_at_other_times(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("p256")
	var given: PackedStringArray = ["server.lan", "192.168.1.5"]
	var certificate: X509Certificate = ours.call(&"generate_self_signed_certificate", key, "CN=localhost", FROM, TO, given)
	refused_under(["localhost", "other.lan", "192.168.1.6"], certificate, key, certificate, Cause.NAME_MISMATCH)
	row("expired")
	certificate = ours.call(&"generate_self_signed_certificate", key, "CN=localhost", FROM, "20210101000000")
	refused_under(["localhost"], certificate, key, certificate, Cause.EXPIRED)
	row("not yet")
	certificate = ours.call(&"generate_self_signed_certificate", key, "CN=localhost", "20900101000000", TO)
	refused_under(["localhost"], certificate, key, certificate, Cause.NOT_YET_VALID)
	row("not trusted")
	certificate = ours.call(&"generate_self_signed_certificate", key, "CN=localhost", FROM, TO)
	refused_under(["localhost"], Fixtures.certificate("root"), key, certificate, Cause.UNTRUSTED_ISSUER)


func test_it_can_be_saved_and_loaded(_ours: Stack) -> void:
	after(Fixtures.clear_scratch)
	var made: X509Certificate = ours.call(&"generate_self_signed_certificate", Fixtures.lone_key("p256"), NAME)
	var file: String = Fixtures.write_scratch("made.crt", NOTHING)
	equal(made.save(file), OK, "save()")
	var loaded: X509Certificate = X509Certificate.new()
	equal(loaded.load(file), OK, "load()")
	equal(pem_of(loaded), pem_of(made), "what was loaded")


func _server_names(count: int) -> PackedStringArray:
	var given: PackedStringArray = []
	for number: int in count:
		given.append("server%d.example.test" % number)
	return given

extends "res://support/suite.gd"
## RustlsCertificateInfo compared with the definitions of the fixtures and the output of openssl.


const SYSTEM_STORE := "/etc/ssl/certs/ca-certificates.crt"
const BEGIN := "-----BEGIN CERTIFICATE-----"
## The dates of most fixtures.
const START := "2020-01-01T00:00:00"
const END := "2099-12-31T23:59:59"

## Prints seven lines per certificate; the first argument is their folder.
const READ_ALL := """
cd "$1" && shift
for name in "$@"; do
	openssl x509 -in "$name.crt" -noout -serial -fingerprint -sha256 -dates -dateopt iso_8601 -subject -issuer \\
		-nameopt RFC2253,-esc_msb,utf8 || exit 1
	openssl x509 -in "$name.crt" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64
done
"""

## Fields of fixtures that the tables in tests/fixtures fix.
const KNOWN := {
	"root": {
		&"subject": "CN=Fixture Root,O=Fixtures", &"issuer": "CN=Fixture Root,O=Fixtures", &"common_name": "Fixture Root",
		&"is_certificate_authority": true, &"is_self_signed": true, &"public_key_algorithm": "ECDSA P-256",
		&"signature_algorithm": "ecdsa-with-SHA256", &"subject_alternative_names": [],
	},
	"localhost": {
		&"subject": "CN=localhost", &"issuer": "CN=Fixture Root,O=Fixtures", &"common_name": "localhost",
		&"is_certificate_authority": false, &"is_self_signed": false, &"subject_alternative_names": ["localhost"],
	},
	"intermediate": {&"is_certificate_authority": true, &"is_self_signed": false},
	"intermediate_not_ca": {&"is_certificate_authority": false},
	"root_v1": {&"is_certificate_authority": false, &"is_self_signed": true},
	# Names.
	"name_mixed": {
		&"common_name": "cn.example.test",
		&"subject_alternative_names": ["play.example.test", "localhost", "10.0.0.1", "fd00::1"],
	},
	"name_ip": {&"subject_alternative_names": ["127.0.0.1", "::1"]},
	"name_cn_only": {&"common_name": "localhost", &"subject_alternative_names": []},
	"name_san_email": {&"subject_alternative_names": []},
	"name_wildcard_san": {&"subject_alternative_names": ["*.example.test"]},
	"name_two_common": {&"subject": "CN=play.example.test,CN=localhost", &"common_name": "play.example.test"},
	"name_none": {&"subject": "O=Nameless", &"common_name": ""},
	"name_empty_subject": {&"subject": "", &"common_name": "", &"subject_alternative_names": ["localhost"]},
	"name_cn_idn": {&"subject": "CN=bücher.example.test", &"common_name": "bücher.example.test"},
	"name_cn_spaced": {&"subject": "CN=\\ localhost\\ ", &"common_name": " localhost "},
	# RFC 4514 section 2.4.
	"name_escaped": {
		&"subject": "CN=\\ spaced\\ ,OU=\\#first\\\\second\\;\\<third\\>,O=Fixtures\\, Inc. \\+ \\\"Sons\\\",C=DE",
		&"common_name": " spaced ",
	},
	# Keys and signatures.
	"localhost_rsa2048": {&"public_key_algorithm": "RSA 2048", &"signature_algorithm": "ecdsa-with-SHA256"},
	"localhost_rsa4096": {&"public_key_algorithm": "RSA 4096"},
	"leaf_rsa2047": {&"public_key_algorithm": "RSA 2047"},
	"leaf_rsa1024": {&"public_key_algorithm": "RSA 1024"},
	"localhost_p384": {&"public_key_algorithm": "ECDSA P-384"},
	"self_signed_p521": {&"public_key_algorithm": "ECDSA P-521", &"signature_algorithm": "ecdsa-with-SHA512"},
	"self_signed_p224": {&"public_key_algorithm": "ECDSA P-224"},
	"self_signed_secp256k1": {&"public_key_algorithm": "ECDSA secp256k1"},
	"localhost_ed25519": {&"public_key_algorithm": "Ed25519"},
	"root_ed25519": {&"signature_algorithm": "Ed25519", &"is_self_signed": true},
	"self_signed_openssl": {&"signature_algorithm": "sha256WithRSAEncryption"},
	"self_signed_sha512": {&"signature_algorithm": "sha512WithRSAEncryption"},
	"self_signed_pss": {&"signature_algorithm": "RSASSA-PSS", &"is_self_signed": true},
	"self_signed_md5": {&"signature_algorithm": "md5WithRSAEncryption"},
	# The signature is too weak to be checked and assumed to be right.
	"self_signed_sha1": {&"signature_algorithm": "sha1WithRSAEncryption", &"is_self_signed": true},
	# Subject and issuer have the same name, but another key made the signature.
	"root_pathlen0_rollover": {&"is_self_signed": false, &"is_certificate_authority": true},
	"root_impostor": {&"is_self_signed": true, &"subject": "CN=Fixture Root,O=Fixtures"},
	# Dates.
	"localhost_expired": {&"not_after": "2021-01-01T00:00:00"},
	"localhost_future": {&"not_before": "2090-01-01T00:00:00"},
	# RFC 5280 section 4.1.2.5: no well-defined end.
	"leaf_without_end": {&"not_after": "9999-12-31T23:59:59"},
	"leaf_backwards": {&"not_before": "2030-01-01T00:00:00", &"not_after": START},
}

## Common names as scripts pass them to RustlsCrypto, and the subjects returned (RFC 4514 sections 2.4 and 3).
const ESCAPED := {
	"plain": "plain",
	"a\\,b\\+c\\\"d\\\\e\\<f\\>g;h": "a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h",
	"\\#hash": "\\#hash", "a#b": "a#b", "\\##": "\\##",
	" blank ": "\\ blank\\ ", "  two  ": "\\  two \\ ", "\\20": "\\ ", "a b": "a b",
	"a=b": "a=b", "/slash": "/slash",
	"Bücher 💥": "Bücher 💥", "日本": "日本",
	# Control characters must be escaped in a log.
	"line\\0Abreak": "line\\0abreak", "tab\\09": "tab\\09", "\\1B[31mred": "\\1b[31mred", "del\\7F": "del\\7f",
	"\\C2\\85next": "\\c2\\85next",
	# Other types of string: Printable, IA5, Teletex as Latin-1, BMP.
	"#130161": "a", "#160140": "@", "#1401fc": "ü", "#1e0400fc65e5": "ü日",
}


func test_every_field_says_what_the_fixture_is_made_of(ours: Stack) -> void:
	for fixture: String in KNOWN:
		var info: Object = _info(ours, fixture)
		if info == null:
			continue
		var known: Dictionary = {&"not_before": START, &"not_after": END}
		known.merge(KNOWN[fixture], true)
		for property: StringName in known:
			row("%s, %s" % [fixture, property])
			var expected: Variant = known[property]
			if expected is Array:
				expected = PackedStringArray(expected)
			elif property.begins_with("not_"):
				expected = Time.get_unix_time_from_datetime_string(expected)
			equal(info.get(property), expected, "it")


func test_fingerprint_and_text_are_those_of_the_bytes(ours: Stack) -> void:
	for fixture: String in KNOWN:
		row(fixture)
		var info: Object = _info(ours, fixture)
		if info == null:
			continue
		var hash: HashingContext = HashingContext.new()
		hash.start(HashingContext.HASH_SHA256)
		hash.update(Fixtures.der(fixture))
		equal(info.sha256_fingerprint, hash.finish().hex_encode(), "the fingerprint")
		equal(info.get_pem(), Fixtures.pem(fixture), "get_pem()")
		var again: Array = ours.call(&"certificate_infos_of_pem", info.get_pem())
		equal(again.size(), 1, "how many certificates its text holds")


func test_a_serial_number_is_told_without_the_zero_that_makes_it_positive(ours: Stack) -> void:
	# The fixture's serial number, 20 bytes long, changed in place: the signature is not checked here.
	var der: PackedByteArray = Fixtures.der("localhost")
	var start: int = der.hex_encode().find("a0030201020214") / 2 + 7
	for bytes: Array in [[0x7f, 0x80], [0x00, 0x80], [0x00, 0xff]]:
		row(str(bytes))
		der[start] = bytes[0]
		der[start + 1] = bytes[1]
		var infos: Array = ours.call(&"certificate_infos_of_pem", Fixtures.armored(der))
		if check(infos.size() == 1, "%d certificates" % infos.size()):
			var number: PackedByteArray = der.slice(start, start + 20)
			equal(infos[0].serial_number, number.hex_encode().trim_prefix("00"), "the serial number")


func test_openssl_reads_the_same_of_every_fixture(ours: Stack) -> void:
	allow_seconds(60.0)
	var files: PackedStringArray = []
	for file: String in DirAccess.get_files_at(Fixtures.path("")):
		if file.ends_with(".crt"):
			files.append(file.trim_suffix(".crt"))
	var read: Array[PackedStringArray] = _openssl_reads(files)
	if read.size() != files.size():
		skip("there is no openssl that is new enough")
		return
	check(files.size() > 200, "only %d fixtures were found" % files.size())
	for index: int in files.size():
		row(files[index])
		var info: Object = _info(ours, files[index])
		if info == null:
			continue
		var fields: PackedStringArray = read[index]
		equal(info.serial_number, fields[0].to_lower(), "the serial number")
		equal(info.sha256_fingerprint, fields[1].replace(":", "").to_lower(), "the fingerprint")
		equal(info.not_before, Time.get_unix_time_from_datetime_string(fields[2].trim_suffix("Z")), "not_before")
		equal(info.not_after, Time.get_unix_time_from_datetime_string(fields[3].trim_suffix("Z")), "not_after")
		equal(info.subject, fields[4], "the subject")
		equal(info.issuer, fields[5], "the issuer")
		equal(info.public_key_pin, "sha256/" + fields[6], "the pin")


func test_every_fixture_can_be_read(ours: Stack) -> void:
	var count: int = 0
	for file: String in DirAccess.get_files_at(Fixtures.path("")):
		if not file.ends_with(".crt"):
			continue
		count += 1
		var info: Object = _info(ours, file.trim_suffix(".crt"))
		if info != null:
			equal(info.get_pem(), Fixtures.pem(file.trim_suffix(".crt")), "get_pem()")
			check(not str(info.public_key_algorithm).is_empty(), "it has no kind of key")
			check(not str(info.signature_algorithm).is_empty(), "it has no signature")
			check(str(info.public_key_pin).begins_with("sha256/"), "it has no pin")
	row("")
	check(count > 200, "only %d fixtures were found" % count)


func test_names_are_escaped_as_the_standard_says(ours: Stack) -> void:
	var crypto: RefCounted = ours.crypto()
	var key: CryptoKey = Fixtures.lone_key("p256")
	for given: String in ESCAPED:
		row(given)
		var made: X509Certificate = crypto.call(&"generate_self_signed_certificate", key, "O=x,CN=%s,C=DE" % given)
		var infos: Array = ours.call(&"certificate_infos", made)
		if check(infos.size() == 1, "%d certificates" % infos.size()):
			equal(infos[0].subject, "C=DE,CN=%s,O=x" % ESCAPED[given], "the subject")
			equal(infos[0].issuer, infos[0].subject, "the issuer")


func test_times_may_lie_far_from_now(ours: Stack) -> void:
	var crypto: RefCounted = ours.crypto()
	var key: CryptoKey = Fixtures.lone_key("p256")
	for dates: Array in [
		["0000-01-01T00:00:00", "0001-01-01T00:00:00"], ["1582-10-15T00:00:00", "1949-12-31T23:59:59"],
		["1950-01-01T00:00:00", "1969-12-31T23:59:59"], ["1970-01-01T00:00:00", "2038-01-19T03:14:08"],
		["2049-12-31T23:59:59", "2050-01-01T00:00:00"], ["2106-02-07T06:28:16", "9999-12-31T23:59:59"],
	]:
		row(str(dates))
		var arguments: Array = dates.map(func(date: String) -> String:
			return date.replace("-", "").replace("T", "").replace(":", ""))
		var made: X509Certificate = crypto.callv(&"generate_self_signed_certificate", [key, "CN=x"] + arguments)
		var infos: Array = ours.call(&"certificate_infos", made)
		if check(infos.size() == 1, "%d certificates" % infos.size()):
			equal(infos[0].not_before, Time.get_unix_time_from_datetime_string(dates[0]), "not_before")
			equal(infos[0].not_after, Time.get_unix_time_from_datetime_string(dates[1]), "not_after")


func test_a_chain_is_read_in_its_order(ours: Stack) -> void:
	var fixtures: PackedStringArray = ["leaf_of_intermediate", "intermediate", "root"]
	var ways: Dictionary = {
		"from_certificate": ours.call(&"certificate_infos", Fixtures.chain(fixtures)),
		"from_pem": ours.call(&"certificate_infos_of_pem", Fixtures.joined_pem(fixtures)),
		"from_pem, backwards": ours.call(
			&"certificate_infos_of_pem", Fixtures.joined_pem(["root", "intermediate", "leaf_of_intermediate"])
		),
	}
	(ways["from_pem, backwards"] as Array).reverse()
	for way: String in ways:
		row(way)
		var infos: Array = ways[way]
		var read: Array = infos.map(func(info: Object) -> String: return info.get_pem())
		equal(read, Array(fixtures).map(func(fixture: String) -> String: return Fixtures.pem(fixture)), "the chain")


func test_nothing_gives_nothing(ours: Stack) -> void:
	equal(ours.call(&"certificate_infos", null), [], "from_certificate(null)")
	equal(ours.call(&"certificate_infos", X509Certificate.new()), [], "from_certificate() of an empty object")
	expect_errors()
	for text: String in ["", " \n", "hello", Fixtures.key_pem("root"), Fixtures.revocation_list("list_of_root")]:
		row(text.left(20))
		equal(ours.call(&"certificate_infos_of_pem", text), [], "from_pem()")


func test_what_cannot_be_read_is_left_out_and_told(ours: Stack) -> void:
	expect_errors()
	var broken: String = BEGIN + "\nMAMCAQE=\n-----END CERTIFICATE-----\n"
	var infos: Array = ours.call(&"certificate_infos_of_pem", Fixtures.pem("root") + broken + Fixtures.pem("localhost"))
	equal(infos.size(), 2, "how many certificates there are")
	equal(infos[-1].common_name, "localhost", "the last one")
	if can_read_log() and check(printed_errors().size() == 1, "printed %s" % [printed_errors()]):
		names(printed_errors()[0], "2", "the error")


func test_a_chain_that_the_engine_does_not_give_out_is_an_error(ours: Stack) -> void:
	expect_errors()
	var chain: X509Certificate = X509Certificate.new()
	equal(chain.load_from_string(Fixtures.joined_pem(["leaf_of_intermediate", "intermediate"])), OK, "loading")
	equal(ours.call(&"certificate_infos", chain), [], "from_certificate()")
	if can_read_log() and check(printed_errors().size() == 1, "printed %s" % [printed_errors()]):
		names(printed_errors()[0], "load(", "the error")


func test_a_certificate_of_the_engine_can_be_read(ours: Stack) -> void:
	var crypto: Crypto = Crypto.new()
	var made: X509Certificate = crypto.generate_self_signed_certificate(
		crypto.generate_rsa(2048), "CN=localhost,O=Fixtures,C=DE", "20240229120000", "20340101000000"
	)
	var infos: Array = ours.call(&"certificate_infos", made)
	if not check(infos.size() == 1, "%d certificates" % infos.size()):
		return
	equal(infos[0].common_name, "localhost", "the common name")
	equal(infos[0].is_self_signed, true, "is_self_signed")
	equal(infos[0].public_key_algorithm, "RSA 2048", "the key")
	equal(infos[0].not_before, Time.get_unix_time_from_datetime_string("2024-02-29T12:00:00"), "not_before")


func test_what_it_writes_the_engine_reads(ours: Stack) -> void:
	var pem: String = (ours.call(&"certificate_infos_of_pem", Fixtures.pem("localhost")) as Array)[0].get_pem()
	var loaded: X509Certificate = X509Certificate.new()
	equal(loaded.load_from_string(pem), OK, "loading it")
	equal((ours.call(&"certificate_infos", loaded) as Array)[0].get_pem(), pem, "what comes back")


func test_the_whole_store_of_the_system_can_be_read(ours: Stack) -> void:
	if not FileAccess.file_exists(SYSTEM_STORE):
		skip("there is no %s" % SYSTEM_STORE)
		return
	var text: String = FileAccess.get_file_as_string(SYSTEM_STORE)
	var infos: Array = ours.call(&"certificate_infos_of_pem", text)
	equal(infos.size(), text.count(BEGIN), "how many certificates there are")
	var kinds: PackedStringArray = ["RSA 2048", "RSA 3072", "RSA 4096", "ECDSA P-256", "ECDSA P-384", "ECDSA P-521"]
	for info: Object in infos:
		row(info.subject)
		check(not str(info.subject).is_empty(), "it has no subject")
		check(info.not_before < info.not_after, "it ends before it begins")
		equal(str(info.sha256_fingerprint).length(), 64, "the length of the fingerprint")
		if info.public_key_algorithm not in kinds:
			check(info.public_key_algorithm == "Ed25519", "its key is \"%s\"" % info.public_key_algorithm)
		check(RegEx.create_from_string("^[0-9.]+$").search(info.signature_algorithm) == null, "an unknown signature")


func _info(ours: Stack, fixture: String) -> Object:
	row(fixture)
	var infos: Array = ours.call(&"certificate_infos_of_pem", Fixtures.pem(fixture))
	return infos[0] if check(infos.size() == 1, "%d certificates" % infos.size()) else null


## Returns serial, fingerprint, start, end, subject, issuer and pin of fixtures from openssl, as far as it supports them.
func _openssl_reads(fixtures: PackedStringArray) -> Array[PackedStringArray]:
	# In a file: the engine passes commands to a shell, which would expand variables.
	var script: String = Fixtures.write_scratch("read.sh", READ_ALL.to_utf8_buffer())
	after(Fixtures.clear_scratch)
	var arguments: PackedStringArray = [ProjectSettings.globalize_path(script), Fixtures.path("")]
	arguments.append_array(fixtures)
	var output: Array = []
	var found: Array[PackedStringArray] = []
	if OS.get_name() == "Windows" or OS.execute("sh", arguments, output) != 0:
		return found
	var lines: PackedStringArray = str(output[0]).split("\n", false)
	for first: int in range(0, lines.size() - 6, 7):
		var fields: PackedStringArray = []
		for line: String in lines.slice(first, first + 6):
			fields.append(line.substr(line.find("=") + 1))
		fields.append(lines[first + 6])
		found.append(fields)
	return found

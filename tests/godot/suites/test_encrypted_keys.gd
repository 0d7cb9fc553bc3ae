extends "res://support/crypto_suite.gd"
## private_key_from_pem(): keys with and without a password, in every format that openssl writes.


const PASSWORD := "correct horse battery staple"
const FOREIGN_PASSWORD := "Schlüssel für 🔑"

## Each fixture with the plain fixture of the same key.
const READABLE: Dictionary = {
	"rsa2048_aes256": "rsa2048", "rsa2048_aes128_sha512": "rsa2048", "rsa2048_aes192_sha1": "rsa2048",
	"rsa2048_scrypt": "rsa2048", "rsa2048_des3": "rsa2048", "p256_aes256": "p256", "p384_scrypt": "p384",
	"secp256k1_aes256": "secp256k1",
}
## Keys that are not encrypted.
const PLAIN: Dictionary = {
	"rsa1024": "rsa1024", "rsa2048": "rsa2048", "rsa2048_pkcs1": "rsa2048", "p256": "p256", "p256_sec1": "p256",
	"p521": "p521", "secp256k1": "secp256k1", "x25519": "x25519",
}


func test_the_right_password_gives_the_key(_ours: Stack) -> void:
	for fixture: String in READABLE:
		row(fixture)
		_gives(Fixtures.lone_key_pem(fixture), PASSWORD, READABLE[fixture])


func test_a_password_may_have_any_letters(_ours: Stack) -> void:
	_gives(Fixtures.lone_key_pem("rsa2048_foreign_password"), FOREIGN_PASSWORD, "rsa2048")


func test_a_wrong_password_gives_nothing(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in READABLE:
		for wrong: String in ["wrong", PASSWORD + " ", PASSWORD.to_upper(), PASSWORD.left(-1)]:
			row("%s, \"%s\"" % [fixture, wrong])
			_refuses_key(Fixtures.lone_key_pem(fixture), wrong, ["the password is wrong"])


func test_an_empty_password_asks_for_one(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in READABLE:
		row(fixture)
		_refuses_key(Fixtures.lone_key_pem(fixture), "", ["encrypted", "password"])


func test_keys_without_a_password_are_read_too(_ours: Stack) -> void:
	for fixture: String in PLAIN:
		for password: String in ["", PASSWORD]:
			row("%s, password \"%s\"" % [fixture, password])
			_gives(Fixtures.lone_key_pem(fixture), password, PLAIN[fixture])


func test_the_text_may_have_more_around_the_key(_ours: Stack) -> void:
	for fixture: String in ["rsa2048_aes256", "rsa2048", "rsa2048_pkcs1"]:
		var text: String = Fixtures.lone_key_pem(fixture)
		var ways: Dictionary = {
			"text before and after": "Bag Attributes\n  friendlyName: x\n%s\nthe end\n" % text,
			"a certificate before": Fixtures.pem("localhost") + text,
			"a certificate behind": text + Fixtures.pem("localhost"),
			"CRLF": text.replace("\n", "\r\n"),
			"byte order mark": "\ufeff" + text,
			"no final newline": text.strip_edges(),
		}
		for label: String in ways:
			row("%s, %s" % [fixture, label])
			_gives(ways[label], PASSWORD, "rsa2048")


func test_forms_that_the_engine_does_not_read_are_read(_ours: Stack) -> void:
	for fixture: String in ["p256_without_curve", "p256_explicit", "p256_explicit_sec1", "p256_attributes"]:
		row(fixture)
		_gives(Fixtures.lone_key_pem(fixture), "", "p256")


func test_keys_with_lost_or_written_out_line_breaks_are_read(_ours: Stack) -> void:
	for fixture: String in ["rsa2048", "p256_sec1", "rsa2048_aes256"]:
		for break_: String in ["", " ", "\\n", "\\r\\n"]:
			row("%s with \"%s\"" % [fixture, break_])
			_gives(Fixtures.lone_key_pem(fixture).replace("\n", break_), PASSWORD, fixture.get_slice("_", 0))


func test_the_old_ways_of_encryption_are_named(_ours: Stack) -> void:
	expect_errors()
	for password: String in [PASSWORD, "wrong", ""]:
		row("password \"%s\"" % password)
		for fixture: String in ["rsa2048_legacy", "p256_legacy"]:
			_refuses_key(Fixtures.lone_key_pem(fixture), password, ["encrypted", "openssl pkcs8 -topk8"])
		_refuses_key(Fixtures.lone_key_pem("rsa2048_pbes1"), password, ["encryption is unknown", "openssl pkcs8 -topk8"])


## A file must not determine how long the game is blocked.
func test_more_rounds_than_anybody_waits_for_are_refused(_ours: Stack) -> void:
	expect_errors()
	_refuses_key(Fixtures.lone_key_pem("rsa2048_rounds"), PASSWORD, ["10000001", "2000000"])


func test_keys_that_the_engine_cannot_hold_are_sent_elsewhere(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in ["ed25519", "ed25519_aes256"]:
		row(fixture)
		_refuses_key(Fixtures.lone_key_pem(fixture), PASSWORD, ["Ed25519", "RustlsTLSOptions.server_from_pem"])


func test_public_keys_and_other_texts_are_refused(_ours: Stack) -> void:
	expect_errors()
	var key: String = Fixtures.lone_key_pem("rsa2048")
	var encrypted: String = Fixtures.lone_key_pem("rsa2048_aes256")
	var nothing: String = "-----BEGIN %s-----\n-----END %s-----\n"
	var texts: Dictionary = {
		"RSA public": [Fixtures.lone_key_pem("rsa2048_public"), ["public key"]],
		"EC public": [Fixtures.lone_key_pem("p256_public"), ["public key"]],
		"empty": ["", ["no PEM block"]],
		"text": ["hello there", ["no PEM block"]],
		"certificate": [Fixtures.pem("localhost"), ["no PEM block"]],
		"revocation list": [Fixtures.revocation_list("list_of_root"), ["no PEM block"]],
		"empty block": [nothing % ["PRIVATE KEY", "PRIVATE KEY"], []],
		"empty encrypted block": [nothing % ["ENCRYPTED PRIVATE KEY", "ENCRYPTED PRIVATE KEY"], []],
		"half a key": [key.left(600), []],
		"half an encrypted key": [encrypted.left(600), []],
		"broken base64": [key.replace("M", "!"), []],
		"broken encrypted base64": [encrypted.replace("M", "!"), []],
		"a key under the encrypted label": [key.replace("PRIVATE", "ENCRYPTED PRIVATE"), []],
		"an encrypted key under the plain label": [encrypted.replace("ENCRYPTED ", ""), []],
		"zeros": ["-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % "AAAA".repeat(100), []],
		"NUL": [char(0xfffd), ["no PEM block"]],
	}
	for label: String in texts:
		row(label)
		_refuses_key(texts[label][0], PASSWORD, Array(texts[label][1], TYPE_STRING, &"", null))


func test_an_encrypted_key_that_was_changed_is_refused(_ours: Stack) -> void:
	expect_errors()
	var lines: PackedStringArray = Fixtures.lone_key_pem("p256_aes256").strip_edges().split("\n")
	var der: PackedByteArray = Marshalls.base64_to_raw("".join(lines.slice(1, -1)))
	# Only the last blocks: the bytes before them contain the number of rounds, where a change could do anything.
	for position: int in range(der.size() - 40, der.size()):
		row("byte %d of %d" % [position, der.size()])
		var changed: PackedByteArray = der.duplicate()
		changed[position] ^= 0x10
		var text: String = Marshalls.raw_to_base64(changed)
		var key: CryptoKey = ours.call(
			&"private_key_from_pem",
			"-----BEGIN ENCRYPTED PRIVATE KEY-----\n%s\n-----END ENCRYPTED PRIVATE KEY-----\n" % text, PASSWORD
		)
		# A change within the public half of a key may go unnoticed, but must never result in another key.
		var whole: String = Fixtures.lone_key("p256").save_to_string()
		check(key == null or key.save_to_string() == whole, "another key came out")


## Checks that the key of the plain fixture is returned without an error.
func _gives(pem: String, password: String, plain: String) -> void:
	var key: CryptoKey = ours.call(&"private_key_from_pem", pem, password)
	equal(ours.call(&"get_last_error"), "", "get_last_error()")
	if check(key != null, "there is no key"):
		equal(key.save_to_string(), Fixtures.lone_key(plain).save_to_string(), "the key")
		equal(key.is_public_only(), false, "is_public_only()")


## Checks that the refusal contains nothing of the arguments.
func _refuses_key(pem: String, password: String, parts: Array[String]) -> void:
	refuses(&"private_key_from_pem", [pem, password], null, parts)
	var words: String = ours.call(&"get_last_error")
	if not password.is_empty() and password != "wrong":
		check(not words.contains(password.strip_edges().left(8)), "the password is told: \"%s\"" % words)
	for line: String in pem.split("\n", false):
		if line.length() > 20 and not line.begins_with("-----"):
			for start: int in range(0, line.length() - 12, 8):
				check(not words.contains(line.substr(start, 12)), "a part of the key is told: \"%s\"" % words)

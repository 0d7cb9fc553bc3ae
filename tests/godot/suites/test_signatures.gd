extends "res://support/crypto_suite.gd"
## sign() and verify(): each class verifies the other's signatures, and both refuse the same arguments.


const RSA: Array[String] = ["rsa1024", "rsa2047", "rsa2048", "rsa2052", "rsa3072", "rsa4096"]
const ECDSA: Array[String] = ["p256", "p384", "p521", "secp256k1"]
## Hashes of "a message" that the engine cannot compute.
const LONG_HASHES: Dictionary = {
	"sha384": "9772402990d5de649a3e8acdbbb3120d3d9e254e21c970a6d2eb6fb2f29cf4940df0357553241ff5fcf56b277c1a9c92",
	"sha512":
	"35d655e1c7ba8419feb0510dffc953c36e87b5c35de6a7d03211897a0d4e35251562625fb71fba29ead1453bf2865d00ff668f0f980318367b2303f81c3a7a26",
}


func test_rsa_signatures_are_the_very_ones_of_the_engine(_ours: Stack) -> void:
	for fixture: String in RSA:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		for hash_type: int in ENGINE_HASHES:
			row("%s, hash type %d" % [fixture, hash_type])
			var hash: PackedByteArray = hash_of("a message", hash_type)
			var signature: PackedByteArray = engine.call(&"sign", hash_type, hash, key)
			check(not signature.is_empty(), "the engine made none")
			equal(ours.call(&"sign", hash_type, hash, key), signature, "our signature")
			equal(ours.call(&"get_last_error"), "", "get_last_error()")
			_both_verify(hash_type, hash, signature, key)


func test_each_class_verifies_ecdsa_signatures_of_the_other(_ours: Stack) -> void:
	for fixture: String in ECDSA:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		for hash_type: int in ENGINE_HASHES:
			row("%s, hash type %d" % [fixture, hash_type])
			# Several: one signature in 128 has a number that is a byte shorter.
			for number: int in 5:
				var hash: PackedByteArray = hash_of("message %d" % number, hash_type)
				for crypto: RefCounted in [engine, ours]:
					_both_verify(hash_type, hash, crypto.call(&"sign", hash_type, hash, key), key)
			equal(ours.call(&"get_last_error"), "", "get_last_error()")


func test_hashes_of_any_value_are_signed(_ours: Stack) -> void:
	for fixture: String in ["rsa2048", "p256", "p384", "p521", "secp256k1"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		for hash_type: int in ENGINE_HASHES:
			for byte: int in [0x00, 0xff]:
				row("%s, hash type %d, all bytes %d" % [fixture, hash_type, byte])
				var hash: PackedByteArray = []
				hash.resize(ENGINE_HASHES[hash_type])
				hash.fill(byte)
				for crypto: RefCounted in [engine, ours]:
					_both_verify(hash_type, hash, crypto.call(&"sign", hash_type, hash, key), key)


func test_a_hash_of_another_length_is_refused(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in ["rsa2048", "rsa1024", "p256", "secp256k1"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		for hash_type: int in ENGINE_HASHES:
			var right: int = ENGINE_HASHES[hash_type]
			for length: int in [0, 1, right - 1, right + 1, 2 * right + 1, 1000]:
				row("%s, hash type %d, %d bytes" % [fixture, hash_type, length])
				both_return(&"sign", [hash_type, fake_hash(length), key], NOTHING, true)
				both_return(&"verify", [hash_type, fake_hash(length), fake_hash(256), key], false, true)
	row("words")
	refuses(&"sign", [HASH_SHA1, fake_hash(32), Fixtures.lone_key("p256")], NOTHING, ["32", "SHA-1", "20"])
	refuses(&"verify", [HASH_SHA256, fake_hash(20), NOTHING, Fixtures.lone_key("p256")], false, ["20", "32", "48", "64"])


func test_an_unknown_function_is_refused(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("rsa2048")
	for hash_type: int in [3, -1, 99]:
		for length: int in [0, 16, 20, 32]:
			row("hash type %d, %d bytes" % [hash_type, length])
			both_return(&"sign", [hash_type, fake_hash(length), key], NOTHING, true)
			both_return(&"verify", [hash_type, fake_hash(length), fake_hash(256), key], false, true)
	for hash_type: int in [3, 1 << 32, (1 << 32) + HASH_SHA256, 1 << 63]:
		row("hash type %d, words" % hash_type)
		refuses(&"sign", [hash_type, fake_hash(32), key], NOTHING, [str(hash_type), "HASH_SHA256"])
		refuses(&"verify", [hash_type, fake_hash(32), NOTHING, key], false, [str(hash_type), "HASH_SHA256"])


func test_only_private_keys_sign(_ours: Stack) -> void:
	expect_errors()
	var useless: Dictionary = {
		"null": null,
		"empty": CryptoKey.new(),
		"public RSA": Fixtures.public_half(Fixtures.lone_key("rsa2048")),
		"public RSA 1024": Fixtures.public_half(Fixtures.lone_key("rsa1024")),
		"public P-256": Fixtures.public_half(Fixtures.lone_key("p256")),
		"public secp256k1": Fixtures.public_half(Fixtures.lone_key("secp256k1")),
		"X25519": Fixtures.lone_key("x25519"),
	}
	for label: String in useless:
		for hash_type: int in ENGINE_HASHES:
			row("%s, hash type %d" % [label, hash_type])
			both_return(&"sign", [hash_type, fake_hash(ENGINE_HASHES[hash_type]), useless[label]], NOTHING, true)
	row("words")
	refuses(&"sign", [HASH_SHA256, fake_hash(32), null], NOTHING, ["null"])
	refuses(&"sign", [HASH_SHA256, fake_hash(32), CryptoKey.new()], NOTHING, ["empty"])
	refuses(&"sign", [HASH_SHA256, fake_hash(32), useless["public RSA"]], NOTHING, ["public"])


func test_what_cannot_have_signed_says_so_in_silence(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("rsa2048")
	var hash: PackedByteArray = hash_of("a message")
	var signature: PackedByteArray = engine.call(&"sign", HASH_SHA256, hash, key)
	var others: Dictionary = {"empty": CryptoKey.new()}
	for fixture: String in RSA + ECDSA + ["x25519"]:
		if fixture != "rsa2048":
			others[fixture] = Fixtures.lone_key(fixture)
			others[fixture + ", public"] = Fixtures.public_half(Fixtures.lone_key(fixture))
	for label: String in others:
		row(label)
		both_return(&"verify", [HASH_SHA256, hash, signature, others[label]], false, false)
	row("an ECDSA signature")
	var ecdsa: PackedByteArray = engine.call(&"sign", HASH_SHA256, hash, Fixtures.lone_key("p256"))
	both_return(&"verify", [HASH_SHA256, hash, ecdsa, key], false, false)
	both_return(&"verify", [HASH_SHA256, hash, ecdsa, Fixtures.lone_key("p384")], false, false)
	both_return(&"verify", [HASH_SHA256, hash, ecdsa, Fixtures.lone_key("secp256k1")], false, false)
	row("null")
	expect_errors()
	both_return(&"verify", [HASH_SHA256, hash, signature, null], false, true)
	refuses(&"verify", [HASH_SHA256, hash, signature, null], false, ["null"])


func test_a_signature_over_something_else_is_refused(_ours: Stack) -> void:
	for fixture: String in RSA + ECDSA:
		row(fixture)
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var signature: PackedByteArray = ours.call(&"sign", HASH_SHA256, hash_of("a message"), key)
		both_return(&"verify", [HASH_SHA256, hash_of("another message"), signature, key], false, false)
		# The same bytes as another function's hash.
		var short: PackedByteArray = ours.call(&"sign", HASH_SHA1, fake_hash(20), key)
		var long: PackedByteArray = fake_hash(20)
		long.resize(32)
		both_return(&"verify", [HASH_SHA256, long, short, key], false, false)


func test_a_signature_of_another_padding_is_refused(_ours: Stack) -> void:
	var hash: PackedByteArray = hash_of("signed with PSS")
	var signature: PackedByteArray = Fixtures.signature("rsa2048_pss")
	equal(signature.size(), 256, "the length of the fixture")
	both_return(&"verify", [HASH_SHA256, hash, signature, Fixtures.lone_key("rsa2048")], false, false)


func test_a_signature_that_was_changed_anywhere_is_refused(_ours: Stack) -> void:
	var hash: PackedByteArray = hash_of("a message")
	for fixture: String in ["rsa1024", "rsa2048", "p256", "p384", "p521", "secp256k1"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var signature: PackedByteArray = engine.call(&"sign", HASH_SHA256, hash, key)
		for position: int in signature.size():
			row("%s, byte %d of %d" % [fixture, position, signature.size()])
			var changed: PackedByteArray = signature.duplicate()
			changed[position] ^= 1 << (position % 8)
			both_return(&"verify", [HASH_SHA256, hash, changed, key], false, false)


func test_a_signature_of_another_length_is_refused(_ours: Stack) -> void:
	var hash: PackedByteArray = hash_of("a message")
	for fixture: String in RSA + ECDSA:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var signature: PackedByteArray = ours.call(&"sign", HASH_SHA256, hash, key)
		var zeros: PackedByteArray = []
		zeros.resize(signature.size())
		var ones: PackedByteArray = zeros.duplicate()
		ones.fill(0xff)
		var wrong: Dictionary = {
			"empty": NOTHING, "one byte": signature.slice(0, 1), "without the first": signature.slice(1),
			"without the last": signature.slice(0, -1), "with one more": signature + PackedByteArray([0]),
			"with a zero before": PackedByteArray([0]) + signature, "twice": signature + signature,
			"zeros": zeros, "ones": ones, "the hash": hash,
		}
		for label: String in wrong:
			row("%s, %s" % [fixture, label])
			both_return(&"verify", [HASH_SHA256, hash, wrong[label], key], false, false)


func test_the_longer_hashes_are_known_by_their_length_and_by_name(_ours: Stack) -> void:
	for fixture: String in ["rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var public: CryptoKey = Fixtures.public_half(key)
		for hash_type: int in [HASH_SHA384, HASH_SHA512]:
			row("%s, hash type %d" % [fixture, hash_type])
			var hash: PackedByteArray = fake_hash(OUR_HASHES[hash_type])
			for signed_as: int in [HASH_SHA256, hash_type]:
				var signature: PackedByteArray = ours.call(&"sign", signed_as, hash, key)
				for verified_as: int in [HASH_SHA256, hash_type]:
					equal(ours.call(&"verify", verified_as, hash, signature, public), true, "verify()")
				equal(ours.call(&"verify", HASH_SHA256, fake_hash(32), signature, public), false, "verify() of another")
			equal(ours.call(&"get_last_error"), "", "get_last_error()")


## RSA signatures contain the hash function (RFC 8017 section 9.2), so they are not valid for another one.
func test_openssl_verifies_signatures_over_the_longer_hashes(_ours: Stack) -> void:
	var openssl: Array = []
	if OS.get_name() == "Windows" or OS.execute("openssl", ["version"], openssl) != 0:
		skip("there is no openssl")
		return
	after(Fixtures.clear_scratch)
	var message: PackedByteArray = "a message".to_utf8_buffer()
	var data: String = ProjectSettings.globalize_path(Fixtures.write_scratch("message", message))
	for fixture: String in ["rsa2048", "p256", "p384", "p521"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var public: String = Fixtures.write_scratch("public.pem", key.save_to_string(true).to_utf8_buffer())
		for function: String in LONG_HASHES:
			row("%s, %s" % [fixture, function])
			var hash: PackedByteArray = LONG_HASHES[function].hex_decode()
			var signature: PackedByteArray = ours.call(&"sign", HASH_SHA256, hash, key)
			var file: String = ProjectSettings.globalize_path(Fixtures.write_scratch("signature", signature))
			var arguments: PackedStringArray = [
				"dgst", "-" + function, "-verify", ProjectSettings.globalize_path(public), "-signature", file, data,
			]
			var output: Array = []
			equal(OS.execute("openssl", arguments, output, true), 0, "what openssl ended with (%s)" % [output])


func test_the_names_of_the_longer_hashes_take_no_other_length(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("p384")
	for hash_type: int in [HASH_SHA384, HASH_SHA512]:
		var right: int = OUR_HASHES[hash_type]
		for length: int in [0, 20, 32, 48, 64, right - 1, right + 1]:
			if length == right:
				continue
			row("hash type %d, %d bytes" % [hash_type, length])
			refuses(&"sign", [hash_type, fake_hash(length), key], NOTHING, [str(length), str(right), "SHA-%d" % hash_type])
			refuses(&"verify", [hash_type, fake_hash(length), NOTHING, key], false, [str(length), str(right)])


func test_small_and_rare_keys_have_no_longer_hashes(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in ["rsa1024", "secp256k1"]:
		for hash_type: int in [HASH_SHA384, HASH_SHA512]:
			row("%s, hash type %d" % [fixture, hash_type])
			var hash: PackedByteArray = fake_hash(OUR_HASHES[hash_type])
			refuses(&"sign", [hash_type, hash, Fixtures.lone_key(fixture)], NOTHING, ["2048"])


func _both_verify(hash_type: int, hash: PackedByteArray, signature: PackedByteArray, key: CryptoKey) -> void:
	for half: CryptoKey in [key, Fixtures.public_half(key)]:
		equal(engine.call(&"verify", hash_type, hash, signature, half), true, "the engine's verify()")
		equal(ours.call(&"verify", hash_type, hash, signature, half), true, "our verify()")

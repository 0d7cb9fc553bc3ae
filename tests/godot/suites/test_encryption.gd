extends "res://support/crypto_suite.gd"
## encrypt() and decrypt(): each class decrypts the other's ciphertexts, and both refuse the same arguments.


const RSA: Array[String] = ["rsa1024", "rsa2047", "rsa2048", "rsa2052", "rsa3072", "rsa4096"]
## The size of the padding (RFC 8017 section 7.2.1).
const PADDING := 11


func test_each_class_decrypts_what_the_other_encrypted(_ours: Stack) -> void:
	for fixture: String in RSA:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var public: CryptoKey = Fixtures.public_half(key)
		var size: int = _size(fixture)
		for length: int in [1, 32, size - PADDING - 1, size - PADDING]:
			for half: CryptoKey in [key, public]:
				for encrypting: RefCounted in [engine, ours]:
					row("%s, %d bytes, encrypted by %s" % [fixture, length, encrypting.get_class()])
					var plaintext: PackedByteArray = fake_hash(length)
					var ciphertext: PackedByteArray = encrypting.call(&"encrypt", half, plaintext)
					equal(ciphertext.size(), size, "the length of the ciphertext")
					both_return(&"decrypt", [key, ciphertext], plaintext, false)


func test_nothing_at_all_can_be_encrypted(_ours: Stack) -> void:
	for fixture: String in ["rsa2048", "rsa2052", "rsa3072"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		for encrypting: RefCounted in [engine, ours]:
			row("%s, encrypted by %s" % [fixture, encrypting.get_class()])
			var ciphertext: PackedByteArray = encrypting.call(&"encrypt", key, NOTHING)
			equal(ciphertext.size(), _size(fixture), "the length of the ciphertext")
			both_return(&"decrypt", [key, ciphertext], NOTHING, false)


## The engine decrypts with these keys, and returns the same for an empty plaintext and a failure.
func test_small_keys_cannot_tell_nothing_from_a_failure(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in ["rsa1024", "rsa2047"]:
		row(fixture)
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var empty: PackedByteArray = ours.call(&"encrypt", key, NOTHING)
		equal(empty.size(), _size(fixture), "the length of the ciphertext")
		var foreign: PackedByteArray = fake_hash(_size(fixture))
		for ciphertext: PackedByteArray in [empty, foreign]:
			refuses(&"decrypt", [key, ciphertext], NOTHING, ["nothing", "not made for this key", "RSA", "2048"])


func test_the_same_data_is_another_ciphertext_every_time(_ours: Stack) -> void:
	for fixture: String in ["rsa1024", "rsa2048"]:
		row(fixture)
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var seen: Dictionary = {}
		for round: int in 20:
			seen[ours.call(&"encrypt", key, fake_hash(16))] = true
		equal(seen.size(), 20, "how many of 20 ciphertexts are different")


func test_bytes_of_every_value_come_back(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("rsa2048")
	for byte: int in [0x00, 0x01, 0x02, 0xff]:
		row("all bytes %d" % byte)
		var plaintext: PackedByteArray = []
		plaintext.resize(245)
		plaintext.fill(byte)
		equal(ours.call(&"decrypt", key, ours.call(&"encrypt", key, plaintext)), plaintext, "what came back")


func test_too_much_data_is_refused(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in RSA:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var longest: int = _size(fixture) - PADDING
		for length: int in [longest + 1, longest + PADDING, longest + PADDING + 1, 100000]:
			row("%s, %d bytes" % [fixture, length])
			both_return(&"encrypt", [key, fake_hash(length)], NOTHING, true)
		refuses(&"encrypt", [key, fake_hash(longest + 1)], NOTHING, [str(longest + 1), str(longest)])


func test_only_rsa_keys_encrypt(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in ["p256", "p384", "p521", "secp256k1", "x25519"]:
		row(fixture)
		var key: CryptoKey = Fixtures.lone_key(fixture)
		both_return(&"encrypt", [key, fake_hash(16)], NOTHING, true)
		both_return(&"encrypt", [Fixtures.public_half(key), fake_hash(16)], NOTHING, true)
		both_return(&"decrypt", [key, fake_hash(256)], NOTHING, true)
		both_return(&"decrypt", [Fixtures.public_half(key), fake_hash(256)], NOTHING, true)
	row("null and empty")
	for useless: Variant in [null, CryptoKey.new()]:
		both_return(&"encrypt", [useless, fake_hash(16)], NOTHING, true)
		both_return(&"decrypt", [useless, fake_hash(256)], NOTHING, true)
	row("words")
	refuses(&"encrypt", [null, fake_hash(16)], NOTHING, ["null"])
	refuses(&"encrypt", [CryptoKey.new(), fake_hash(16)], NOTHING, ["empty"])
	refuses(&"encrypt", [Fixtures.lone_key("p256"), fake_hash(16)], NOTHING, ["ECDSA P-256", "RSA"])
	refuses(&"decrypt", [null, fake_hash(256)], NOTHING, ["null"])
	refuses(&"decrypt", [Fixtures.lone_key("p256"), fake_hash(256)], NOTHING, ["ECDSA", "RSA"])


func test_only_private_keys_decrypt(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in ["rsa1024", "rsa2048"]:
		row(fixture)
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var ciphertext: PackedByteArray = engine.call(&"encrypt", key, fake_hash(16))
		both_return(&"decrypt", [Fixtures.public_half(key), ciphertext], NOTHING, true)
		refuses(&"decrypt", [Fixtures.public_half(key), ciphertext], NOTHING, ["public"])


func test_a_ciphertext_of_another_length_is_refused(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in ["rsa1024", "rsa2048"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var whole: PackedByteArray = engine.call(&"encrypt", key, fake_hash(16))
		var wrong: Dictionary = {
			"empty": NOTHING, "one byte": whole.slice(0, 1), "without the last": whole.slice(0, -1),
			"without the first": whole.slice(1), "with one more": whole + PackedByteArray([0]),
			"with a zero before": PackedByteArray([0]) + whole, "twice": whole + whole,
		}
		for label: String in wrong:
			row("%s, %s" % [fixture, label])
			both_return(&"decrypt", [key, wrong[label]], NOTHING, true)
	row("words")
	refuses(&"decrypt", [Fixtures.lone_key("rsa2048"), fake_hash(255)], NOTHING, ["255", "256"])


func test_a_changed_or_foreign_ciphertext_is_refused(_ours: Stack) -> void:
	expect_errors()
	for fixture: String in ["rsa1024", "rsa2048", "rsa3072"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var whole: PackedByteArray = engine.call(&"encrypt", key, fake_hash(16))
		for position: int in [0, 1, whole.size() / 2, whole.size() - 1]:
			row("%s, byte %d" % [fixture, position])
			var changed: PackedByteArray = whole.duplicate()
			changed[position] ^= 1
			_neither_decrypts(key, changed)
		for byte: int in [0x00, 0xff]:
			row("%s, all bytes %d" % [fixture, byte])
			var constant: PackedByteArray = whole.duplicate()
			constant.fill(byte)
			both_return(&"decrypt", [key, constant], NOTHING, true)
	row("another key")
	var foreign: PackedByteArray = ours.call(&"encrypt", Fixtures.key("localhost_rsa2048"), fake_hash(16))
	_neither_decrypts(Fixtures.lone_key("rsa2048"), foreign)
	refuses(&"decrypt", [Fixtures.lone_key("rsa2048"), foreign], NOTHING, ["not made for this key"])


## A signature is the private operation on a block of type 1, an encrypted message needs type 2.
func test_a_signature_is_no_ciphertext(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("rsa2048")
	var signature: PackedByteArray = ours.call(&"sign", HASH_SHA256, fake_hash(32), key)
	both_return(&"decrypt", [key, signature], NOTHING, true)


func test_no_message_tells_what_was_encrypted(_ours: Stack) -> void:
	expect_errors()
	var secret: String = "the secret plan of the wolves"
	var data: PackedByteArray = secret.to_utf8_buffer()
	var long: PackedByteArray = secret.repeat(20).to_utf8_buffer()
	for fixture: String in ["rsa1024", "rsa2048"]:
		var key: CryptoKey = Fixtures.lone_key(fixture)
		for arguments: Array in [[&"encrypt", key, long], [&"decrypt", key, data], [&"decrypt", key, long]]:
			ours.callv(&"call", arguments)
			var words: String = ours.call(&"get_last_error")
			check(not words.is_empty(), "%s did not fail" % arguments[0])
			for hidden: String in [secret, data.hex_encode(), str(data).trim_prefix("[").trim_suffix("]")]:
				check(not words.contains(hidden.left(20)), "it tells the data: \"%s\"" % words)


## About once in ten thousand times random bytes have a valid padding: both classes then return the same bytes.
func _neither_decrypts(key: CryptoKey, ciphertext: PackedByteArray) -> void:
	var by_engine: PackedByteArray = engine.call(&"decrypt", key, ciphertext)
	both_return(&"decrypt", [key, ciphertext], by_engine, by_engine.is_empty())


func _size(fixture: String) -> int:
	return ceili(fixture.trim_prefix("rsa").to_int() / 8.0)

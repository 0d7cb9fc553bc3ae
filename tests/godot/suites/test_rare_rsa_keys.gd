extends "res://support/crypto_suite.gd"
## An RSA key of a usual size with a public exponent that the provider does not support: the engine does all the work.


const KIND := "RSA 2048 with a public exponent of 37 bits"

var _key: CryptoKey = Fixtures.lone_key("rsa2048_exponent")
var _public: CryptoKey = Fixtures.public_half(_key)


func test_its_signatures_are_those_of_the_engine_and_count(_ours: Stack) -> void:
	for hash_type: int in ENGINE_HASHES:
		row("hash type %d" % hash_type)
		var hash: PackedByteArray = fake_hash(ENGINE_HASHES[hash_type])
		var signature: PackedByteArray = engine.call(&"sign", hash_type, hash, _key)
		both_return(&"sign", [hash_type, hash, _key], signature, false)
		for key: CryptoKey in [_key, _public]:
			both_return(&"verify", [hash_type, hash, signature, key], true, false)
			both_return(&"verify", [hash_type, fake_hash(hash.size() + 1).slice(1), signature, key], false, false)


func test_what_is_encrypted_for_it_it_decrypts(_ours: Stack) -> void:
	for length: int in [1, 16, 245]:
		row("%d bytes" % length)
		for key: CryptoKey in [_key, _public]:
			var ciphertext: PackedByteArray = ours.call(&"encrypt", key, fake_hash(length))
			both_return(&"decrypt", [_key, ciphertext], fake_hash(length), false)
	row("too long")
	expect_errors()
	both_return(&"encrypt", [_key, fake_hash(246)], NOTHING, true)
	refuses(&"encrypt", [_key, fake_hash(246)], NOTHING, [KIND, "2048 to 8192"])


func test_its_certificate_is_the_engine_s(_ours: Stack) -> void:
	var certificate: X509Certificate = ours.call(&"generate_self_signed_certificate", _key, "CN=localhost")
	check(certificate != null, "there is no certificate: %s" % ours.call(&"get_last_error"))
	expect_errors()
	refuses(&"generate_certificate_signing_request", [_key, "CN=localhost", []], "", [KIND])
	refuses(
		&"generate_certificate_authority", [_key, "CN=CA", "20200101000000", "20300101000000"], null, [KIND])

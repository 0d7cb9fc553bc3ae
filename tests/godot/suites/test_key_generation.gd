extends "res://support/crypto_suite.gd"
## generate_rsa() and generate_ecdsa(): sizes and curves; the engine can hold, save and use the keys.


func test_both_classes_take_the_same_sizes(_ours: Stack) -> void:
	for size: int in [1024, 1026, 2048]:
		for crypto: RefCounted in [engine, ours]:
			row("%d bits by %s" % [size, crypto.get_class()])
			var key: CryptoKey = crypto.call(&"generate_rsa", size)
			if check(key != null, "there is no key"):
				_check_key(key, "RSA %d" % size)
		equal(ours.call(&"get_last_error"), "", "get_last_error()")


func test_both_classes_refuse_the_same_sizes(_ours: Stack) -> void:
	expect_errors()
	for size: int in [0, 1, -1, -2048, 512, 1022, 1023, 1025, 2047, 2049]:
		row("%d bits" % size)
		both_return(&"generate_rsa", [size], null, true)
		says(ours.call(&"get_last_error"), [str(size), "2048", "8192"])


## The engine would compute for hours.
func test_sizes_beyond_every_use_are_refused_at_once(_ours: Stack) -> void:
	expect_errors()
	for size: int in [8194, 16384, 1 << 31, (1 << 32) + 2048, 1 << 62, 1 << 63]:
		row("%d bits" % size)
		refuses(&"generate_rsa", [size], null, [str(size), "8192"])


func test_larger_sizes_are_made_too(_ours: Stack) -> void:
	for size: int in [3072, 4096]:
		row("%d bits" % size)
		var key: CryptoKey = ours.call(&"generate_rsa", size)
		if check(key != null, "there is no key"):
			_check_key(key, "RSA %d" % size)


func test_ecdsa_keys_are_made_on_both_curves(_ours: Stack) -> void:
	var curves: Dictionary = {CURVE_P256: "ECDSA P-256", CURVE_P384: "ECDSA P-384"}
	for curve: int in curves:
		row(curves[curve])
		_check_key(ours.call(&"generate_ecdsa", curve), curves[curve])
	row("default")
	_check_key(ours.call(&"generate_ecdsa"), "ECDSA P-256")


func test_unknown_curves_are_refused(_ours: Stack) -> void:
	expect_errors()
	for curve: int in [-1, 2, 256, 384, 1 << 32, 1 << 63]:
		row(str(curve))
		refuses(&"generate_ecdsa", [curve], null, [str(curve), "CURVE_P256", "CURVE_P384"])


func test_every_key_is_another_one(_ours: Stack) -> void:
	var seen: Dictionary = {}
	for round: int in 50:
		for curve: int in [CURVE_P256, CURVE_P384]:
			seen[(ours.call(&"generate_ecdsa", curve) as CryptoKey).save_to_string()] = true
	for round: int in 2:
		seen[(ours.call(&"generate_rsa", 2048) as CryptoKey).save_to_string()] = true
	equal(seen.size(), 102, "how many of 102 keys are different")


func test_keys_can_be_saved_and_loaded(_ours: Stack) -> void:
	after(Fixtures.clear_scratch)
	for key: CryptoKey in [ours.call(&"generate_rsa", 2048), ours.call(&"generate_ecdsa")]:
		var file: String = Fixtures.write_scratch("made.key", NOTHING)
		equal(key.save(file), OK, "save()")
		var loaded: CryptoKey = CryptoKey.new()
		equal(loaded.load(file), OK, "load()")
		equal(loaded.save_to_string(), key.save_to_string(), "what was loaded")
		var signature: PackedByteArray = ours.call(&"sign", HASH_SHA256, fake_hash(32), loaded)
		equal(engine.call(&"verify", HASH_SHA256, fake_hash(32), signature, key), true, "verify()")


## A key object may be loaded again with another key: a cached key must not be used then.
func test_a_key_that_was_loaded_anew_is_used_with_what_it_holds_now(_ours: Stack) -> void:
	var holder: CryptoKey = CryptoKey.new()
	for round: int in 2:
		for fixture: String in ["rsa2048", "p256", "rsa1024", "rsa2048", "secp256k1", "p384"]:
			row("%s, round %d" % [fixture, round])
			expect_errors()
			# The engine's first load into an object that already has a key fails and clears it.
			while holder.load_from_string(Fixtures.lone_key_pem(fixture)) != OK:
				pass
			var signature: PackedByteArray = ours.call(&"sign", HASH_SHA256, fake_hash(32), holder)
			equal(engine.call(&"verify", HASH_SHA256, fake_hash(32), signature, Fixtures.lone_key(fixture)), true, "verify()")
	row("emptied")
	refuses(&"sign", [HASH_SHA256, fake_hash(32), CryptoKey.new()], NOTHING, ["empty"])


## Checks the kind of a key, that it is private, and that both classes sign with it.
func _check_key(key: CryptoKey, kind: String) -> void:
	equal(key.is_public_only(), false, "is_public_only()")
	var certificate: X509Certificate = engine.call(&"generate_self_signed_certificate", key)
	var infos: Array = our_stack.call(&"certificate_infos", certificate)
	equal(infos[0].public_key_algorithm, kind, "the kind of key")
	for signing: RefCounted in [engine, ours]:
		for verifying: RefCounted in [engine, ours]:
			var signature: PackedByteArray = signing.call(&"sign", HASH_SHA256, fake_hash(32), key)
			equal(verifying.call(&"verify", HASH_SHA256, fake_hash(32), signature, key), true, "verify()")

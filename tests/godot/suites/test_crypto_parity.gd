extends "res://support/crypto_suite.gd"
## Random bytes, HMACs and comparisons: the results of both classes for the same arguments.


const LENGTHS: Array[int] = [1, 2, 19, 20, 21, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000, 100000]


func test_random_bytes_are_as_many_as_asked_for(_ours: Stack) -> void:
	for size: int in [0, 1, 16, 255, 256, 1000000]:
		row("%d bytes" % size)
		for crypto: RefCounted in [engine, ours]:
			equal(crypto.call(&"generate_random_bytes", size).size(), size, "how many there are")


func test_random_bytes_never_repeat(_ours: Stack) -> void:
	var seen: Dictionary = {}
	for round: int in 1000:
		seen[ours.call(&"generate_random_bytes", 16)] = true
	equal(seen.size(), 1000, "how many of 1000 are different")
	# A million bits: the probability of this distance from one half is below one in a billion.
	var ones: int = 0
	for byte: int in ours.call(&"generate_random_bytes", 125000):
		while byte > 0:
			ones += byte & 1
			byte >>= 1
	check(absi(ones - 500000) < 3200, "%d bits of a million are ones" % ones)


func test_there_are_no_negative_sizes(_ours: Stack) -> void:
	expect_errors()
	both_return(&"generate_random_bytes", [-1], NOTHING, true)
	for size: int in [-1, -(1 << 31), -(1 << 40), 1 << 63]:
		row(str(size))
		refuses(&"generate_random_bytes", [size], NOTHING, [str(size)])


func test_more_random_bytes_than_an_array_holds_are_refused(_ours: Stack) -> void:
	expect_errors()
	for size: int in [1 << 31, 1 << 32, (1 << 32) + 5, 1 << 62]:
		row(str(size))
		refuses(&"generate_random_bytes", [size], NOTHING, [str(size)])


func test_codes_are_those_of_the_engine(_ours: Stack) -> void:
	for hash_type: int in [HASH_SHA1, HASH_SHA256]:
		for key_length: int in LENGTHS:
			for length: int in [1, 55, 56, 64, 1000, 100000]:
				row("hash type %d, key of %d, message of %d" % [hash_type, key_length, length])
				var arguments: Array = [hash_type, fake_hash(key_length), fake_hash(length)]
				var code: PackedByteArray = engine.callv(&"hmac_digest", arguments)
				equal(code.size(), ENGINE_HASHES[hash_type], "the length of the engine's code")
				equal(ours.callv(&"hmac_digest", arguments), code, "our code")


## The engine refuses this HMAC (and prints an error), although RFC 2104 defines it.
func test_an_empty_message_has_a_code(_ours: Stack) -> void:
	var key: PackedByteArray = "key".to_utf8_buffer()
	var known: Dictionary = {
		HASH_SHA1: "f42bb0eeb018ebbd4597ae7213711ec60760843f",
		HASH_SHA256: "5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0",
	}
	for hash_type: int in known:
		equal(ours.call(&"hmac_digest", hash_type, key, NOTHING).hex_encode(), known[hash_type], "our code")
		equal(ours.call(&"get_last_error"), "", "get_last_error()")
	expect_errors()
	equal(engine.call(&"hmac_digest", HASH_SHA256, key, NOTHING), NOTHING, "the engine's code")


func test_there_is_no_code_without_a_key_or_a_known_function(_ours: Stack) -> void:
	expect_errors()
	var key: PackedByteArray = "key".to_utf8_buffer()
	var message: PackedByteArray = "message".to_utf8_buffer()
	for hash_type: int in [HASH_MD5, 3, -1, 99]:
		row("hash type %d" % hash_type)
		both_return(&"hmac_digest", [hash_type, key, message], NOTHING, true)
	for hash_type: int in [HASH_SHA1, HASH_SHA256]:
		row("hash type %d, no key" % hash_type)
		both_return(&"hmac_digest", [hash_type, NOTHING, message], NOTHING, true)
	row("")
	refuses(&"hmac_digest", [HASH_MD5, key, message], NOTHING, ["MD5", "SHA-256"])
	refuses(&"hmac_digest", [HASH_SHA256, NOTHING, message], NOTHING, ["the key is empty"])
	refuses(&"hmac_digest", [77, key, message], NOTHING, ["77", "HASH_SHA256", "HASH_SHA512"])
	for hash_type: int in [1 << 32, (1 << 32) + HASH_SHA256, 1 << 63]:
		refuses(&"hmac_digest", [hash_type, key, message], NOTHING, [str(hash_type)])


func test_arrays_are_equal_when_their_bytes_are(_ours: Stack) -> void:
	var secret: PackedByteArray = fake_hash(100)
	both_return(&"constant_time_compare", [NOTHING, NOTHING], true, false)
	both_return(&"constant_time_compare", [secret, secret], true, false)
	both_return(&"constant_time_compare", [secret, secret.duplicate()], true, false)
	both_return(&"constant_time_compare", [secret, NOTHING], false, false)
	both_return(&"constant_time_compare", [NOTHING, secret], false, false)
	both_return(&"constant_time_compare", [secret, secret.slice(0, 99)], false, false)
	both_return(&"constant_time_compare", [secret.slice(0, 99), secret], false, false)
	for index: int in secret.size():
		row("byte %d" % index)
		var changed: PackedByteArray = secret.duplicate()
		changed[index] ^= 1 << (index % 8)
		both_return(&"constant_time_compare", [secret, changed], false, false)

extends "res://support/crypto_suite.gd"
## RustlsCrypto in scripts' own threads: one object used by several, and objects that live in one.


const ROUNDS := 40


func test_one_object_may_be_used_by_several_threads_at_once(_ours: Stack) -> void:
	allow_seconds(60.0)
	var shared: Array[CryptoKey] = [Fixtures.lone_key("rsa2048"), Fixtures.lone_key("p256")]
	var threads: Array[Thread] = []
	for index: int in 4:
		var thread: Thread = Thread.new()
		thread.start(_work.bind(ours, shared, index))
		threads.append(thread)
	for thread: Thread in threads:
		equal(thread.wait_to_finish(), "", "what went wrong in a thread")


## Each thread fails with another message. The last message may be from any thread, but it must be complete.
func test_several_threads_may_fail_at_once(_ours: Stack) -> void:
	expect_errors()
	var threads: Array[Thread] = []
	for index: int in 4:
		var thread: Thread = Thread.new()
		thread.start(_fail.bind(ours, 1000 + index))
		threads.append(thread)
	for thread: Thread in threads:
		equal(thread.wait_to_finish(), "", "what went wrong in a thread")


func test_an_object_may_live_in_a_thread(_ours: Stack) -> void:
	var thread: Thread = Thread.new()
	thread.start(func() -> String:
		var crypto: RefCounted = our_stack.crypto()
		var key: CryptoKey = crypto.call(&"generate_ecdsa")
		var wrong: String = _work(crypto, [key, crypto.call(&"generate_rsa", 2048)], 0)
		var freed: WeakRef = weakref(crypto)
		crypto = null
		return wrong if freed.get_ref() == null else "the object is still alive")
	equal(thread.wait_to_finish(), "", "what went wrong in the thread")


func test_an_object_may_be_freed_by_another_thread(_ours: Stack) -> void:
	ours.call(&"sign", HASH_SHA256, fake_hash(32), Fixtures.lone_key("rsa2048"))
	var holder: Array[RefCounted] = [ours]
	var watched: WeakRef = weakref(ours)
	ours = null
	var thread: Thread = Thread.new()
	thread.start(func() -> void: holder.clear())
	thread.wait_to_finish()
	check(watched.get_ref() == null, "the object is still alive")


func _work(crypto: RefCounted, keys: Array[CryptoKey], index: int) -> String:
	for round: int in ROUNDS:
		for key: CryptoKey in keys:
			var hash: PackedByteArray = hash_of("%d of %d" % [round, index])
			var signature: PackedByteArray = crypto.call(&"sign", HASH_SHA256, hash, key)
			if not crypto.call(&"verify", HASH_SHA256, hash, signature, key):
				return "a signature is wrong in round %d" % round
			if crypto.call(&"verify", HASH_SHA256, fake_hash(32), signature, key):
				return "a wrong signature was accepted in round %d" % round
		if crypto.call(&"generate_random_bytes", 100).size() != 100:
			return "random bytes are missing in round %d" % round
		var code: PackedByteArray = crypto.call(&"hmac_digest", HASH_SHA512, fake_hash(20), fake_hash(round))
		if code.size() != 64:
			return "a code is missing in round %d" % round
		if round % 10 == 0:
			var own: CryptoKey = crypto.call(&"generate_ecdsa", CURVE_P384)
			if crypto.call(&"generate_self_signed_certificate", own, "CN=localhost") == null:
				return "a certificate is missing in round %d" % round
	return ""


func _fail(crypto: RefCounted, number: int) -> String:
	for round: int in ROUNDS:
		if crypto.call(&"generate_ecdsa", number) != null:
			return "a curve that does not exist gave a key"
		var words: String = crypto.call(&"get_last_error")
		if not words.begins_with("the curve 100") or not words.ends_with("CURVE_P384"):
			return "get_last_error() is \"%s\"" % words
	return ""

extends "res://support/crypto_suite.gd"
## get_last_error(): set by every failed call, cleared by every successful call, and separate for each object.


const NAME := "CN=localhost"
const FROM := "20200101000000"
const TO := "20991231235959"

var _key: CryptoKey = Fixtures.lone_key("rsa2048")
var _ca_key: CryptoKey = Fixtures.key("root")


func test_an_object_has_no_error_at_first(_ours: Stack) -> void:
	equal(ours.call(&"get_last_error"), "", "get_last_error()")


func test_every_call_that_fails_says_why_and_every_other_clears_it(_ours: Stack) -> void:
	expect_errors()
	var failing: Dictionary = _failing_calls()
	var working: Dictionary = _working_calls()
	equal(failing.keys(), working.keys(), "the calls of the two tables")
	for failed: StringName in failing:
		for worked: StringName in working:
			row("%s, then %s" % [failed, worked])
			forget_errors()
			ours.callv(failed, failing[failed])
			var words: String = ours.call(&"get_last_error")
			says(words, [])
			equal(ours.call(&"get_last_error"), words, "get_last_error() again")
			if can_read_log():
				equal(printed_errors(), PackedStringArray([words]), "what was printed")
			check(ours.callv(worked, working[worked]) != null, "the call that should work failed")
			equal(ours.call(&"get_last_error"), "", "get_last_error() after a call that worked")


func test_a_failure_replaces_the_words_of_the_last(_ours: Stack) -> void:
	expect_errors()
	var failing: Dictionary = _failing_calls()
	for failed: StringName in failing:
		row(failed)
		refuses(&"generate_ecdsa", [77], null, ["77"])
		ours.callv(failed, failing[failed])
		var words: String = ours.call(&"get_last_error")
		says(words, [])
		check(not words.contains("77"), "the words are the last ones: \"%s\"" % words)


func test_comparing_touches_no_error(_ours: Stack) -> void:
	expect_errors()
	refuses(&"generate_ecdsa", [77], null, ["77"])
	var words: String = ours.call(&"get_last_error")
	equal(ours.call(&"constant_time_compare", NOTHING, fake_hash(1)), false, "constant_time_compare()")
	equal(ours.call(&"get_last_error"), words, "get_last_error()")


func test_each_object_has_its_own_error(_ours: Stack) -> void:
	expect_errors()
	var other: RefCounted = our_stack.crypto()
	refuses(&"generate_ecdsa", [77], null, ["77"])
	equal(other.call(&"get_last_error"), "", "get_last_error() of another object")


## Arguments with which every method fails.
func _failing_calls() -> Dictionary:
	return {
		&"generate_random_bytes": [-5],
		&"sign": [HASH_SHA256, fake_hash(31), _key],
		&"verify": [HASH_SHA256, fake_hash(31), NOTHING, _key],
		&"encrypt": [_key, fake_hash(1000)],
		&"decrypt": [_key, fake_hash(10)],
		&"hmac_digest": [HASH_SHA256, NOTHING, NOTHING],
		&"generate_rsa": [1],
		&"generate_ecdsa": [5],
		&"private_key_from_pem": ["", ""],
		&"generate_self_signed_certificate": [_key, "O=nobody"],
		&"generate_certificate_authority": [_key, NAME, TO, FROM],
		&"issue_certificate": [_ca_key, null, _key, NAME, [], FROM, TO],
		&"generate_certificate_signing_request": [_key, "", []],
	}


## Arguments with which every method succeeds.
func _working_calls() -> Dictionary:
	return {
		&"generate_random_bytes": [5],
		&"sign": [HASH_SHA256, fake_hash(32), _key],
		&"verify": [HASH_SHA256, fake_hash(32), NOTHING, _key],
		&"encrypt": [_key, NOTHING],
		&"decrypt": [_key, engine.call(&"encrypt", _key, NOTHING)],
		&"hmac_digest": [HASH_SHA256, fake_hash(1), NOTHING],
		&"generate_rsa": [1024],
		&"generate_ecdsa": [],
		&"private_key_from_pem": [Fixtures.lone_key_pem("p256"), ""],
		&"generate_self_signed_certificate": [_key],
		&"generate_certificate_authority": [_key, NAME, FROM, TO],
		&"issue_certificate": [_ca_key, Fixtures.certificate("root"), _key, NAME, [], FROM, TO],
		&"generate_certificate_signing_request": [_key, NAME, []],
	}

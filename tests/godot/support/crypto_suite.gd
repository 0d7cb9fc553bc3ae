extends "res://support/connected_suite.gd"
## What the suites of RustlsCrypto share: calls of both classes compared in one run, keys, and what a failure leaves.


const HASH_MD5 := HashingContext.HASH_MD5
const HASH_SHA1 := HashingContext.HASH_SHA1
const HASH_SHA256 := HashingContext.HASH_SHA256
const HASH_SHA384 := 384
const HASH_SHA512 := 512
const CURVE_P256 := 0
const CURVE_P384 := 1

## The functions that the engine's class knows, with the length of their hashes.
const ENGINE_HASHES: Dictionary = {HASH_MD5: 16, HASH_SHA1: 20, HASH_SHA256: 32}
## All functions of ours.
const OUR_HASHES: Dictionary = {HASH_MD5: 16, HASH_SHA1: 20, HASH_SHA256: 32, HASH_SHA384: 48, HASH_SHA512: 64}

const NOTHING: PackedByteArray = []

## The engine's class.
var engine: RefCounted = Crypto.new()
## Ours, null without the addon.
var ours: RefCounted = null


func before_each() -> void:
	if our_stack != null:
		ours = our_stack.crypto()


## Calls a method of both classes and checks that both return the same, and that both print an error or none does.
func both_return(method: StringName, arguments: Array, expected: Variant, prints: bool) -> void:
	_call_and_check(engine, "the engine's %s()" % method, method, arguments, expected, prints)
	_call_and_check(ours, "our %s()" % method, method, arguments, expected, prints)


## Checks that a call of ours fails with an error value, words that name all of [param parts], and these words printed
## once.
func refuses(method: StringName, arguments: Array, value: Variant, parts: Array[String]) -> void:
	_call_and_check(ours, "%s()" % method, method, arguments, value, true)
	says(ours.call(&"get_last_error"), parts)


## Checks that an explanation is one sentence with these parts.
func says(words: String, parts: Array[String]) -> void:
	check(words.length() > 10 and words.contains(" ") and not words.contains("\n"), "no sentence: \"%s\"" % words)
	for part: String in parts:
		names(words, part, "get_last_error()")


## The hash of a text by one of the engine's functions.
func hash_of(text: String, hash_type: int = HASH_SHA256) -> PackedByteArray:
	var context: HashingContext = HashingContext.new()
	context.start(hash_type)
	context.update(text.to_utf8_buffer())
	return context.finish()


## Bytes that stand for a hash of any length.
func fake_hash(length: int) -> PackedByteArray:
	var bytes: PackedByteArray = []
	bytes.resize(length)
	for index: int in length:
		bytes[index] = (index * 37 + length) % 256
	return bytes


func _call_and_check(
	crypto: RefCounted, what: String, method: StringName, arguments: Array, expected: Variant, prints: bool
) -> void:
	forget_errors()
	var returned: Variant = crypto.callv(method, arguments)
	var printed: PackedStringArray = printed_errors()
	if returned == null:
		# No object and no value at all are one to a script.
		returned = null
	equal(returned, expected, "what %s returned" % what)
	if can_read_log():
		check(printed.is_empty() != prints, "%s printed %s" % [what, printed])
	if crypto == ours:
		var words: String = ours.call(&"get_last_error")
		check(words.is_empty() != prints, "get_last_error() after %s is \"%s\"" % [what, words])
		if can_read_log() and prints:
			equal(printed, PackedStringArray([words]), "what %s printed" % what)

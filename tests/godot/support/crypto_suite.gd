extends "res://support/connected_suite.gd"
## Base of the suites for RustlsCrypto: compares calls of both classes, provides keys, and checks failures.


const HASH_MD5 := HashingContext.HASH_MD5
const HASH_SHA1 := HashingContext.HASH_SHA1
const HASH_SHA256 := HashingContext.HASH_SHA256
const HASH_SHA384 := 384
const HASH_SHA512 := 512
const CURVE_P256 := 0
const CURVE_P384 := 1

## The hash functions of the engine's class, with the length of their hashes.
const ENGINE_HASHES: Dictionary = {HASH_MD5: 16, HASH_SHA1: 20, HASH_SHA256: 32}
## All hash functions of our class.
const OUR_HASHES: Dictionary = {HASH_MD5: 16, HASH_SHA1: 20, HASH_SHA256: 32, HASH_SHA384: 48, HASH_SHA512: 64}

const NOTHING: PackedByteArray = []

## An object of the engine's class.
var engine: RefCounted = Crypto.new()
## An object of our class; null without the addon.
var ours: RefCounted = null


func before_each() -> void:
	if our_stack != null:
		ours = our_stack.crypto()


## Calls a method of both classes and checks that both return the same value, and that both or neither print an error.
func both_return(method: StringName, arguments: Array, expected: Variant, prints: bool) -> void:
	_call_and_check(engine, "the engine's %s()" % method, method, arguments, expected, prints)
	_call_and_check(ours, "our %s()" % method, method, arguments, expected, prints)


## Checks that a call of ours returns an error value, and that its message contains all of [param parts] and is
## printed once.
func refuses(method: StringName, arguments: Array, value: Variant, parts: Array[String]) -> void:
	_call_and_check(ours, "%s()" % method, method, arguments, value, true)
	says(ours.call(&"get_last_error"), parts)


## Checks that an error message is one sentence with these parts.
func says(words: String, parts: Array[String]) -> void:
	check(words.length() > 10 and words.contains(" ") and not words.contains("\n"), "no sentence: \"%s\"" % words)
	for part: String in parts:
		names(words, part, "get_last_error()")


## Returns the hash of a text by one of the engine's functions.
func hash_of(text: String, hash_type: int = HASH_SHA256) -> PackedByteArray:
	var context: HashingContext = HashingContext.new()
	context.start(hash_type)
	context.update(text.to_utf8_buffer())
	return context.finish()


## Returns bytes that serve as a hash of any length.
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
		# To a script a null object and a null value are the same.
		returned = null
	equal(returned, expected, "what %s returned" % what)
	if can_read_log():
		check(printed.is_empty() != prints, "%s printed %s" % [what, printed])
	if crypto == ours:
		var words: String = ours.call(&"get_last_error")
		check(words.is_empty() != prints, "get_last_error() after %s is \"%s\"" % [what, words])
		if can_read_log() and prints:
			equal(printed, PackedStringArray([words]), "what %s printed" % what)

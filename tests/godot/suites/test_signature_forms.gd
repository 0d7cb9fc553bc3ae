extends "res://support/crypto_suite.gd"
## ECDSA signatures in other forms than DER (RFC 3279 section 2.2.3): we accept one form, the engine several.


const INTEGER := 0x02
const SEQUENCE := 0x30
const LONG_LENGTH := 0x81
const NULL_ELEMENT: PackedByteArray = [5, 0]

var _key: CryptoKey = Fixtures.lone_key("p256")
var _hash: PackedByteArray = fake_hash(32)


func test_a_signature_in_der_counts(_ours: Stack) -> void:
	both_return(&"verify", [HASH_SHA256, _hash, _written(_numbers()), _key], true, false)


func test_a_signature_in_another_form_does_not_count_with_us_alone(_ours: Stack) -> void:
	var numbers: Array[PackedByteArray] = _numbers()
	var padded: PackedByteArray = [0]
	padded.append_array(numbers[0])
	var forms: Dictionary = {
		"padded number": _written([padded, numbers[1]]),
		"long length": _written(numbers, [LONG_LENGTH]),
	}
	for form: String in forms:
		row(form)
		equal(engine.call(&"verify", HASH_SHA256, _hash, forms[form], _key), true, "the engine's verify()")
		_is_false_in_silence(forms[form])


func test_a_signature_with_something_behind_it_does_not_count(_ours: Stack) -> void:
	var signature: PackedByteArray = _written(_numbers())
	signature.append_array(NULL_ELEMENT)
	both_return(&"verify", [HASH_SHA256, _hash, signature, _key], false, false)


func _is_false_in_silence(signature: PackedByteArray) -> void:
	forget_errors()
	equal(ours.call(&"verify", HASH_SHA256, _hash, signature, _key), false, "our verify()")
	equal(ours.call(&"get_last_error"), "", "get_last_error()")
	equal(printed_errors(), PackedStringArray(), "what was printed")


## Returns the two numbers of a signature, as encoded in it.
func _numbers() -> Array[PackedByteArray]:
	var signature: PackedByteArray = engine.call(&"sign", HASH_SHA256, _hash, _key)
	var second: int = 4 + signature[3]
	return [signature.slice(4, second), signature.slice(second + 2)]


func _written(numbers: Array[PackedByteArray], before_length: PackedByteArray = []) -> PackedByteArray:
	var contents: PackedByteArray = []
	for number: PackedByteArray in numbers:
		contents.append_array([INTEGER, number.size()])
		contents.append_array(number)
	var signature: PackedByteArray = [SEQUENCE]
	signature.append_array(before_length)
	signature.append(contents.size())
	signature.append_array(contents)
	return signature

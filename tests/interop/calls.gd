extends RefCounted
## Calls a method of RustlsCrypto for a job of driver.gd, which says what the job's members mean.
##
## An argument is a number, a text, or an object with one member that says what it is: `key`, `public_key` or
## `certificate` (PEM files, read by the engine), `file` (a file's text), `bytes` (in hexadecimal), `names` (a list of
## texts) or `constant` (`Class.NAME`).


## What came of it: what the method returned, and what it said was wrong.
static func result_of(plan: Dictionary) -> Dictionary:
	var crypto: RustlsCrypto = RustlsCrypto.new()
	var arguments: Array = (plan["arguments"] as Array).map(_argument)
	var returned: Variant = _told(crypto.callv(plan["method"], arguments), plan.get("into", ""))
	return {"returned": returned, "error": crypto.get_last_error()}


static func _argument(given: Variant) -> Variant:
	if given is float:
		# Every number of JSON is one.
		return int(given)
	if not given is Dictionary:
		return given
	var kind: String = given.keys()[0]
	var value: Variant = given[kind]
	match kind:
		"key", "public_key":
			var key: CryptoKey = CryptoKey.new()
			key.load(value, kind == "public_key")
			return key
		"certificate":
			var certificate: X509Certificate = X509Certificate.new()
			certificate.load(value)
			return certificate
		"file":
			return FileAccess.get_file_as_string(value)
		"bytes":
			return (value as String).hex_decode()
		"names":
			return PackedStringArray(value)
		_:
			return ClassDB.class_get_integer_constant((value as String).get_slice(".", 0), value.get_slice(".", 1))


## Bytes in hexadecimal; keys, certificates and texts go into a file where the job names one.
static func _told(returned: Variant, into: String) -> Variant:
	if returned is PackedByteArray:
		return (returned as PackedByteArray).hex_encode()
	if returned is CryptoKey or returned is X509Certificate:
		return error_string(returned.save(into))
	if returned is String and not into.is_empty():
		FileAccess.open(into, FileAccess.WRITE).store_string(returned)
	return returned

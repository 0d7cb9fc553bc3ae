extends "res://support/suite.gd"
## The public names: every method, property and constant there has to be, compared with the engine's twin by reflection.


## Our classes and the engine's classes they stand for.
const TWINS := {
	&"RustlsStreamPeerTLS": &"StreamPeerTLS", &"RustlsTLSOptions": &"TLSOptions", &"RustlsCrypto": &"Crypto",
}

## What methods of the twins take beyond their twin's arguments: name, type and default.
const FURTHER_ARGUMENTS := {
	"RustlsCrypto.generate_self_signed_certificate": ["subject_alternative_names", TYPE_PACKED_STRING_ARRAY, []],
}

const PARENTS := {
	&"RustlsStreamPeerTLS": &"StreamPeerExtension", &"RustlsTLSOptions": &"Resource", &"RustlsTrustStore": &"Object",
	&"RustlsCertificateInfo": &"RefCounted", &"RustlsCrypto": &"RefCounted", &"RustlsKeyJob": &"RefCounted",
}

## Whether scripts make them with new().
const CAN_BE_MADE := {
	&"RustlsStreamPeerTLS": true, &"RustlsTLSOptions": true, &"RustlsTrustStore": false,
	&"RustlsCertificateInfo": false, &"RustlsCrypto": true, &"RustlsKeyJob": false,
}

## What the twins do not have. Each method: argument types, defaults of the last ones, return type, whether static.
const METHODS := {
	&"RustlsTLSOptions": {
		&"from_engine": [[TYPE_OBJECT], [], TYPE_OBJECT, true],
		&"client_from_pem": [[TYPE_STRING, TYPE_STRING], [""], TYPE_OBJECT, true],
		&"server_from_pem": [[TYPE_STRING, TYPE_STRING], [], TYPE_OBJECT, true],
		&"get_error": [[], [], TYPE_STRING, false],
		&"server_from_files": [[TYPE_STRING, TYPE_STRING], [], TYPE_OBJECT, true],
		&"set_identity": [[TYPE_OBJECT, TYPE_OBJECT], [], TYPE_INT, false],
		&"set_client_authentication": [[TYPE_INT, TYPE_OBJECT], [], TYPE_INT, false],
		&"add_server_identity": [[TYPE_STRING, TYPE_OBJECT, TYPE_OBJECT], [], TYPE_INT, false],
		&"replace_identity": [[TYPE_OBJECT, TYPE_OBJECT], [], TYPE_INT, false],
		&"verify_certificate_chain": [[TYPE_STRING, TYPE_STRING, TYPE_INT], [-1], TYPE_STRING, false],
		&"get_configuration_warnings": [[], [], TYPE_PACKED_STRING_ARRAY, false],
	},
	&"RustlsStreamPeerTLS": {
		&"get_last_error": [[], [], TYPE_STRING, false],
		&"get_last_error_code": [[], [], TYPE_INT, false],
		&"get_protocol_version": [[], [], TYPE_STRING, false],
		&"get_cipher_suite": [[], [], TYPE_STRING, false],
		&"get_key_exchange_group": [[], [], TYPE_STRING, false],
		&"get_server_name": [[], [], TYPE_STRING, false],
		&"get_alpn_protocol": [[], [], TYPE_STRING, false],
		&"is_session_resumed": [[], [], TYPE_BOOL, false],
		&"get_peer_certificates": [[], [], TYPE_ARRAY, false],
		&"export_keying_material": [
			[TYPE_STRING, TYPE_PACKED_BYTE_ARRAY, TYPE_INT], [], TYPE_PACKED_BYTE_ARRAY, false,
		],
		&"connect_to_host": [[TYPE_STRING, TYPE_INT, TYPE_OBJECT], [null], TYPE_INT, false],
	},
	&"RustlsTrustStore": {
		&"get_source": [[], [], TYPE_INT, true],
		&"get_certificate_count": [[], [], TYPE_INT, true],
		&"get_subjects": [[], [], TYPE_PACKED_STRING_ARRAY, true],
		&"get_problems": [[], [], TYPE_PACKED_STRING_ARRAY, true],
		&"reload": [[], [], TYPE_INT, true],
		&"get_mozilla_bundle_date": [[], [], TYPE_STRING, true],
	},
	&"RustlsCertificateInfo": {
		&"from_certificate": [[TYPE_OBJECT], [], TYPE_ARRAY, true],
		&"from_pem": [[TYPE_STRING], [], TYPE_ARRAY, true],
		&"get_pem": [[], [], TYPE_STRING, false],
	},
	&"RustlsCrypto": {
		&"generate_ecdsa": [[TYPE_INT], [0], TYPE_OBJECT, false],
		&"generate_rsa_async": [[TYPE_INT], [], TYPE_OBJECT, false],
		&"private_key_from_pem": [[TYPE_STRING, TYPE_STRING], [], TYPE_OBJECT, false],
		&"generate_certificate_authority": [
			[TYPE_OBJECT, TYPE_STRING, TYPE_STRING, TYPE_STRING], [], TYPE_OBJECT, false,
		],
		&"issue_certificate": [
			[
				TYPE_OBJECT, TYPE_OBJECT, TYPE_OBJECT, TYPE_STRING, TYPE_PACKED_STRING_ARRAY, TYPE_STRING, TYPE_STRING,
			], [], TYPE_OBJECT, false,
		],
		&"generate_certificate_signing_request": [
			[TYPE_OBJECT, TYPE_STRING, TYPE_PACKED_STRING_ARRAY], [], TYPE_STRING, false,
		],
		&"get_last_error": [[], [], TYPE_STRING, false],
	},
	&"RustlsKeyJob": {
		&"is_completed": [[], [], TYPE_BOOL, false],
		&"get_key": [[], [], TYPE_OBJECT, false],
		&"get_last_error": [[], [], TYPE_STRING, false],
	},
}

## Names of arguments and the class of what is returned, where a script sees them and no twin fixes them.
const SIGNATURES := {
	&"RustlsCrypto": {
		&"generate_ecdsa": [["curve"], &"CryptoKey"],
		&"generate_rsa_async": [["size"], &"RustlsKeyJob"],
		&"private_key_from_pem": [["pem", "password"], &"CryptoKey"],
		&"generate_certificate_authority": [["key", "subject_name", "not_before", "not_after"], &"X509Certificate"],
		&"issue_certificate": [
			[
				"ca_key", "ca_certificate", "subject_key", "subject_name", "subject_alternative_names", "not_before",
				"not_after",
			], &"X509Certificate",
		],
		&"generate_certificate_signing_request": [["key", "subject_name", "subject_alternative_names"], &""],
	},
	&"RustlsKeyJob": {&"get_key": [[], &"CryptoKey"]},
}

## Name, type and class of each argument.
const SIGNALS := {&"RustlsKeyJob": {&"completed": [["key", TYPE_OBJECT, &"CryptoKey"]]}}

## Methods that return an array of certificates.
const RETURNS_INFOS: Array[Array] = [
	[&"RustlsStreamPeerTLS", &"get_peer_certificates"],
	[&"RustlsCertificateInfo", &"from_certificate"],
	[&"RustlsCertificateInfo", &"from_pem"],
]

## Type and value at first.
const PROPERTIES := {
	&"RustlsTLSOptions": {
		&"mode": [TYPE_INT, 0],
		&"trusted_ca_chain": [TYPE_OBJECT, null],
		&"common_name_override": [TYPE_STRING, ""],
		&"private_key": [TYPE_OBJECT, null],
		&"own_certificate": [TYPE_OBJECT, null],
		&"min_version": [TYPE_INT, 0],
		&"max_version": [TYPE_INT, 1],
		&"alpn_protocols": [TYPE_PACKED_STRING_ARRAY, []],
		&"session_resumption": [TYPE_BOOL, true],
		&"pinned_public_keys": [TYPE_PACKED_STRING_ARRAY, []],
		&"revocation_lists_pem": [TYPE_STRING, ""],
		&"key_log_path": [TYPE_STRING, ""],
	},
	&"RustlsStreamPeerTLS": {&"handshake_timeout": [TYPE_FLOAT, 10.0]},
}

## What scripts can read and not set.
const READ_ONLY_PROPERTIES := {
	&"RustlsCertificateInfo": {
		&"subject": TYPE_STRING, &"issuer": TYPE_STRING, &"common_name": TYPE_STRING, &"serial_number": TYPE_STRING,
		&"not_before": TYPE_INT, &"not_after": TYPE_INT, &"subject_alternative_names": TYPE_PACKED_STRING_ARRAY,
		&"is_certificate_authority": TYPE_BOOL, &"is_self_signed": TYPE_BOOL, &"public_key_algorithm": TYPE_STRING,
		&"signature_algorithm": TYPE_STRING, &"sha256_fingerprint": TYPE_STRING, &"public_key_pin": TYPE_STRING,
	},
}

const CONSTANTS := {
	&"RustlsTLSOptions": {
		&"MODE_CLIENT": 0, &"MODE_CLIENT_UNSAFE": 1, &"MODE_SERVER": 2, &"TLS_VERSION_1_2": 0, &"TLS_VERSION_1_3": 1,
		&"CLIENT_AUTHENTICATION_NONE": 0, &"CLIENT_AUTHENTICATION_OPTIONAL": 1, &"CLIENT_AUTHENTICATION_REQUIRED": 2,
	},
	&"RustlsStreamPeerTLS": {
		&"CAUSE_NONE": 0, &"CAUSE_UNTRUSTED_ISSUER": 1, &"CAUSE_EXPIRED": 2, &"CAUSE_NOT_YET_VALID": 3,
		&"CAUSE_NAME_MISMATCH": 4, &"CAUSE_REVOKED": 5, &"CAUSE_PIN_MISMATCH": 6, &"CAUSE_BAD_CERTIFICATE": 7,
		&"CAUSE_NO_COMMON_VERSION": 8, &"CAUSE_NO_COMMON_CIPHER": 9, &"CAUSE_NOT_TLS": 10, &"CAUSE_CLOSED": 11,
		&"CAUSE_TRUNCATED": 12, &"CAUSE_CLIENT_CERTIFICATE_REQUIRED": 13, &"CAUSE_PEER_ALERT": 14,
		&"CAUSE_TRANSPORT": 15, &"CAUSE_OTHER": 16, &"CAUSE_TIMEOUT": 17,
	},
	&"RustlsTrustStore": {
		&"SOURCE_NONE": 0, &"SOURCE_OVERRIDE": 1, &"SOURCE_SYSTEM": 2, &"SOURCE_MOZILLA": 3,
		&"SOURCE_SYSTEM_AND_MOZILLA": 4,
	},
	&"RustlsCrypto": {&"CURVE_P256": 0, &"CURVE_P384": 1, &"HASH_SHA384": 384, &"HASH_SHA512": 512},
	&"RustlsKeyJob": {},
}


func test_the_classes_exist_under_the_right_parents(_ours: Stack) -> void:
	for our_class: StringName in PARENTS:
		row(our_class)
		if check(ClassDB.class_exists(our_class), "the class does not exist"):
			equal(ClassDB.get_parent_class(our_class), PARENTS[our_class], "its parent")
			equal(ClassDB.can_instantiate(our_class), CAN_BE_MADE[our_class], "whether it can be made with new()")


func test_every_method_of_a_twin_is_there_with_the_same_signature(_ours: Stack) -> void:
	for our_class: StringName in TWINS:
		for expected: Dictionary in ClassDB.class_get_method_list(TWINS[our_class], true):
			row("%s.%s" % [our_class, expected["name"]])
			var method: Dictionary = _method(our_class, expected["name"])
			if not check(not method.is_empty(), "the method does not exist"):
				continue
			_take_off_further_arguments("%s.%s" % [our_class, expected["name"]], method)
			equal(_argument_types(method), _argument_types(expected), "the arguments' types")
			equal(_argument_names(method), _argument_names(expected), "the arguments' names")
			equal(str(method["default_args"]), str(expected["default_args"]), "the defaults")
			equal(method["return"]["type"], expected["return"]["type"], "the return type")
			equal(_return_class(method), _our_name(_return_class(expected)), "the returned class")
			equal(_is_static(method), _is_static(expected), "whether it is static")


func test_every_constant_of_a_twin_is_there_with_the_same_value(_ours: Stack) -> void:
	for our_class: StringName in TWINS:
		var twin: StringName = TWINS[our_class]
		for constant: String in ClassDB.class_get_integer_constant_list(twin, true):
			row("%s.%s" % [our_class, constant])
			_check_constant(our_class, constant, ClassDB.class_get_integer_constant(twin, constant))


func test_our_additions_have_their_signatures(_ours: Stack) -> void:
	for our_class: StringName in METHODS:
		for method_name: StringName in METHODS[our_class]:
			row("%s.%s" % [our_class, method_name])
			var expected: Array = METHODS[our_class][method_name]
			var method: Dictionary = _method(our_class, method_name)
			if not check(not method.is_empty(), "the method does not exist"):
				continue
			equal(_argument_types(method), PackedInt32Array(expected[0]), "the arguments' types")
			equal(str(method["default_args"]).replace("<Object#null>", "<null>"), str(expected[1]), "the defaults")
			equal(method["return"]["type"], expected[2], "the return type")
			equal(_is_static(method), expected[3], "whether it is static")


func test_our_additions_name_their_arguments_and_what_they_return(_ours: Stack) -> void:
	for our_class: StringName in SIGNATURES:
		for method_name: StringName in SIGNATURES[our_class]:
			row("%s.%s" % [our_class, method_name])
			var method: Dictionary = _method(our_class, method_name)
			if check(not method.is_empty(), "the method does not exist"):
				equal(_argument_names(method), PackedStringArray(SIGNATURES[our_class][method_name][0]), "the arguments")
				equal(_return_class(method), SIGNATURES[our_class][method_name][1], "the returned class")


func test_our_signals_have_their_arguments(_ours: Stack) -> void:
	for our_class: StringName in PARENTS:
		var expected: Dictionary = SIGNALS.get(our_class, {})
		row(our_class)
		var found: Array[Dictionary] = ClassDB.class_get_signal_list(our_class, true)
		equal(found.size(), expected.size(), "how many signals there are")
		for found_signal: Dictionary in found:
			var arguments: Array = (found_signal["args"] as Array).map(
				func(argument: Dictionary) -> Array: return [argument["name"], argument["type"], argument["class_name"]]
			)
			equal(arguments, expected.get(StringName(found_signal["name"])), "the arguments of %s" % found_signal["name"])


func test_arrays_of_certificates_are_typed(_ours: Stack) -> void:
	for method: Array in RETURNS_INFOS:
		row("%s.%s" % method)
		var returned: Dictionary = _method(method[0], method[1]).get("return", {})
		equal(returned.get("hint"), PROPERTY_HINT_ARRAY_TYPE, "the hint of what it returns")
		equal(returned.get("hint_string"), "RustlsCertificateInfo", "the class in the array")


func test_our_properties_have_their_types_and_defaults(_ours: Stack) -> void:
	for our_class: StringName in PROPERTIES:
		var object: Object = ClassDB.instantiate(our_class)
		for property: StringName in PROPERTIES[our_class]:
			row("%s.%s" % [our_class, property])
			var found: Dictionary = _property(our_class, property)
			if not check(not found.is_empty(), "the property does not exist"):
				continue
			equal(found["type"], PROPERTIES[our_class][property][0], "the type")
			var value: Variant = object.get(property)
			check(value == type_convert(PROPERTIES[our_class][property][1], found["type"]), "at first it is %s" % [value])


func test_what_a_certificate_says_cannot_be_set(ours: Stack) -> void:
	var info: Object = (ours.call(&"certificate_infos", Fixtures.certificate("localhost")) as Array)[0]
	for our_class: StringName in READ_ONLY_PROPERTIES:
		var properties: Dictionary = READ_ONLY_PROPERTIES[our_class]
		for property: StringName in properties:
			row("%s.%s" % [our_class, property])
			equal(_property(our_class, property).get("type"), properties[property], "the type")
			equal(ClassDB.class_get_property_setter(our_class, property), &"", "what sets it")
			check(not ClassDB.class_has_method(our_class, "set_%s" % property), "there is a method that sets it")
			var before: Variant = info.get(property)
			info.set(property, type_convert("1", properties[property]))
			equal(info.get(property), before, "its value after it was set")


func test_no_method_changes_a_certificate(ours: Stack) -> void:
	var info: Object = (ours.call(&"certificate_infos", Fixtures.certificate("localhost")) as Array)[0]
	var names_of_it: PackedStringArray = info.get(&"subject_alternative_names")
	names_of_it.append("victim.example.test")
	equal(info.get(&"subject_alternative_names"), PackedStringArray(["localhost"]), "the names of the certificate")


func test_the_options_show_in_the_inspector(_ours: Stack) -> void:
	for property: StringName in PROPERTIES[&"RustlsTLSOptions"]:
		row(property)
		var usage: int = _property(&"RustlsTLSOptions", property).get("usage", 0)
		check(usage & PROPERTY_USAGE_EDITOR, "the inspector does not show it")
		check(usage & PROPERTY_USAGE_STORAGE, "it is not stored")
	row("")
	equal(_property(&"RustlsTLSOptions", &"mode").get("hint"), PROPERTY_HINT_ENUM, "the hint of mode")


func test_our_constants_have_their_values(_ours: Stack) -> void:
	for our_class: StringName in CONSTANTS:
		for constant: StringName in CONSTANTS[our_class]:
			row("%s.%s" % [our_class, constant])
			_check_constant(our_class, constant, CONSTANTS[our_class][constant])


func test_there_is_nothing_public_that_nobody_decided_on(_ours: Stack) -> void:
	for our_class: StringName in METHODS:
		var known: Array = METHODS[our_class].keys()
		if TWINS.has(our_class):
			known += ClassDB.class_get_method_list(TWINS[our_class], true).map(
				func(method: Dictionary) -> StringName: return StringName(method["name"])
			)
		for property: StringName in PROPERTIES.get(our_class, {}):
			known += [StringName("get_%s" % property), StringName("set_%s" % property)]
		for property: StringName in READ_ONLY_PROPERTIES.get(our_class, {}):
			known.append(StringName("get_%s" % property))
		for method: Dictionary in ClassDB.class_get_method_list(our_class, true):
			var method_name: String = method["name"]
			if not method_name.begins_with("_"):
				check(StringName(method_name) in known, "%s.%s is in no design" % [our_class, method_name])


## Checks what our method takes beyond its twin's and removes it, so that the rest can be compared.
func _take_off_further_arguments(method_name: String, method: Dictionary) -> void:
	if not FURTHER_ARGUMENTS.has(method_name):
		return
	var further: Dictionary = (method["args"] as Array).pop_back()
	var expected: Array = FURTHER_ARGUMENTS[method_name]
	equal([further["name"], further["type"]], expected.slice(0, 2), "the further argument")
	equal(str((method["default_args"] as Array).pop_back()), str(expected[2]), "its default")


func _check_constant(our_class: StringName, constant: StringName, value: int) -> void:
	if check(ClassDB.class_has_integer_constant(our_class, constant), "the constant does not exist"):
		equal(ClassDB.class_get_integer_constant(our_class, constant), value, "its value")


func _method(of_class: StringName, method_name: StringName) -> Dictionary:
	for method: Dictionary in ClassDB.class_get_method_list(of_class, true):
		if method["name"] == method_name:
			return method
	return {}


func _property(of_class: StringName, property_name: StringName) -> Dictionary:
	for property: Dictionary in ClassDB.class_get_property_list(of_class, true):
		if property["name"] == property_name:
			return property
	return {}


func _argument_types(method: Dictionary) -> PackedInt32Array:
	var types: PackedInt32Array = []
	for argument: Dictionary in method["args"]:
		types.append(argument["type"])
	return types


func _argument_names(method: Dictionary) -> PackedStringArray:
	var argument_names: PackedStringArray = []
	for argument: Dictionary in method["args"]:
		argument_names.append(argument["name"])
	return argument_names


## The class a method returns; enums are integers on our side and count as no class.
func _return_class(method: Dictionary) -> StringName:
	return method["return"]["class_name"] if method["return"]["type"] == TYPE_OBJECT else &""


func _our_name(engine_class: StringName) -> StringName:
	for our_class: StringName in TWINS:
		if TWINS[our_class] == engine_class:
			return our_class
	return engine_class


func _is_static(method: Dictionary) -> bool:
	return bool(method["flags"] & METHOD_FLAG_STATIC)

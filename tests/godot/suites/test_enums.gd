extends "res://support/api_suite.gd"
## Enums of our classes: as types in scripts, in completion, and interchangeable with the engine's.

## What a script may say, whether it kept the engine's enum or got the prefix everywhere.
const STATEMENTS: PackedStringArray = [
	"var method: RustlsHTTPClient.Method = RustlsHTTPClient.METHOD_POST",
	"var result: RustlsHTTPRequest.Result = RustlsHTTPRequest.RESULT_TIMEOUT",
	"var status: RustlsStreamPeerTLS.Status = RustlsStreamPeerTLS.new().get_status()",
	"var status: StreamPeerTLS.Status = RustlsStreamPeerTLS.new().get_status()",
	"var status: RustlsHTTPClient.Status = RustlsHTTPClient.new().get_status()",
	"var status: HTTPClient.Status = RustlsHTTPClient.new().get_status()",
	"var status := RustlsStreamPeerTLS.new().get_status() == StreamPeerTLS.STATUS_CONNECTED",
	"RustlsHTTPRequest.new().request('', [], HTTPClient.METHOD_POST)",
	"RustlsHTTPRequest.new().request('', [], RustlsHTTPClient.METHOD_POST)",
	"RustlsHTTPRequest.new().request('', [], 2)",
	"var method: HTTPClient.Method = HTTPClient.METHOD_PUT; RustlsHTTPRequest.new().fetch('', [], method)",
	"var method: RustlsHTTPClient.Method = RustlsHTTPClient.METHOD_PUT; RustlsHTTPRequest.new().fetch('', [], method)",
	"RustlsHTTPClient.new().request(RustlsHTTPClient.METHOD_GET, '/', [])",
	"RustlsHTTPClient.new().request(HTTPClient.METHOD_GET, '/', [])",
	"RustlsCrypto.new().hmac_digest(HashingContext.HASH_SHA256, [], [])",
	"RustlsCrypto.new().hmac_digest(RustlsCrypto.HASH_SHA384, [], [])",
	"var curve: RustlsCrypto.Curve = RustlsCrypto.CURVE_P384; RustlsCrypto.new().generate_ecdsa(curve)",
	"var cause: RustlsHTTPRequest.Cause = RustlsHTTPRequest.new().get_last_error_code()",
	"var cause: RustlsStreamPeerTLS.Cause = RustlsStreamPeerTLS.new().get_last_error_code()",
	"var source: RustlsTrustStore.Source = RustlsTrustStore.get_source()",
	"RustlsTLSOptions.new().set_client_authentication(RustlsTLSOptions.CLIENT_AUTHENTICATION_NONE, null)",
]
## Arguments and results by the names of their enums, which the editor completes and links.
const NAMED: Array[Array] = [
	[&"RustlsHTTPRequest", &"request", &"method", &"HTTPClient.Method"],
	[&"RustlsHTTPRequest", &"request_raw", &"method", &"HTTPClient.Method"],
	[&"RustlsHTTPRequest", &"fetch", &"method", &"HTTPClient.Method"],
	[&"RustlsHTTPClient", &"request", &"method", &"HTTPClient.Method"],
	[&"RustlsHTTPClient", &"request_raw", &"method", &"HTTPClient.Method"],
	[&"RustlsCrypto", &"sign", &"hash_type", &"HashingContext.HashType"],
	[&"RustlsCrypto", &"verify", &"hash_type", &"HashingContext.HashType"],
	[&"RustlsCrypto", &"hmac_digest", &"hash_type", &"HashingContext.HashType"],
	[&"RustlsCrypto", &"generate_ecdsa", &"curve", &"RustlsCrypto.Curve"],
	[&"RustlsTLSOptions", &"set_client_authentication", &"mode", &"RustlsTLSOptions.ClientAuthentication"],
	[&"RustlsStreamPeerTLS", &"get_status", &"", &"StreamPeerTLS.Status"],
	[&"RustlsHTTPClient", &"get_status", &"", &"HTTPClient.Status"],
	[&"RustlsHTTPRequest", &"get_http_client_status", &"", &"HTTPClient.Status"],
	[&"RustlsTrustStore", &"get_source", &"", &"RustlsTrustStore.Source"],
]
const IS_ENUM := PROPERTY_USAGE_CLASS_IS_ENUM | PROPERTY_USAGE_CLASS_IS_BITFIELD


func test_every_enum_of_a_twin_is_there_with_the_same_values(_ours: Stack) -> void:
	for our_class: StringName in TWINS:
		for enum_name: StringName in ClassDB.class_get_enum_list(TWINS[our_class], true):
			row("%s.%s" % [our_class, enum_name])
			var ours: PackedStringArray = ClassDB.class_get_enum_constants(our_class, enum_name, true)
			for constant: String in ClassDB.class_get_enum_constants(TWINS[our_class], enum_name, true):
				check(constant in ours, "%s is missing" % constant)


func test_every_constant_belongs_to_an_enum(_ours: Stack) -> void:
	for our_class: StringName in PARENTS:
		for constant: String in ClassDB.class_get_integer_constant_list(our_class, true):
			row("%s.%s" % [our_class, constant])
			check(ClassDB.class_get_integer_constant_enum(our_class, constant, true) != &"", "it is in no enum")


func test_arguments_and_results_name_their_enum(_ours: Stack) -> void:
	for expected: Array in NAMED:
		row("%s.%s: %s" % [expected[0], expected[1], expected[2]])
		var method: Dictionary = _method(expected[0], expected[1])
		var found: Array = [method["return"]] if expected[2] == &"" else (method["args"] as Array).filter(
			func(argument: Dictionary) -> bool: return argument["name"] == expected[2])
		equal(found.size(), 1, "arguments of this name")
		equal(found[0]["class_name"], expected[3], "the enum")
		equal(found[0]["type"], TYPE_INT, "the type")
		check(found[0]["usage"] & IS_ENUM, "the editor takes it for no enum")


func test_scripts_may_say_the_engines_enum_or_ours(_ours: Stack) -> void:
	for statement: String in STATEMENTS:
		row(statement)
		equal(_parse(statement), OK, "what the script's compiler says")


func _parse(statement: String) -> Error:
	var script := GDScript.new()
	script.source_code = "extends RefCounted\nfunc run() -> void:\n\t%s\n" % statement
	return script.reload()

extends "res://support/suite.gd"
## The public API: the classes, and what each has in addition to the engine's counterpart.


## The addon's classes and their counterparts in the engine.
const TWINS := {
	&"RustlsStreamPeerTLS": &"StreamPeerTLS", &"RustlsTLSOptions": &"TLSOptions", &"RustlsCrypto": &"Crypto",
	&"RustlsHTTPRequest": &"HTTPRequest", &"RustlsHTTPClient": &"HTTPClient",
}

## Arguments that our methods take in addition to their counterparts: name, type and default.
const FURTHER_ARGUMENTS := {
	"RustlsCrypto.generate_self_signed_certificate": ["subject_alternative_names", TYPE_PACKED_STRING_ARRAY, []],
}

## Properties with more inspector options than their counterparts, or whose hint differs between engine versions.
const OTHER_HINTS: Array[String] = ["download_file"]

const PARENTS := {
	&"RustlsStreamPeerTLS": &"StreamPeerExtension", &"RustlsTLSOptions": &"Resource", &"RustlsTrustStore": &"Object",
	&"RustlsCertificateInfo": &"RefCounted", &"RustlsCrypto": &"RefCounted", &"RustlsKeyJob": &"RefCounted",
	&"RustlsHTTPRequest": &"Node", &"RustlsHTTPResponse": &"RefCounted", &"RustlsMultipartForm": &"RefCounted",
	&"RustlsHTTPClient": &"RefCounted", &"RustlsHTTP": &"Object", &"RustlsCancellation": &"RefCounted",
	&"RustlsTLSServer": &"Node", &"RustlsHTTPCache": &"RefCounted",
}

## True if scripts create the class with new().
const CAN_BE_MADE := {
	&"RustlsStreamPeerTLS": true, &"RustlsTLSOptions": true, &"RustlsTrustStore": false,
	&"RustlsCertificateInfo": false, &"RustlsCrypto": true, &"RustlsKeyJob": false,
	&"RustlsHTTPRequest": true, &"RustlsHTTPResponse": false, &"RustlsMultipartForm": true, &"RustlsHTTPClient": true,
	&"RustlsHTTP": false, &"RustlsCancellation": true, &"RustlsTLSServer": true, &"RustlsHTTPCache": true,
}

## Members without a counterpart. Each method: argument types, defaults of the last ones, return type, whether static.
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
		&"to_engine": [[], [], TYPE_OBJECT, false],
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
		&"get_connected_host": [[], [], TYPE_STRING, false],
		&"get_connected_port": [[], [], TYPE_INT, false],
	},
	&"RustlsTrustStore": {
		&"get_source": [[], [], TYPE_INT, true],
		&"get_version": [[], [], TYPE_STRING, true],
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
		&"done": [[], [], TYPE_SIGNAL, false],
		&"is_completed": [[], [], TYPE_BOOL, false],
		&"get_key": [[], [], TYPE_OBJECT, false],
		&"get_last_error": [[], [], TYPE_STRING, false],
	},
	&"RustlsHTTPRequest": {
		&"fetch": [
			[TYPE_STRING, TYPE_PACKED_STRING_ARRAY, TYPE_INT, TYPE_NIL, TYPE_DICTIONARY], [[], 0, null, {}], TYPE_OBJECT, false,
		],
		&"set_basic_auth": [[TYPE_STRING, TYPE_STRING], [], TYPE_NIL, false],
		&"get_waiting_count": [[], [], TYPE_INT, false],
		&"get_configuration_warnings": [[], [], TYPE_PACKED_STRING_ARRAY, false],
		&"get_response": [[], [], TYPE_OBJECT, false],
		&"get_last_error": [[], [], TYPE_STRING, false],
		&"get_last_error_code": [[], [], TYPE_INT, false],
		&"clear_cookies": [[], [], TYPE_NIL, false],
		&"assign_tls_options": [[TYPE_OBJECT], [], TYPE_NIL, false],
	},
	&"RustlsHTTPResponse": {
		&"done": [[], [], TYPE_SIGNAL, false],
		&"all": [[TYPE_ARRAY], [], TYPE_SIGNAL, true],
		&"is_completed": [[], [], TYPE_BOOL, false],
		&"is_ok": [[], [], TYPE_BOOL, false],
		&"is_from_cache": [[], [], TYPE_BOOL, false],
		&"get_header": [[TYPE_STRING], [], TYPE_STRING, false],
		&"get_text": [[], [], TYPE_STRING, false],
		&"get_json": [[], [], TYPE_NIL, false],
		&"get_json_error": [[], [], TYPE_STRING, false],
		&"decode": [[], [], TYPE_NIL, false],
		&"get_decode_error": [[], [], TYPE_STRING, false],
		&"get_peer_certificates": [[], [], TYPE_ARRAY, false],
		&"get_downloaded_bytes": [[], [], TYPE_INT, false],
		&"get_reconnection_time": [[], [], TYPE_FLOAT, false],
		&"get_body_size": [[], [], TYPE_INT, false],
		&"get_last_error_code": [[], [], TYPE_INT, false],
		&"cancel": [[], [], TYPE_NIL, false],
	},
	&"RustlsMultipartForm": {
		&"add_field": [[TYPE_STRING, TYPE_STRING], [], TYPE_NIL, false],
		&"add_bytes": [
			[TYPE_STRING, TYPE_PACKED_BYTE_ARRAY, TYPE_STRING, TYPE_STRING], ["", ""], TYPE_INT, false,
		],
		&"add_file": [[TYPE_STRING, TYPE_STRING, TYPE_STRING, TYPE_STRING], ["", ""], TYPE_INT, false],
		&"get_content_type": [[], [], TYPE_STRING, false],
		&"get_length": [[], [], TYPE_INT, false],
	},
	&"RustlsHTTPClient": {
		&"get_last_error": [[], [], TYPE_STRING, false],
		&"get_last_error_code": [[], [], TYPE_INT, false],
		&"get_peer_certificates": [[], [], TYPE_ARRAY, false],
		&"get_tls_version": [[], [], TYPE_STRING, false],
	},
	&"RustlsHTTP": {
		&"request": [[TYPE_STRING, TYPE_DICTIONARY], [{}], TYPE_SIGNAL, true],
		&"get": [[TYPE_STRING, TYPE_DICTIONARY], [{}], TYPE_SIGNAL, true],
		&"post": [[TYPE_STRING, TYPE_NIL, TYPE_DICTIONARY], [null, {}], TYPE_SIGNAL, true],
		&"download": [[TYPE_STRING, TYPE_STRING, TYPE_DICTIONARY], [{}], TYPE_SIGNAL, true],
	},
	&"RustlsTLSServer": {
		&"listen": [[TYPE_INT, TYPE_OBJECT, TYPE_STRING], ["*"], TYPE_INT, false],
		&"stop": [[], [], TYPE_NIL, false],
		&"is_listening": [[], [], TYPE_BOOL, false],
		&"get_local_port": [[], [], TYPE_INT, false],
		&"get_connection_count": [[], [], TYPE_INT, false],
		&"get_pending_count": [[], [], TYPE_INT, false],
		&"get_last_error": [[], [], TYPE_STRING, false],
	},
	&"RustlsHTTPCache": {
		&"clear": [[], [], TYPE_NIL, false],
		&"get_size": [[], [], TYPE_INT, false],
		&"get_entry_count": [[], [], TYPE_INT, false],
	},
	&"RustlsCancellation": {
		&"cancel": [[], [], TYPE_NIL, false],
		&"is_cancelled": [[], [], TYPE_BOOL, false],
	},
}

## Argument names and classes of return values that scripts see and that no counterpart determines.
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
	&"RustlsHTTPRequest": {
		&"fetch": [["url", "custom_headers", "method", "request_data", "options"], &"RustlsHTTPResponse"],
		&"set_basic_auth": [["user", "password"], &""],
		&"get_response": [[], &"RustlsHTTPResponse"],
		&"get_tls_options": [[], &"RustlsTLSOptions"],
	},
	&"RustlsHTTPResponse": {&"get_header": [["name"], &""]},
	&"RustlsHTTP": {
		&"request": [["url", "options"], &""],
		&"get": [["url", "options"], &""],
		&"post": [["url", "data", "options"], &""],
		&"download": [["url", "path", "options"], &""],
	},
	&"RustlsTLSServer": {&"listen": [["port", "options", "bind_address"], &""]},
	&"RustlsMultipartForm": {
		&"add_field": [["name", "value"], &""],
		&"add_bytes": [["name", "data", "file_name", "content_type"], &""],
		&"add_file": [["name", "path", "file_name", "content_type"], &""],
	},
}

## Name, type and class of each argument.
const SIGNALS := {
	&"RustlsCancellation": {&"cancelled": []},
	&"RustlsTLSServer": {
		&"connected": [["peer", TYPE_OBJECT, &"RustlsStreamPeerTLS"]],
		&"failed": [["address", TYPE_STRING, &""], ["error", TYPE_STRING, &""]],
	},
	&"RustlsKeyJob": {&"completed": [["key", TYPE_OBJECT, &"CryptoKey"]]},
	&"RustlsHTTPRequest": {
		&"request_completed": [
			["result", TYPE_INT, &""], ["response_code", TYPE_INT, &""], ["headers", TYPE_PACKED_STRING_ARRAY, &""],
			["body", TYPE_PACKED_BYTE_ARRAY, &""],
		],
		&"progress": DOWNLOADED, &"upload_progress": UPLOADED, &"event_received": EVENT,
		&"chunk_received": CHUNK,
	},
	&"RustlsHTTPResponse": {
		&"completed": [["response", TYPE_OBJECT, &"RustlsHTTPResponse"]],
		&"progress": DOWNLOADED, &"upload_progress": UPLOADED, &"event_received": EVENT,
		&"chunk_received": CHUNK,
	},
}

## Signals that the node and its responses have in common.
const DOWNLOADED := [["downloaded", TYPE_INT, &""], ["total", TYPE_INT, &""]]
const UPLOADED := [["uploaded", TYPE_INT, &""], ["total", TYPE_INT, &""]]
const CHUNK := [["chunk", TYPE_PACKED_BYTE_ARRAY, &""]]
const EVENT := [["event", TYPE_STRING, &""], ["data", TYPE_STRING, &""], ["id", TYPE_STRING, &""]]

## Methods that return an array of certificates.
const RETURNS_INFOS: Array[Array] = [
	[&"RustlsStreamPeerTLS", &"get_peer_certificates"],
	[&"RustlsCertificateInfo", &"from_certificate"],
	[&"RustlsCertificateInfo", &"from_pem"],
	[&"RustlsHTTPResponse", &"get_peer_certificates"],
	[&"RustlsHTTPClient", &"get_peer_certificates"],
]

## Type and initial value.
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
		&"key_exchange_groups": [TYPE_PACKED_STRING_ARRAY, []],
		&"session_resumption": [TYPE_BOOL, true],
		&"pinned_public_keys": [TYPE_PACKED_STRING_ARRAY, []],
		&"revocation_lists_pem": [TYPE_STRING, ""],
		&"key_log_path": [TYPE_STRING, ""],
	},
	&"RustlsStreamPeerTLS": {&"handshake_timeout": [TYPE_FLOAT, 10.0]},
	&"RustlsHTTPCache": {&"max_bytes": [TYPE_INT, 33554432]},
	&"RustlsTLSServer": {
		&"max_connections": [TYPE_INT, 4096],
		&"max_connections_per_address": [TYPE_INT, 64],
		&"max_pending_handshakes": [TYPE_INT, 512],
		&"handshake_timeout": [TYPE_FLOAT, 10.0],
	},
	&"RustlsHTTPRequest": {
		&"base_url": [TYPE_STRING, ""],
		&"max_concurrent_requests": [TYPE_INT, 0],
		&"cache": [TYPE_OBJECT, null],
		&"default_headers": [TYPE_PACKED_STRING_ARRAY, []],
		&"bearer_token": [TYPE_STRING, ""],
		&"tls_options": [TYPE_OBJECT, null],
		&"connect_timeout": [TYPE_FLOAT, 30.0],
		&"read_timeout": [TYPE_FLOAT, 0.0],
		&"retry_lost_post": [TYPE_BOOL, true],
		&"cookies_enabled": [TYPE_BOOL, false],
		&"allow_https_downgrade": [TYPE_BOOL, false],
		&"download_resume": [TYPE_BOOL, false],
		&"use_environment_proxies": [TYPE_BOOL, false],
		&"server_sent_events": [TYPE_BOOL, false],
		&"reconnect_events": [TYPE_BOOL, false],
		&"stream_body": [TYPE_BOOL, false],
		&"retries": [TYPE_INT, 0],
	},
}

## Properties that only scripts set, because they are secret or no resource: they are neither shown nor saved.
const SCRIPT_PROPERTIES: Array[StringName] = [&"bearer_token", &"cache"]

## Properties that scripts can read but not set.
const READ_ONLY_PROPERTIES := {
	&"RustlsCertificateInfo": {
		&"subject": TYPE_STRING, &"issuer": TYPE_STRING, &"common_name": TYPE_STRING, &"serial_number": TYPE_STRING,
		&"not_before": TYPE_INT, &"not_after": TYPE_INT, &"subject_alternative_names": TYPE_PACKED_STRING_ARRAY,
		&"is_certificate_authority": TYPE_BOOL, &"is_self_signed": TYPE_BOOL, &"public_key_algorithm": TYPE_STRING,
		&"signature_algorithm": TYPE_STRING, &"sha256_fingerprint": TYPE_STRING, &"public_key_pin": TYPE_STRING,
	},
	&"RustlsHTTPResponse": {
		&"result": TYPE_INT, &"response_code": TYPE_INT, &"headers": TYPE_PACKED_STRING_ARRAY,
		&"body": TYPE_PACKED_BYTE_ARRAY, &"error": TYPE_STRING, &"url": TYPE_STRING, &"http_version": TYPE_STRING,
		&"tls_version": TYPE_STRING, &"redirects": TYPE_INT, &"ok": TYPE_BOOL, &"text": TYPE_STRING, &"json": TYPE_NIL,
		&"from_cache": TYPE_BOOL,
		&"retry_count": TYPE_INT,
	},
}

const CONSTANTS := {
	&"RustlsTLSOptions": {
		&"MODE_CLIENT": 0, &"MODE_CLIENT_UNSAFE": 1, &"MODE_SERVER": 2, &"TLS_VERSION_1_2": 0, &"TLS_VERSION_1_3": 1,
		&"CLIENT_AUTHENTICATION_NONE": 0, &"CLIENT_AUTHENTICATION_OPTIONAL": 1, &"CLIENT_AUTHENTICATION_REQUIRED": 2,
	},
	&"RustlsStreamPeerTLS": CAUSES,
	&"RustlsHTTPRequest": CAUSES, &"RustlsHTTPResponse": CAUSES, &"RustlsHTTPClient": CAUSES,
	&"RustlsTrustStore": {
		&"SOURCE_NONE": 0, &"SOURCE_OVERRIDE": 1, &"SOURCE_SYSTEM": 2, &"SOURCE_MOZILLA": 3,
		&"SOURCE_SYSTEM_AND_MOZILLA": 4,
	},
	&"RustlsCrypto": {&"CURVE_P256": 0, &"CURVE_P384": 1, &"HASH_SHA384": 384, &"HASH_SHA512": 512},
	&"RustlsKeyJob": {},
}

## Causes of a failure; the numbers are the same in all classes.
const CAUSES := {
	&"CAUSE_NONE": 0, &"CAUSE_UNTRUSTED_ISSUER": 1, &"CAUSE_EXPIRED": 2, &"CAUSE_NOT_YET_VALID": 3,
	&"CAUSE_NAME_MISMATCH": 4, &"CAUSE_REVOKED": 5, &"CAUSE_PIN_MISMATCH": 6, &"CAUSE_BAD_CERTIFICATE": 7,
	&"CAUSE_NO_COMMON_VERSION": 8, &"CAUSE_NO_COMMON_CIPHER": 9, &"CAUSE_NOT_TLS": 10, &"CAUSE_CLOSED": 11,
	&"CAUSE_TRUNCATED": 12, &"CAUSE_CLIENT_CERTIFICATE_REQUIRED": 13, &"CAUSE_PEER_ALERT": 14,
	&"CAUSE_TRANSPORT": 15, &"CAUSE_OTHER": 16, &"CAUSE_TIMEOUT": 17,
}

## Causes that only the HTTP classes have.
const HTTP_CAUSES := {
	&"CAUSE_NAME_RESOLUTION": 18, &"CAUSE_CONNECTION_REFUSED": 19, &"CAUSE_BODY_INCOMPLETE": 20, &"CAUSE_SIZE_LIMIT": 21,
	&"CAUSE_PROXY": 22, &"CAUSE_REDIRECT": 23, &"CAUSE_FILE": 24,
}


func _method(of_class: StringName, method_name: StringName) -> Dictionary:
	for method: Dictionary in ClassDB.class_get_method_list(of_class, true):
		if method["name"] == method_name:
			return method
	return {}


## Returns the value of a property in a new object.
func _first_value(of_class: StringName, property_name: StringName) -> Variant:
	var object: Object = ClassDB.instantiate(of_class)
	var value: Variant = object.get(property_name)
	if object is Node:
		object.free()
	return value

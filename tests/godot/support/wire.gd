extends RefCounted
## Reads and writes TLS records by hand, to inspect a handshake and to simulate misbehaving peers.


enum Record { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, APPLICATION_DATA = 23 }

enum Alert {
	CLOSE_NOTIFY = 0,
	HANDSHAKE_FAILURE = 40,
	BAD_CERTIFICATE = 42,
	CERTIFICATE_EXPIRED = 45,
	UNKNOWN_CA = 48,
	PROTOCOL_VERSION = 70,
	INTERNAL_ERROR = 80,
	USER_CANCELED = 90,
}

const LEVEL_WARNING := 1
const LEVEL_FATAL := 2
const EXTENSION_SERVER_NAME := 0
const EXTENSION_ALPN := 16
const EXTENSION_VERSIONS := 43


## The complete records in [param bytes], each with `type` and `body`.
static func records(bytes: PackedByteArray) -> Array[Dictionary]:
	var found: Array[Dictionary] = []
	var at: int = 0
	while at + 5 <= bytes.size():
		var length: int = _u16(bytes, at + 3)
		if at + 5 + length > bytes.size():
			break
		found.append({"type": bytes[at], "body": bytes.slice(at + 5, at + 5 + length)})
		at += 5 + length
	return found


## The types of the complete records in [param bytes], in order.
static func record_types(bytes: PackedByteArray) -> PackedInt32Array:
	var types: PackedInt32Array = []
	for record: Dictionary in records(bytes):
		types.append(record["type"])
	return types


## Returns the descriptions of the unencrypted alerts in [param bytes].
static func alerts(bytes: PackedByteArray) -> PackedInt32Array:
	var found: PackedInt32Array = []
	for record: Dictionary in records(bytes):
		var body: PackedByteArray = record["body"]
		if record["type"] == Record.ALERT and body.size() == 2:
			found.append(body[1])
	return found


## Returns the handshake message of a ClientHello, joined from its records; empty while incomplete.
static func client_hello(bytes: PackedByteArray) -> PackedByteArray:
	var message: PackedByteArray = []
	for record: Dictionary in records(bytes):
		if record["type"] == Record.HANDSHAKE:
			message.append_array(record["body"])
	if message.size() < 4:
		return PackedByteArray()
	var length: int = (message[1] << 16) | _u16(message, 2)
	return message.slice(0, 4 + length) if message.size() >= 4 + length else PackedByteArray()


## Returns the body of an extension of a ClientHello message, or null if the extension is missing.
static func extension(hello: PackedByteArray, wanted: int) -> Variant:
	var at: int = 4 + 2 + 32
	at += 1 + hello[at]
	at += 2 + _u16(hello, at)
	at += 1 + hello[at]
	var end: int = at + 2 + _u16(hello, at)
	at += 2
	while at + 4 <= end:
		var length: int = _u16(hello, at + 2)
		if _u16(hello, at) == wanted:
			return hello.slice(at + 4, at + 4 + length)
		at += 4 + length
	return null


## Returns the host name that a ClientHello asks for, or null without one.
static func server_name(hello: PackedByteArray) -> Variant:
	var body: Variant = extension(hello, EXTENSION_SERVER_NAME)
	if body == null:
		return null
	# List length, kind of name, length of the name.
	return (body as PackedByteArray).slice(5).get_string_from_utf8()


## Returns the protocol versions that a ClientHello offers, as on the wire (0x0304 is TLS 1.3).
static func offered_versions(hello: PackedByteArray) -> PackedInt32Array:
	var offered: PackedInt32Array = []
	var body: Variant = extension(hello, EXTENSION_VERSIONS)
	if body == null:
		return [_u16(hello, 4)]
	for at: int in range(1, (body as PackedByteArray).size() - 1, 2):
		offered.append(_u16(body, at))
	return offered


## An alert as a record of its own.
static func alert(level: int, description: Alert) -> PackedByteArray:
	return PackedByteArray([Record.ALERT, 3, 3, 0, 2, level, description])


## Returns a ClientHello with one cipher suite and one version, without the extensions that modern servers require.
static func bare_client_hello(cipher_suite: int, version: int) -> PackedByteArray:
	var body: PackedByteArray = []
	body.append_array(_bytes16(version))
	body.append_array(Crypto.new().generate_random_bytes(32))
	body.append(0)
	body.append_array([0, 2])
	body.append_array(_bytes16(cipher_suite))
	body.append_array([1, 0])
	# Groups P-256, signature algorithms ecdsa_secp256r1_sha256 and rsa_pkcs1_sha256, points uncompressed.
	var extensions: PackedByteArray = [
		0, 10, 0, 4, 0, 2, 0, 23, 0, 13, 0, 6, 0, 4, 4, 3, 4, 1, 0, 11, 0, 2, 1, 0, 0, 23, 0, 0,
	]
	body.append_array(_bytes16(extensions.size()))
	body.append_array(extensions)
	var message: PackedByteArray = [1, 0]
	message.append_array(_bytes16(body.size()))
	message.append_array(body)
	var record: PackedByteArray = [Record.HANDSHAKE, 3, 1]
	record.append_array(_bytes16(message.size()))
	record.append_array(message)
	return record


static func _u16(bytes: PackedByteArray, at: int) -> int:
	return (bytes[at] << 8) | bytes[at + 1]


static func _bytes16(value: int) -> PackedByteArray:
	return PackedByteArray([value >> 8, value & 0xff])

extends "res://measures/measure.gd"
## Calls of Crypto and its twin a second, on the same keys and data.


const TlsTransport := preload("res://transports/tls_transport.gd")
const OUR_CLASS := &"RustlsCrypto"
const OURS := "rustls"
const KEY_BITS := 2048
const SMALL := 64
const LARGE := 1024 * 1024

var _title: String
var _key: CryptoKey
var _call: Callable
var _prepared: Variant = null


## [param call] gets the object, the key and what [param prepare] made, and is what is measured.
func _init(title_of_it: String, key: CryptoKey, call: Callable, prepare: Callable = Callable()) -> void:
	_title = title_of_it
	_key = key
	_call = call
	if prepare.is_valid():
		_prepared = prepare.call(Crypto.new(), key)


## Everything that both can do.
static func all() -> Array:
	var rsa: CryptoKey = Crypto.new().generate_rsa(KEY_BITS)
	var ecdsa: CryptoKey = ClassDB.instantiate(OUR_CLASS).call(&"generate_ecdsa")
	var hash: PackedByteArray = "measured".sha256_buffer()
	var sign := func(crypto: Object, key: CryptoKey, _prepared_for_it: Variant) -> bool:
		return not crypto.sign(HashingContext.HASH_SHA256, hash, key).is_empty()
	var signature := func(crypto: Object, key: CryptoKey) -> PackedByteArray:
		return crypto.sign(HashingContext.HASH_SHA256, hash, key)
	var verify := func(crypto: Object, key: CryptoKey, made: PackedByteArray) -> bool:
		return crypto.verify(HashingContext.HASH_SHA256, hash, made, key)
	return [
		new("generate RSA %d" % KEY_BITS, null, func(crypto: Object, _no_key: Variant, _nothing: Variant) -> bool:
			return crypto.generate_rsa(KEY_BITS) != null),
		new("sign, RSA %d" % KEY_BITS, rsa, sign),
		new("verify, RSA %d" % KEY_BITS, rsa, verify, signature),
		new("sign, ECDSA P-256", ecdsa, sign),
		new("verify, ECDSA P-256", ecdsa, verify, signature),
		new("encrypt, RSA %d" % KEY_BITS, rsa, func(crypto: Object, key: CryptoKey, _nothing: Variant) -> bool:
			return not crypto.encrypt(key, hash).is_empty()),
		new("decrypt, RSA %d" % KEY_BITS, rsa, func(crypto: Object, key: CryptoKey, made: PackedByteArray) -> bool:
			return crypto.decrypt(key, made) == hash,
			func(crypto: Object, key: CryptoKey) -> PackedByteArray: return crypto.encrypt(key, hash)),
		_hmac(SMALL, "64 B"),
		_hmac(LARGE, "1 MiB"),
		new("self-signed certificate, RSA %d" % KEY_BITS, rsa, func(crypto: Object, key: CryptoKey, _nothing: Variant) -> bool:
			return crypto.generate_self_signed_certificate(key) != null),
	]


static func _hmac(size: int, words: String) -> RefCounted:
	var message: PackedByteArray = Crypto.new().generate_random_bytes(size)
	var secret: PackedByteArray = message.slice(0, 32)
	return new("HMAC-SHA-256 of %s" % words, null, func(crypto: Object, _no_key: Variant, _nothing: Variant) -> bool:
		return not crypto.hmac_digest(HashingContext.HASH_SHA256, secret, message).is_empty())


func title() -> String:
	return _title


func unit() -> String:
	return "1/s"


func applies_to(transport: Transport) -> bool:
	return transport is TlsTransport


func sample(transport: Transport, seconds: float) -> float:
	var crypto: Object = ClassDB.instantiate(OUR_CLASS) if transport.label() == OURS else Crypto.new()
	var begun: int = Time.get_ticks_usec()
	var until: int = begun + int(seconds * 1e6)
	var count: int = 0
	while Time.get_ticks_usec() < until or count == 0:
		if not _call.call(crypto, _key, _prepared):
			return NAN
		count += 1
	return count * 1e6 / (Time.get_ticks_usec() - begun)

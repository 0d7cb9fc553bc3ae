extends RefCounted
## Who a server is: a key and its self-signed certificate, as a game's server makes them. Clients trust the certificate.


## The certificate is for all hosts of a domain, so that every connection can ask for another one.
const CERTIFICATE_NAME := "*.bench.test"

## As the report calls it.
var title: String
var key: CryptoKey
var certificate: X509Certificate


func _init(kind: String, own_key: CryptoKey) -> void:
	title = kind
	key = own_key
	var subject: String = "CN=%s,O=Bench,C=IT" % CERTIFICATE_NAME
	certificate = Crypto.new().generate_self_signed_certificate(key, subject)


## With an RSA key. The addon makes it: the engine takes seconds for a long one.
static func rsa(bits: int) -> RefCounted:
	return new("RSA %d" % bits, ClassDB.instantiate(&"RustlsCrypto").call(&"generate_rsa", bits))


## With a key on the curve P-256, which the engine can use but not make.
static func p256() -> RefCounted:
	return new("P-256", ClassDB.instantiate(&"RustlsCrypto").call(&"generate_ecdsa"))

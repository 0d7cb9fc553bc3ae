extends RefCounted
## A private key and its certificate.

## The private key.
var key: CryptoKey

## The certificate.
var certificate: X509Certificate


func _init(private_key: CryptoKey, its_certificate: X509Certificate) -> void:
	key = private_key
	certificate = its_certificate


## Returns the contents of the certificate.
func get_info() -> RustlsCertificateInfo:
	return RustlsCertificateInfo.from_certificate(certificate)[0]

extends "res://support/stack.gd"
## The addon's classes. Loaded only if they exist, so this script may use their names as static types.


func label() -> String:
	return "rustls"


func is_ours() -> bool:
	return true


func stream() -> StreamPeer:
	return RustlsStreamPeerTLS.new()


func client(chain: X509Certificate = null, common_name_override: String = "") -> RefCounted:
	return RustlsTLSOptions.client(chain, common_name_override)


func client_unsafe(chain: X509Certificate = null) -> RefCounted:
	return RustlsTLSOptions.client_unsafe(chain)


func server(key: CryptoKey, certificate: X509Certificate) -> RefCounted:
	return RustlsTLSOptions.server(key, certificate)


func crypto() -> RefCounted:
	return RustlsCrypto.new()


func http_request() -> Node:
	return RustlsHTTPRequest.new()


func http_client() -> RefCounted:
	return RustlsHTTPClient.new()


## Returns new options, as `new()` creates them.
func options() -> Resource:
	return RustlsTLSOptions.new()


## Returns our options with the contents of the engine's.
func from_engine(engine_options: TLSOptions) -> RefCounted:
	return RustlsTLSOptions.from_engine(engine_options)


## Returns client options that trust a PEM text.
func client_from_pem(trusted_pem: String, common_name_override: String = "") -> RefCounted:
	return RustlsTLSOptions.client_from_pem(trusted_pem, common_name_override)


## Returns server options with a key and certificates from PEM text.
func server_from_pem(key_pem: String, certificate_pem: String) -> RefCounted:
	return RustlsTLSOptions.server_from_pem(key_pem, certificate_pem)


## Returns server options with a key and a certificate in files that may change.
func server_from_files(key_path: String, certificate_path: String) -> RefCounted:
	return RustlsTLSOptions.server_from_files(key_path, certificate_path)


## Returns the contents of the certificates of an engine's object.
func certificate_infos(certificate: X509Certificate) -> Array:
	return RustlsCertificateInfo.from_certificate(certificate)


## Returns the contents of the certificates of a PEM text.
func certificate_infos_of_pem(pem: String) -> Array:
	return RustlsCertificateInfo.from_pem(pem)


## Returns the source of the default trusted roots.
func trust_source() -> int:
	return RustlsTrustStore.get_source()


## Returns the number of default trusted roots.
func trust_count() -> int:
	return RustlsTrustStore.get_certificate_count()


## Returns the names of the default trusted roots.
func trust_subjects() -> PackedStringArray:
	return RustlsTrustStore.get_subjects()


## Returns the problems while the default trusted roots were read.
func trust_problems() -> PackedStringArray:
	return RustlsTrustStore.get_problems()


## Reads the default trusted roots again.
func trust_reload() -> int:
	return RustlsTrustStore.reload()


## Returns the date of Mozilla's bundle.
func mozilla_bundle_date() -> String:
	return RustlsTrustStore.get_mozilla_bundle_date()


## Returns two connected ends of the misbehaving stream, which only test builds have.
func test_pair() -> Array:
	# By a string: a script that names a missing class does not parse.
	return ClassDB.call(&"class_call_static", &"RustlsTestStream", &"pair")

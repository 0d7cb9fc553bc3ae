extends "res://support/stack.gd"
## The addon's classes. Loaded only when they exist, so it may name them, and does so with static types.


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


## Fresh options, as `new()` makes them.
func options() -> Resource:
	return RustlsTLSOptions.new()


## Our options with what the engine's say.
func from_engine(engine_options: TLSOptions) -> RefCounted:
	return RustlsTLSOptions.from_engine(engine_options)


## Client options with trust from PEM text.
func client_from_pem(trusted_pem: String, common_name_override: String = "") -> RefCounted:
	return RustlsTLSOptions.client_from_pem(trusted_pem, common_name_override)


## Server options with key and certificates from PEM text.
func server_from_pem(key_pem: String, certificate_pem: String) -> RefCounted:
	return RustlsTLSOptions.server_from_pem(key_pem, certificate_pem)


## Server options with key and certificate in files that may change.
func server_from_files(key_path: String, certificate_path: String) -> RefCounted:
	return RustlsTLSOptions.server_from_files(key_path, certificate_path)


## What the certificates of an engine's object say.
func certificate_infos(certificate: X509Certificate) -> Array:
	return RustlsCertificateInfo.from_certificate(certificate)


## What the certificates of a PEM text say.
func certificate_infos_of_pem(pem: String) -> Array:
	return RustlsCertificateInfo.from_pem(pem)


## Where the default trust came from.
func trust_source() -> int:
	return RustlsTrustStore.get_source()


## How many anchors the default trust has.
func trust_count() -> int:
	return RustlsTrustStore.get_certificate_count()


## The names of the default trust's anchors.
func trust_subjects() -> PackedStringArray:
	return RustlsTrustStore.get_subjects()


## What went wrong while the default trust was read.
func trust_problems() -> PackedStringArray:
	return RustlsTrustStore.get_problems()


## Reads the default trust again.
func trust_reload() -> int:
	return RustlsTrustStore.reload()


## When Mozilla's bundle was made.
func mozilla_bundle_date() -> String:
	return RustlsTrustStore.get_mozilla_bundle_date()


## Two connected ends of the misbehaving stream, which only test builds have.
func test_pair() -> Array:
	# Not by its name: a script that names a missing class does not parse.
	return ClassDB.call(&"class_call_static", &"RustlsTestStream", &"pair")

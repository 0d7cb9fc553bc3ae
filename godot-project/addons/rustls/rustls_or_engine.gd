class_name RustlsOrEngine
extends Object
## The classes of Rustls for Godot where the addon has a library, and the engine's own elsewhere: on the web.
##
## Browsers do TLS themselves and give games no sockets, so the addon has no library for web exports, and a script
## that names one of its classes does not parse there. A project that also exports to the web makes its objects here:
##
## [codeblock]
## var http: Node = RustlsOrEngine.http_request()
## add_child(http)
## http.request_completed.connect(_on_request_completed)
## http.request("https://example.org/players.json")
## [/codeblock]
##
## Variables have the type that both classes share. Use only members that the engine's class has too, or ask
## [method is_available] first.


## Returns whether the addon's classes exist here.
static func is_available() -> bool:
	return ClassDB.class_exists(&"RustlsStreamPeerTLS")


## Returns a new [RustlsHTTPRequest], or a new [HTTPRequest].
static func http_request() -> Node:
	return ClassDB.instantiate(&"RustlsHTTPRequest") if is_available() else HTTPRequest.new()


## Returns a new [RustlsHTTPClient], or a new [HTTPClient].
static func http_client() -> RefCounted:
	return ClassDB.instantiate(&"RustlsHTTPClient") if is_available() else HTTPClient.new()


## Returns a new [RustlsStreamPeerTLS], or a new [StreamPeerTLS]. On the web there is neither: null.
static func stream_peer_tls() -> StreamPeer:
	if is_available():
		return ClassDB.instantiate(&"RustlsStreamPeerTLS")
	return ClassDB.instantiate(&"StreamPeerTLS") if ClassDB.can_instantiate(&"StreamPeerTLS") else null


## Returns a new [RustlsCrypto], or a new [Crypto].
static func crypto() -> RefCounted:
	return ClassDB.instantiate(&"RustlsCrypto") if is_available() else Crypto.new()


## Returns options of a client: [method RustlsTLSOptions.client], or [method TLSOptions.client].
static func client_options(trusted_chain: X509Certificate = null, common_name_override: String = "") -> RefCounted:
	if is_available():
		return _options().call(&"client", trusted_chain, common_name_override)
	return TLSOptions.client(trusted_chain, common_name_override)


## Returns options of a client that does not check the server's name, and no certificate at all without
## [param trusted_chain]: [method RustlsTLSOptions.client_unsafe], or [method TLSOptions.client_unsafe].
static func client_options_unsafe(trusted_chain: X509Certificate = null) -> RefCounted:
	if is_available():
		return _options().call(&"client_unsafe", trusted_chain)
	return TLSOptions.client_unsafe(trusted_chain)


## Returns options of a server: [method RustlsTLSOptions.server], or [method TLSOptions.server].
static func server_options(key: CryptoKey, certificate: X509Certificate) -> RefCounted:
	if is_available():
		return _options().call(&"server", key, certificate)
	return TLSOptions.server(key, certificate)


## Static methods are called on an object: ClassDB.class_call_static() is not there before Godot 4.4.
static func _options() -> RefCounted:
	return ClassDB.instantiate(&"RustlsTLSOptions")

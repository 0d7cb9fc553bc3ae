extends "res://support/suite.gd"
## The script for projects that also export to the web, where the addon has its library.


func test_objects_are_the_addons(_ours: Stack) -> void:
	check(RustlsOrEngine.is_available(), "the addon is not found")
	var http: Node = RustlsOrEngine.http_request()
	equal(http.get_class(), "RustlsHTTPRequest", "http_request()")
	http.free()
	equal(RustlsOrEngine.http_client().get_class(), "RustlsHTTPClient", "http_client()")
	equal(RustlsOrEngine.stream_peer_tls().get_class(), "RustlsStreamPeerTLS", "stream_peer_tls()")
	equal(RustlsOrEngine.crypto().get_class(), "RustlsCrypto", "crypto()")


func test_options_are_the_addons_and_keep_their_arguments(_ours: Stack) -> void:
	var certificate: X509Certificate = Fixtures.certificate("root")
	var client: RefCounted = RustlsOrEngine.client_options(certificate, "other.test")
	equal(client.get_class(), "RustlsTLSOptions", "client_options()")
	equal(client.call(&"get_common_name_override"), "other.test", "the name")
	equal(client.call(&"get_trusted_ca_chain"), certificate, "the chain")
	check(not client.call(&"is_server") and not client.call(&"is_unsafe_client"), "it is no client that checks")
	check(RustlsOrEngine.client_options_unsafe().call(&"is_unsafe_client"), "it is no unsafe client")
	var key: CryptoKey = RustlsOrEngine.crypto().call(&"generate_ecdsa")
	check(RustlsOrEngine.server_options(key, certificate).call(&"is_server"), "it is no server")

extends "res://support/http_suite.gd"
## What print() and str() show for objects: what they are, and nothing that has to stay secret.


func test_a_certificate_shows_subject_issuer_and_end(_ours: Stack) -> void:
	var issued: RefCounted = (RustlsCertificateInfo.from_pem(Fixtures.pem("localhost")) as Array)[0]
	equal(str(issued), "<RustlsCertificateInfo: CN=localhost, issued by CN=Fixture Root,O=Fixtures, valid until 2099-12-31 23:59 UTC>",
			"an issued certificate")
	var own: RefCounted = (RustlsCertificateInfo.from_pem(Fixtures.pem("root")) as Array)[0]
	equal(str(own), "<RustlsCertificateInfo: CN=Fixture Root,O=Fixtures, self-signed, valid until 2099-12-31 23:59 UTC>",
			"a self-signed certificate")


func test_options_show_their_role_and_what_differs_from_the_defaults(_ours: Stack) -> void:
	var pinned: RustlsTLSOptions = RustlsTLSOptions.client(Fixtures.certificate("root"), "My Game Server")
	pinned.min_version = RustlsTLSOptions.TLS_VERSION_1_3
	pinned.alpn_protocols = ["my-game/2", "my-game/1"]
	pinned.pinned_public_keys = ["sha256/AAAA"]
	var demanding: RustlsTLSOptions = RustlsTLSOptions.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))
	demanding.set_client_authentication(RustlsTLSOptions.CLIENT_AUTHENTICATION_REQUIRED, Fixtures.certificate("root"))
	demanding.max_version = RustlsTLSOptions.TLS_VERSION_1_2
	for pair: Array in [
		[RustlsTLSOptions.client(), "client, trusts the default roots"],
		[RustlsTLSOptions.client_unsafe(), "unsafe client, accepts every certificate"],
		[pinned, "client, trusts its own certificates, common_name_override \"My Game Server\", TLS 1.3 only, "
				+ "ALPN my-game/2 my-game/1, 1 pinned_public_keys"],
		[demanding, "server, client certificates required, TLS 1.2 only"],
		[RustlsTLSOptions.server(null, null), "server, no certificate"],
		[RustlsTLSOptions.server_from_files("user://no.key", "user://no.crt"), "server, identity from files"],
	]:
		equal(str(pair[0]), "<RustlsTLSOptions: %s>" % pair[1], "options")


func test_options_show_no_key(_ours: Stack) -> void:
	var options: RustlsTLSOptions = RustlsTLSOptions.server_from_pem(Fixtures.key_pem("localhost"), Fixtures.pem("localhost"))
	equal(str(options), "<RustlsTLSOptions: server>", "options with a key")


func test_a_response_shows_url_status_and_size_but_no_query(ours: Stack) -> void:
	var server: Peer = peers({"/news": Answers.sized("hello")})[0]
	var url: String = server.url("/news").replace("http://", "http://ada:secret@")
	var response: RefCounted = node(ours).call(&"fetch", url + "?token=secret")
	check(str(response).ends_with(", under way>"), str(response))
	await (response.call(&"done") as Signal)
	check(str(response).ends_with(", HTTP/1.1 200, 5 bytes>"), str(response))
	check(str(response).begins_with("<RustlsHTTPResponse: "), str(response))
	check(str(response).contains("/news"), str(response))
	check(not str(response).contains("secret"), str(response))


func test_a_failed_response_shows_the_reason(ours: Stack) -> void:
	var response: RefCounted = node(ours).call(&"fetch", "http://127.0.0.1:1/")
	await (response.call(&"done") as Signal)
	check(str(response).ends_with(", %s>" % response.get(&"error")), str(response))
	check(not str(response.get(&"error")).is_empty(), "no reason")

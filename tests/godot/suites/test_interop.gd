extends "res://support/connected_suite.gd"
## The engine's classes and ours communicate in both roles, with certificates from any tool.


const Flow := preload("res://support/flow.gd")

const GENERATED := 40
const KINDS_OF_KEY: PackedStringArray = [
	"localhost", "localhost_rsa2048", "localhost_rsa3072", "localhost_rsa4096", "localhost_p384",
]


func test_every_kind_of_key_works_under_both_versions(client: Stack, server: Stack) -> void:
	for modern: bool in [true, false]:
		with_setting("network/tls/enable_tls_v1.3", modern)
		for certificate: String in KINDS_OF_KEY:
			row("%s, TLS %s" % [certificate, "1.3" if modern else "1.2"])
			var options: RefCounted = server.server(Fixtures.key(certificate), Fixtures.certificate(certificate))
			_check_talks(client, server, trusting(client), options, "TLSv1.3" if modern else "TLSv1.2")


func test_self_signed_certificates_of_openssl_work(client: Stack, server: Stack) -> void:
	for certificate: String in ["self_signed_openssl", "self_signed_openssl_cn"]:
		row(certificate)
		var trusted: RefCounted = client.client(Fixtures.certificate(certificate))
		var options: RefCounted = server.server(Fixtures.key(certificate), Fixtures.certificate(certificate))
		_check_talks(client, server, trusted, options)


func test_generated_certificates_work(client: Stack, server: Stack) -> void:
	allow_seconds(60.0)
	var crypto: Crypto = Crypto.new()
	var keys: Array[CryptoKey] = [crypto.generate_rsa(2048), Fixtures.key("localhost"), Fixtures.key("localhost_p384")]
	# About one in 500 of these certificates has an invalid serial number; many are tried over the runs.
	for index: int in GENERATED:
		row("certificate %d" % index)
		var key: CryptoKey = keys[index % keys.size()]
		var certificate: X509Certificate = crypto.generate_self_signed_certificate(
			key, "CN=localhost,O=Game %d,C=IT" % index, "20140101000000", "20540101000000"
		)
		_check_talks(client, server, client.client(certificate), server.server(key, certificate))


func test_generated_certificates_for_an_address_work(client: Stack, server: Stack) -> void:
	var crypto: Crypto = Crypto.new()
	var key: CryptoKey = Fixtures.key("localhost_rsa2048")
	var certificate: X509Certificate = crypto.generate_self_signed_certificate(key, "CN=127.0.0.1,O=Game,C=IT")
	_check_talks(client, server, client.client(certificate), server.server(key, certificate), "", "127.0.0.1")


func test_a_generated_certificate_is_still_checked(client: Stack, server: Stack) -> void:
	expect_errors()
	var crypto: Crypto = Crypto.new()
	var key: CryptoKey = Fixtures.key("localhost_rsa2048")
	var other: X509Certificate = crypto.generate_self_signed_certificate(key, "CN=localhost,O=Other,C=IT")
	var good: X509Certificate = crypto.generate_self_signed_certificate(key, "CN=localhost,O=Game,C=IT")
	var past: X509Certificate = crypto.generate_self_signed_certificate(
		key, "CN=localhost,O=Game,C=IT", "20140101000000", "20150101000000"
	)
	var rows: Dictionary = {
		"another one of the same key": [other, good, "localhost"],
		"another name": [good, good, "elsewhere"],
		"in the past": [past, past, "localhost"],
	}
	for label: String in rows:
		row(label)
		var link: Link = Link.new(client, server)
		link.start(rows[label][2], client.client(rows[label][0]), server.server(key, rows[label][1]))
		check(not link.handshake(), "it connected")


func test_a_generated_certificate_with_any_name_works_under_an_override(client: Stack, server: Stack) -> void:
	var crypto: Crypto = Crypto.new()
	var key: CryptoKey = Fixtures.key("localhost_rsa2048")
	var certificate: X509Certificate = crypto.generate_self_signed_certificate(key, "CN=myserver,O=myorganisation,C=IT")
	_check_talks(client, server, client.client(certificate, "myserver"), server.server(key, certificate))


func test_a_saved_and_loaded_certificate_works(client: Stack, server: Stack) -> void:
	var crypto: Crypto = Crypto.new()
	var key: CryptoKey = crypto.generate_rsa(2048)
	var certificate: X509Certificate = crypto.generate_self_signed_certificate(key, "CN=localhost,O=Game,C=IT")
	var certificate_file: String = Fixtures.write_scratch("saved.crt", [])
	var key_file: String = Fixtures.write_scratch("saved.key", [])
	equal(certificate.save(certificate_file), OK, "saving the certificate")
	equal(key.save(key_file), OK, "saving the key")
	var loaded: X509Certificate = ResourceLoader.load(certificate_file, "", ResourceLoader.CACHE_MODE_IGNORE)
	var loaded_key: CryptoKey = ResourceLoader.load(key_file, "", ResourceLoader.CACHE_MODE_IGNORE)
	_check_talks(client, server, client.client(loaded), server.server(loaded_key, loaded))


func test_renewed_connections_work_after_one_another(client: Stack, server: Stack) -> void:
	var client_options: RefCounted = trusting(client)
	var server_options: RefCounted = identity(server)
	for round: int in 20:
		row("connection %d" % round)
		_check_talks(client, server, client_options, server_options)


func _check_talks(
	client: Stack,
	server: Stack,
	client_options: RefCounted,
	server_options: RefCounted,
	version: String = "",
	common_name: String = "localhost"
) -> void:
	var link: Link = Link.new(client, server)
	link.start(common_name, client_options, server_options)
	if not check(link.handshake(), "the handshake failed%s%s" % [_reason(link.client), _reason(link.server)]):
		return
	var flows: Array[Flow] = [
		Flow.new(link.client, link.server, Flow.noise(3000)), Flow.new(link.server, link.client, Flow.noise(3000)),
	]
	check(Flow.run(flows), "%s; %s" % [flows[0].describe(), flows[1].describe()])
	for side: StreamPeer in [link.client, link.server]:
		if not version.is_empty() and side.has_method(&"get_protocol_version"):
			equal(side.call(&"get_protocol_version"), version, "the version")


func _reason(tls: StreamPeer) -> String:
	return ": %s" % tls.call(&"get_last_error") if tls.has_method(&"get_last_error") else ""

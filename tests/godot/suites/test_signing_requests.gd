extends "res://support/certificate_suite.gd"
## generate_certificate_signing_request(): the contents as another CA reads them.


const NAMES: PackedStringArray = ["play.example.test", "*.rooms.example.test", "192.168.1.5", "fd00::5"]


func test_a_signing_request_can_be_read_and_is_signed_by_its_key(_ours: Stack) -> void:
	after(Fixtures.clear_scratch)
	for fixture: String in ["rsa2048", "p256", "p384", "p521"]:
		row(fixture)
		var key: CryptoKey = Fixtures.lone_key(fixture)
		var request: String = ours.call(&"generate_certificate_signing_request", key, NAME + ",O=A Game", NAMES)
		check(request.begins_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "it begins with \"%s\"" % request.left(40))
		check(request.ends_with("-----END CERTIFICATE REQUEST-----\n"), "it ends with \"%s\"" % request.right(40))
		check(not request.contains("PRIVATE"), "it holds a private key")
		var file: String = file_of("request.csr", request)
		var output: Variant = openssl(["req", "-in", file, "-noout", "-verify", "-text"])
		if output == null:
			return
		for part: String in [
			"verify OK", "DNS:play.example.test", "DNS:*.rooms.example.test", "IP Address:192.168.1.5",
			"IP Address:FD00:0:0:0:0:0:0:5", "O = A Game",
		]:
			names(output, part, "what openssl reads")
		var public: Variant = openssl(["req", "-in", file, "-noout", "-pubkey"])
		equal(str(public).strip_edges(), key.save_to_string(true).strip_edges(), "its public key")


func test_a_signing_request_takes_the_common_name_as_a_name(_ours: Stack) -> void:
	after(Fixtures.clear_scratch)
	var key: CryptoKey = Fixtures.lone_key("p384")
	var file: String = file_of("request.csr", ours.call(&"generate_certificate_signing_request", key, "CN=a.test", []))
	var output: Variant = openssl(["req", "-in", file, "-noout", "-text"])
	if output != null:
		names(output, "DNS:a.test", "what openssl reads")

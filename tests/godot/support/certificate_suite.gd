extends "res://support/crypto_suite.gd"
## Base of the suites for certificates that RustlsCrypto creates: reads them, and trusts them in real handshakes.


const NAME := "CN=play.example.test"
const FROM := "20200101000000"
const TO := "20991231235959"

var engine_stack: Stack = Stack.new()


## Returns the contents of the only certificate of an object; null and a failed check if there is not exactly one.
func read(certificate: X509Certificate) -> Object:
	if not check(certificate != null, "there is no certificate"):
		return null
	var infos: Array = our_stack.call(&"certificate_infos", certificate)
	return infos[0] if check(infos.size() == 1, "%d certificates" % infos.size()) else null


## Checks that clients of both kinds that trust [param trusted] accept servers of both kinds that present
## [param certificate], under each of these names.
func accepted_under(
	asked_for: PackedStringArray, trusted: X509Certificate, key: CryptoKey, certificate: X509Certificate
) -> void:
	for name: String in asked_for:
		for client: Stack in [engine_stack, our_stack]:
			for server: Stack in [engine_stack, our_stack]:
				var link: Link = _handshake(name, client.client(trusted), client, server.server(key, certificate), server)
				var words: String = str(link.client.call(&"get_last_error")) if client.is_ours() else ""
				check(
					link.is_connected_on_both_sides(),
					"%s's client refused %s's server as \"%s\": %s" % [client.label(), server.label(), name, words]
				)


## Checks that clients of both kinds refuse the certificate under each name, and ours with this cause.
func refused_under(
	asked_for: PackedStringArray, trusted: X509Certificate, key: CryptoKey, certificate: X509Certificate, cause: Cause
) -> void:
	for name: String in asked_for:
		for client: Stack in [engine_stack, our_stack]:
			var link: Link = _handshake(
				name, client.client(trusted), client, engine_stack.server(key, certificate), engine_stack
			)
			check(not link.is_connected_on_both_sides(), "%s's client accepted it as \"%s\"" % [client.label(), name])
			if client.is_ours():
				equal(link.client.call(&"get_last_error_code"), cause as int, "the cause")


## Writes a text to a file for commands and returns the path.
func file_of(file: String, text: String) -> String:
	return ProjectSettings.globalize_path(Fixtures.write_scratch(file, text.to_utf8_buffer()))


## Returns the PEM text of a certificate.
func pem_of(certificate: X509Certificate) -> String:
	var info: Object = read(certificate)
	return "" if info == null else info.get_pem()


## Runs openssl and returns its output, or "" and a failed check. Without openssl the test is skipped (null).
func openssl(arguments: PackedStringArray) -> Variant:
	var output: Array = []
	if OS.get_name() == "Windows" or OS.execute("openssl", ["version"], output) != 0:
		skip("there is no openssl")
		return null
	output.clear()
	var code: int = OS.execute("openssl", arguments, output, true)
	return str(output[0]) if check(code == 0, "openssl %s ended with %d: %s" % [arguments, code, output]) else ""


func _handshake(
	name: String, client_options: RefCounted, client: Stack, server_options: RefCounted, server: Stack
) -> Link:
	var link: Link = Link.new(client, server)
	link.start(name, client_options, server_options)
	link.handshake()
	return link

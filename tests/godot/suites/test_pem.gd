extends "res://support/verdict_suite.gd"
## Formats of certificate texts and files that are trusted.


const CERT_BEGIN := "-----BEGIN CERTIFICATE-----"
const CERT_END := "-----END CERTIFICATE-----"
const OVERRIDE := "network/tls/certificate_bundle_override"


## Texts around one valid certificate, that of the root; the engine accepts all of them.
func _tolerated() -> Dictionary:
	var root: String = Fixtures.pem("root")
	var body: String = root.get_slice(CERT_BEGIN, 1).get_slice(CERT_END, 0).replace("\n", "")
	return {
		"as it is": root,
		"text before, between and after": "# our roots\n%s\nand another:\n%s\nthe end" % [root, Fixtures.pem("other_root")],
		"CRLF": root.replace("\n", "\r\n"),
		"byte order mark": "\ufeff" + root,
		"one long line": "%s\n%s\n%s\n" % [CERT_BEGIN, body, CERT_END],
		"no final newline": root.strip_edges(),
		"key between": Fixtures.pem("other_root") + Fixtures.key_pem("localhost_rsa2048") + root,
		"bad base64 before": "%s\n!!!!\n%s\n%s" % [CERT_BEGIN, CERT_END, root],
		"no certificate inside before": "%s\nAAAA\n%s\n%s" % [CERT_BEGIN, CERT_END, root],
		"unterminated last block": "%s%s\nMIIB" % [root, CERT_BEGIN],
		"twice": root + root,
		"a hundred others before": Fixtures.numbered_bundle(100, "root"),
	}


## Texts without a usable certificate.
func _useless() -> Dictionary:
	return {
		"empty": "",
		"plain text": "there is no certificate in here\n",
		"only a broken block": "%s\nAAAA\n%s\n" % [CERT_BEGIN, CERT_END],
		"another label": Fixtures.pem("root").replace("CERTIFICATE", "PKCS7"),
		"a key": Fixtures.key_pem("localhost"),
		"half a block": Fixtures.pem("root").left(200),
	}


func test_a_trusted_resource_may_come_from_any_tolerated_file(stack: Stack) -> void:
	expect_errors()
	var number: int = 0
	var tolerated: Dictionary = _tolerated()
	for label: String in tolerated:
		row(label)
		number += 1
		var text: String = tolerated[label]
		var file: String = Fixtures.write_scratch("tolerated_%d.crt" % number, text.to_utf8_buffer())
		var chain: X509Certificate = ResourceLoader.load(file, "", ResourceLoader.CACHE_MODE_IGNORE)
		expect_verdict(stack, verdict(stack, stack.client(chain), "localhost", ["localhost"]), true)


func test_client_from_pem_takes_any_tolerated_text(ours: Stack) -> void:
	expect_errors()
	var tolerated: Dictionary = _tolerated()
	for label: String in tolerated:
		row(label)
		var options: RefCounted = ours.call(&"client_from_pem", tolerated[label])
		expect_verdict(ours, verdict(ours, options, "localhost", ["localhost"]), true)


func test_certificates_without_a_line_break_between_them_all_count(ours: Stack) -> void:
	var both: String = Fixtures.pem("other_root").strip_edges() + Fixtures.pem("root")
	expect_verdict(ours, verdict(ours, ours.call(&"client_from_pem", both), "localhost", ["localhost"]), true)
	expect_errors()
	var odd: String = Fixtures.pem("other_root") + Fixtures.pem("root").replace("-----BEGIN", "----BEGIN")
	expect_verdict(ours, verdict(ours, ours.call(&"client_from_pem", odd), "localhost", ["localhost"]), false)


func test_the_text_the_engine_saves_is_taken(ours: Stack) -> void:
	expect_errors()
	# The text ends with a stray character for which the engine itself logs an error.
	var saved: String = Fixtures.certificate("root").save_to_string()
	var options: RefCounted = ours.call(&"client_from_pem", saved)
	expect_verdict(ours, verdict(ours, options, "localhost", ["localhost"]), true)


func test_an_override_file_takes_any_tolerated_text_and_der(ours: Stack) -> void:
	expect_errors()
	var files: Dictionary = {"DER": FileAccess.get_file_as_bytes(Fixtures.path("root.der"))}
	var tolerated: Dictionary = _tolerated()
	for label: String in tolerated:
		files[label] = (tolerated[label] as String).to_utf8_buffer()
	_restore_the_override()
	for label: String in files:
		row(label)
		ProjectSettings.set_setting(OVERRIDE, Fixtures.write_scratch("bundle.anything", files[label]))
		ours.call(&"trust_reload")
		check("CN=Fixture Root,O=Fixtures" in _subjects(ours), "the anchors are %s" % [_subjects(ours)])
		expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), true)


func test_a_text_without_certificates_is_no_trust(ours: Stack) -> void:
	expect_errors()
	var useless: Dictionary = _useless()
	_restore_the_override()
	for label: String in useless:
		row(label)
		var options: RefCounted = ours.call(&"client_from_pem", useless[label])
		check(not str(options.call(&"get_error")).is_empty(), "client_from_pem: get_error() gives no reason")
		var text: String = useless[label]
		ProjectSettings.set_setting(OVERRIDE, Fixtures.write_scratch("bundle.anything", text.to_utf8_buffer()))
		ours.call(&"trust_reload")
		equal(ours.call(&"trust_count"), 0, "the number of anchors")
		check(not (ours.call(&"trust_problems") as PackedStringArray).is_empty(), "no problem is reported")
		expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), false)


func test_a_broken_certificate_in_a_bundle_is_reported_by_its_number(ours: Stack) -> void:
	expect_errors()
	_restore_the_override()
	var text: String = "%s%s\nAAAA\n%s\n%s" % [Fixtures.pem("other_root"), CERT_BEGIN, CERT_END, Fixtures.pem("root")]
	ProjectSettings.set_setting(OVERRIDE, Fixtures.write_scratch("bundle.crt", text.to_utf8_buffer()))
	ours.call(&"trust_reload")
	var problems: PackedStringArray = ours.call(&"trust_problems")
	if check(problems.size() == 1, "the problems are %s" % [problems]):
		names(problems[0], "2", "the problem")
	equal(ours.call(&"trust_count"), 2, "the number of anchors")


func test_a_private_key_in_a_bundle_is_reported(ours: Stack) -> void:
	expect_errors()
	_restore_the_override()
	var text: String = Fixtures.pem("root") + Fixtures.key_pem("localhost")
	ProjectSettings.set_setting(OVERRIDE, Fixtures.write_scratch("bundle.crt", text.to_utf8_buffer()))
	ours.call(&"trust_reload")
	var problems: PackedStringArray = ours.call(&"trust_problems")
	if check(problems.size() == 1, "the problems are %s" % [problems]):
		names(problems[0], "private key", "the problem")
		check(not problems[0].contains("BEGIN"), "the report repeats the key")


func _restore_the_override() -> void:
	var before: String = ProjectSettings.get_setting(OVERRIDE)
	var ours: Stack = our_stack
	after(func() -> void:
		ProjectSettings.set_setting(OVERRIDE, before)
		ours.call(&"trust_reload"))


func _subjects(ours: Stack) -> PackedStringArray:
	return ours.call(&"trust_subjects")

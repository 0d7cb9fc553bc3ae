extends "res://support/connected_suite.gd"
## Warnings before options are saved or shipped, and saved settings that are not properties.


func before_each() -> void:
	after(Fixtures.clear_scratch)


func test_options_without_a_risk_warn_of_nothing(_ours: Stack) -> void:
	var rows: Dictionary = {
		"new": our_stack.call(&"options"),
		"a client": our_stack.client(Fixtures.chain(["root"]), "a.test"),
		"a client from PEM": our_stack.call(&"client_from_pem", Fixtures.pem("root")),
	}
	for label: String in rows:
		row(label)
		equal(rows[label].call(&"get_configuration_warnings"), PackedStringArray(), "the warnings")


func test_a_key_is_warned_of_wherever_it_lies(_ours: Stack) -> void:
	var at_home: String = Fixtures.write_scratch("own.key", Fixtures.key_pem("localhost").to_utf8_buffer())
	var in_project: String = Fixtures.write_scratch(
		"own.key", Fixtures.key_pem("localhost").to_utf8_buffer(), "res://scratch_of_keys"
	)
	after(Fixtures.clear_scratch.bind("res://scratch_of_keys"))
	await _warns_once(our_stack.server(_loaded_key(at_home), Fixtures.chain(["localhost"])), [at_home, "never ship"])
	await _warns_once(our_stack.server(_loaded_key(in_project), Fixtures.chain(["localhost"])), [in_project, "every player"])
	await _warns_once(our_stack.server(Fixtures.key("localhost"), Fixtures.chain(["localhost"])), ["private_key", "not saved"])


func test_what_is_not_saved_is_named(_ours: Stack) -> void:
	await _warns_once(our_stack.client(Fixtures.certificate("root")), ["trusted_ca_chain", "not saved"])
	var client: RefCounted = our_stack.call(&"client_from_pem", Fixtures.pem("root"))
	equal(client.call(&"set_identity", Fixtures.key("player"), Fixtures.certificate("player")), OK, "set_identity")
	await _warns_once(client, ["set_identity()", "not saved"])
	var files: Array[String] = [Fixtures.path("localhost.key"), Fixtures.path("localhost.crt")]
	await _warns_once(our_stack.call(&"server_from_files", files[0], files[1]), [files[0], "never ship"])
	var server: RefCounted = our_stack.call(&"server_from_files", files[0], files[1])
	var added: int = server.call(
		&"add_server_identity", "a.test", Fixtures.key("localhost_p384"), Fixtures.certificate("localhost_p384")
	)
	equal(added, OK, "add_server_identity")
	var warnings: PackedStringArray = server.call(&"get_configuration_warnings")
	if equal(warnings.size(), 2, "how many warnings"):
		names(warnings[1], "add_server_identity()", "the second")


func test_trust_given_as_text_is_saved_without_whatever_else_was_in_it(_ours: Stack) -> void:
	var text: String = Fixtures.pem("root") + Fixtures.key_pem("root") + Fixtures.pem("other_root")
	expect_errors()
	for ending: String in ["tres", "res"]:
		row(ending)
		var loaded: Resource = _saved_and_loaded(our_stack.call(&"client_from_pem", text), ending, ["PRIVATE KEY"])
		stands(attempt(loaded, identity(our_stack)))
		stands(attempt(loaded, showing(our_stack, "localhost_other")))
		var narrow: Resource = _saved_and_loaded(our_stack.call(&"client_from_pem", Fixtures.pem("other_root")), ending)
		failed_because(attempt(narrow, identity(our_stack)).client, Cause.UNTRUSTED_ISSUER, ["Fixture Root"])
		# Options that trusted nothing do not start to trust the system's roots.
		unusable(_saved_and_loaded(our_stack.call(&"client_from_pem", "nothing"), ending), ["certificate"])


func test_a_server_that_is_saved_or_copied_goes_on_asking_its_clients(_ours: Stack) -> void:
	expect_errors()
	for mode: int in [1, 2]:
		var key: CryptoKey = _loaded_key(
			Fixtures.write_scratch("own.key", Fixtures.key_pem("localhost").to_utf8_buffer())
		)
		var server: RefCounted = our_stack.server(key, Fixtures.chain(["localhost"]))
		var asked: int = server.call(&"set_client_authentication", mode, Fixtures.chain(["players"]))
		equal(asked, OK, "set_client_authentication")
		var loaded: Resource = _saved_and_loaded(server, "tres")
		for again: Resource in [loaded, (server as Resource).duplicate(), _saved_and_loaded(loaded, "res")]:
			row("mode %d" % mode)
			_check_asks(again, mode == 2)


func test_half_of_the_question_for_clients_lets_nobody_in(_ours: Stack) -> void:
	expect_errors()
	var key_file: String = Fixtures.write_scratch("own.key", Fixtures.key_pem("localhost").to_utf8_buffer())
	var chain: X509Certificate = Fixtures.chain(["localhost"])
	var text: String = "[gd_resource type=\"RustlsTLSOptions\" format=3]\n\n[ext_resource type=\"CryptoKey\" path=\"%s\" id=\"1\"]\n" \
			+ "[ext_resource type=\"X509Certificate\" path=\"%s\" id=\"2\"]\n\n[resource]\nmode = 2\n" \
			+ "private_key = ExtResource(\"1\")\nown_certificate = ExtResource(\"2\")\n%s\n"
	for line: String in ["client_authentication = 2", "client_authentication = \"x\"", "client_trusted_pem = \"x\""]:
		row(line)
		var file: PackedByteArray = (text % [key_file, chain.resource_path, line]).to_utf8_buffer()
		var target: String = Fixtures.write_scratch("edited.tres", file)
		var server: Resource = ResourceLoader.load(target, "", ResourceLoader.CACHE_MODE_IGNORE)
		unusable(server, ["has no usable certificate"])


func test_certificates_that_are_skipped_are_told_when_the_trust_is_first_used(_ours: Stack) -> void:
	if not can_read_log():
		skip("this engine does not let scripts read what is printed")
		return
	expect_errors()
	var broken: String = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	var options: RefCounted = our_stack.call(&"client_from_pem", Fixtures.pem("root") + broken + Fixtures.pem("localhost"))
	for _time: int in 2:
		stands(attempt(options, identity(our_stack)))
	var told: PackedStringArray = printed_warnings()
	if equal(told.size(), 2, "how many warnings"):
		names(told[0], "certificate 2 was skipped", "the first")
		names(told[1], "trust its issuer", "the second")


func _check_asks(server: Resource, required: bool) -> void:
	var link: Link = attempt(_player(), server)
	stands(link)
	equal(shown_name(link.server), "Player One", "who came")
	var anonymous: Link = attempt(trusting(our_stack), server)
	if required:
		failed_because(anonymous.server, Cause.CLIENT_CERTIFICATE_REQUIRED, [])
	else:
		stands(anonymous)
	var stranger: RefCounted = trusting(our_stack)
	stranger.call(&"set_identity", Fixtures.key("self_signed_client"), Fixtures.certificate("self_signed_client"))
	failed_because(attempt(stranger, server).server, Cause.UNTRUSTED_ISSUER, [])


func _player() -> RefCounted:
	var client: RefCounted = trusting(our_stack)
	equal(client.call(&"set_identity", Fixtures.key("player"), Fixtures.certificate("player")), OK, "set_identity")
	return client


## Checks that one warning with these words is printed when the options are saved, and not again.
func _warns_once(options: RefCounted, words: PackedStringArray) -> void:
	row(str(words))
	var warnings: PackedStringArray = options.call(&"get_configuration_warnings")
	if not equal(warnings.size(), 1, "how many warnings"):
		return
	for word: String in words:
		names(warnings[0], word, "the warning")
	forget_errors()
	var target: String = Fixtures.write_scratch("options.tres", [])
	for _time: int in 2:
		equal(ResourceSaver.save(options as Resource, target), OK, "saving")
	# The warnings are printed after the engine has finished with the options.
	await tree.process_frame
	if can_read_log():
		var printed: PackedStringArray = printed_warnings()
		equal(printed.size(), 1, "how many were printed")
		names("".join(printed), words[0], "what was printed")
	row("")


func _loaded_key(file: String) -> CryptoKey:
	return ResourceLoader.load(file, "CryptoKey", ResourceLoader.CACHE_MODE_IGNORE)


func _saved_and_loaded(options: RefCounted, ending: String, without: PackedStringArray = []) -> Resource:
	var target: String = Fixtures.write_scratch("options." + ending, [])
	equal(ResourceSaver.save(options as Resource, target), OK, "saving")
	var text: String = FileAccess.get_file_as_bytes(target).hex_encode()
	for word: String in without:
		check(not text.contains(word.to_ascii_buffer().hex_encode()), "the file holds \"%s\"" % word)
	return ResourceLoader.load(target, "RustlsTLSOptions", ResourceLoader.CACHE_MODE_IGNORE)

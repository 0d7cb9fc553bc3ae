extends "res://support/resumption_suite.gd"
## Certificates that are renewed while the server runs.


const KEY_FILE := "renewed.key"
const CERTIFICATE_FILE := "renewed.crt"
## The values in which the alternating fixtures differ.
const KINDS := {"localhost": "ECDSA P-256", "localhost_p384": "ECDSA P-384", "localhost_rsa2048": "RSA 2048"}
const BROKEN := "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


func before_each() -> void:
	after(Fixtures.clear_scratch)


func test_a_new_identity_is_shown_at_once_and_running_connections_stay(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var server: RefCounted = serving(VERSIONS[version])
		var before: Link = attempt(trusting(our_stack), server)
		var half_way: Link = Link.new(our_stack, our_stack)
		half_way.start("localhost", trusting(our_stack), server)
		equal(server.call(&"replace_identity", Fixtures.key("localhost_p384"), Fixtures.certificate("localhost_p384")),
			OK, "replace_identity")
		_check_shown(attempt(trusting(our_stack), server), "localhost_p384")
		check(half_way.handshake(), "a handshake that had begun failed")
		_check_shown(half_way, "localhost")
		before.client.put_data("still here".to_utf8_buffer())
		equal(Link.read_exactly(before.server, 10), "still here".to_utf8_buffer(), "what the older connection carried")


func test_an_identity_that_cannot_be_used_replaces_nothing(_ours: Stack) -> void:
	expect_errors()
	var server: RefCounted = identity(our_stack)
	var key: CryptoKey = Fixtures.key("localhost_p384")
	var certificate: X509Certificate = Fixtures.certificate("localhost_p384")
	for pair: Array in [
		[null, certificate], [key, null], [null, null], [CryptoKey.new(), certificate], [key, X509Certificate.new()],
		[Fixtures.key("localhost"), certificate], [Fixtures.key("leaf_rsa1024"), Fixtures.certificate("leaf_rsa1024")],
	]:
		row(str(pair))
		forget_errors()
		equal(server.call(&"replace_identity", pair[0], pair[1]), ERR_INVALID_PARAMETER, "replace_identity")
		if can_read_log():
			equal(printed_errors().size(), 1, "how many errors were printed")
		_check_shown(attempt(trusting(our_stack), server), "localhost")


func test_a_server_from_pem_can_be_renewed_too(_ours: Stack) -> void:
	var server: RefCounted = our_stack.call(&"server_from_pem", Fixtures.key_pem("localhost"), Fixtures.pem("localhost"))
	_check_shown(attempt(trusting(our_stack), server), "localhost")
	var key: CryptoKey = Fixtures.key("localhost_p384")
	equal(server.call(&"replace_identity", key, Fixtures.certificate("localhost_p384")), OK, "replace_identity")
	_check_shown(attempt(trusting(our_stack), server), "localhost_p384")


func test_files_are_served_and_their_chain_with_them(client: Stack) -> void:
	var key: String = Fixtures.write_scratch(KEY_FILE, Fixtures.key_pem("leaf_of_intermediate").to_utf8_buffer())
	var pem: String = Fixtures.joined_pem(["leaf_of_intermediate", "intermediate"])
	var certificate: String = Fixtures.write_scratch(CERTIFICATE_FILE, pem.to_utf8_buffer())
	for folder: String in ["user://", "absolute"]:
		row(folder)
		if folder == "absolute":
			key = ProjectSettings.globalize_path(key)
			certificate = ProjectSettings.globalize_path(certificate)
		var server: RefCounted = our_stack.call(&"server_from_files", key, certificate)
		equal(server.call(&"get_error"), "", "get_error()")
		equal(server.call(&"is_server"), true, "is_server()")
		var link: Link = Link.new(client, our_stack)
		link.start("localhost", trusting(client), server)
		check(link.handshake(), "the handshake failed")


func test_changed_files_are_noticed_within_a_second_and_not_at_every_handshake(_ours: Stack) -> void:
	var server: RefCounted = _from_files("localhost")
	var started: int = Time.get_ticks_msec()
	var before: Link = attempt(trusting(our_stack), server)
	_check_shown(before, "localhost")
	_write("localhost_p384")
	check(_comes_to_show(server, "localhost_p384"), "the new files were never used")
	var waited: int = Time.get_ticks_msec() - started
	check(waited >= 1000, "the files were looked at again after %d ms" % waited)
	check(waited < 3000, "the new files were used only after %d ms" % waited)
	before.client.put_data("still here".to_utf8_buffer())
	equal(Link.read_exactly(before.server, 10), "still here".to_utf8_buffer(), "what the older connection carried")
	if can_read_log():
		equal(printed_warnings(), PackedStringArray(), "the warnings")


func test_broken_new_files_keep_the_old_identity_with_one_warning(_ours: Stack) -> void:
	if not can_read_log():
		skip("this engine does not let scripts read what is printed")
		return
	expect_errors()
	allow_seconds(90.0)
	var half: String = Fixtures.pem("localhost_p384").left(300)
	var ways: Dictionary = {
		"half a certificate": func() -> void: _write_texts(Fixtures.key_pem("localhost_p384"), half),
		"half a chain": func() -> void:
			_write_texts(Fixtures.key_pem("localhost_p384"), Fixtures.pem("localhost_p384") + half),
		"half a key": func() -> void:
			_write_texts(Fixtures.key_pem("localhost_p384").left(100), Fixtures.pem("localhost_p384")),
		"only the key is new": func() -> void: _write_texts(Fixtures.key_pem("localhost_p384"), Fixtures.pem("localhost")),
		"no files": func() -> void: Fixtures.clear_scratch(),
	}
	for way: String in ways:
		row(way)
		var server: RefCounted = _from_files("localhost")
		_check_shown(attempt(trusting(our_stack), server), "localhost")
		forget_errors()
		(ways[way] as Callable).call()
		check(wait_until(func() -> bool:
			_check_shown(attempt(trusting(our_stack), server), "localhost")
			return not printed_warnings().is_empty()), "nothing was told")
		# Broken in another way at the next check: no second warning.
		_write_texts("", "")
		_keep_on_showing(server, "localhost", 1300)
		equal(printed_warnings().size(), 1, "how many warnings there were")
		names(printed_warnings()[0], CERTIFICATE_FILE, "the warning")
		names(printed_warnings()[0], "old one stays", "the warning")
		_write("localhost_p384")
		check(_comes_to_show(server, "localhost_p384"), "the files were not used when they were good again")
		equal(printed_warnings().size(), 1, "how many warnings there were when it was good again")


func test_the_next_breakage_is_told_again(_ours: Stack) -> void:
	if not can_read_log():
		skip("this engine does not let scripts read what is printed")
		return
	expect_errors()
	var server: RefCounted = _from_files("localhost")
	for fixture: String in ["localhost_p384", "localhost_rsa2048"]:
		row(fixture)
		attempt(trusting(our_stack), server)
		forget_errors()
		_write_texts(Fixtures.key_pem(fixture), BROKEN)
		check(wait_until(func() -> bool:
			attempt(trusting(our_stack), server)
			return printed_warnings().size() == 1), "nothing was told")
		_write(fixture)
		check(_comes_to_show(server, fixture), "the good files were not used")


func test_files_that_were_away_and_come_back_unchanged_are_as_before(_ours: Stack) -> void:
	if not can_read_log():
		skip("this engine does not let scripts read what is printed")
		return
	expect_errors()
	allow_seconds(60.0)
	var server: RefCounted = _from_files("localhost")
	var client: RefCounted = trusting(our_stack)
	stands(attempt(client, server))
	for breakage: Callable in [Fixtures.clear_scratch, func() -> void: _write_texts("", "")]:
		forget_errors()
		breakage.call()
		check(wait_until(func() -> bool:
			stands(attempt(client, server))
			return printed_warnings().size() == 1), "a breakage was not told")
		_write("localhost")
		_keep_on_showing(server, "localhost", 1300)
	check(attempt(client, server).server.call(&"is_session_resumed"), "the sessions are gone")


func test_files_that_are_not_there_at_first_are_an_error_until_they_come(_ours: Stack) -> void:
	expect_errors()
	var folder: String = Fixtures.scratch
	var server: RefCounted = our_stack.call(
		&"server_from_files", folder.path_join(KEY_FILE), folder.path_join(CERTIFICATE_FILE)
	)
	unusable(server, [KEY_FILE, "not found"])
	_write("localhost")
	check(wait_until(func() -> bool: return str(server.call(&"get_error")).is_empty()), "the files were never used")
	_check_shown(attempt(trusting(our_stack), server), "localhost")


func test_files_that_do_not_belong_together_are_an_error_at_first(_ours: Stack) -> void:
	expect_errors()
	var rows: Dictionary = {
		"another key": [Fixtures.key_pem("localhost_p384"), Fixtures.pem("localhost"), "does not belong"],
		"no key": ["", Fixtures.pem("localhost"), "key"],
		"no certificate": [Fixtures.key_pem("localhost"), "", "certificate"],
		"a broken certificate": [Fixtures.key_pem("localhost"), BROKEN, "certificate"],
		"taken for each other": [Fixtures.pem("localhost"), Fixtures.key_pem("localhost"), "certificate"],
	}
	for label: String in rows:
		row(label)
		_write_texts(rows[label][0], rows[label][1])
		unusable(_options_of_files(), [rows[label][2]])


func test_files_that_did_not_change_keep_their_sessions(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var server: RefCounted = only(_from_files("localhost"), VERSIONS[version])
		var client: RefCounted = trusting(our_stack)
		meets(client, server, false)
		var until: int = Time.get_ticks_msec() + 1200
		wait_until(func() -> bool:
			meets(client, server, true)
			return Time.get_ticks_msec() > until)
		# Rewritten with the same content, the identity is unchanged.
		_write("localhost")
		until = Time.get_ticks_msec() + 1200
		wait_until(func() -> bool:
			meets(client, server, true)
			return Time.get_ticks_msec() > until)


func test_renewed_files_forget_the_sessions(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var server: RefCounted = only(_from_files("localhost"), VERSIONS[version])
		var client: RefCounted = trusting(our_stack)
		meets_twice(client, server)
		_write("localhost_p384")
		var link: Array[Link] = [null]
		check(wait_until(func() -> bool:
			link[0] = attempt(client, server)
			return not link[0].client.call(&"is_session_resumed")), "the old session was continued for ever")
		_check_shown(link[0], "localhost_p384")


func test_an_identity_given_by_hand_ends_the_looking(_ours: Stack) -> void:
	var server: RefCounted = _from_files("localhost")
	_check_shown(attempt(trusting(our_stack), server), "localhost")
	var key: CryptoKey = Fixtures.key("localhost_rsa2048")
	equal(server.call(&"replace_identity", key, Fixtures.certificate("localhost_rsa2048")), OK, "replace_identity")
	_write("localhost_p384")
	_keep_on_showing(server, "localhost_rsa2048", 1300)


## Returns options of a server with two files that have the content of a fixture.
func _from_files(fixture: String) -> RefCounted:
	_write(fixture)
	return _options_of_files()


func _options_of_files() -> RefCounted:
	return our_stack.call(
		&"server_from_files", Fixtures.scratch.path_join(KEY_FILE), Fixtures.scratch.path_join(CERTIFICATE_FILE)
	)


func _write(fixture: String) -> void:
	_write_texts(Fixtures.key_pem(fixture), Fixtures.pem(fixture))


func _write_texts(key: String, certificate: String) -> void:
	Fixtures.write_scratch(KEY_FILE, key.to_utf8_buffer())
	Fixtures.write_scratch(CERTIFICATE_FILE, certificate.to_utf8_buffer())


## Connects until a fixture is presented.
func _comes_to_show(server: RefCounted, fixture: String) -> bool:
	return wait_until(func() -> bool: return _kind(attempt(trusting(our_stack), server)) == KINDS[fixture], 5.0)


## Connects for a while, longer than the interval between two checks of the files.
func _keep_on_showing(server: RefCounted, fixture: String, msec: int) -> void:
	var until: int = Time.get_ticks_msec() + msec
	wait_until(func() -> bool:
		_check_shown(attempt(trusting(our_stack), server), fixture)
		return Time.get_ticks_msec() > until)


func _check_shown(link: Link, fixture: String) -> void:
	if stands(link):
		equal(_kind(link), KINDS[fixture], "the key shown")


func _kind(link: Link) -> String:
	var shown: Array = link.client.call(&"get_peer_certificates")
	return "" if shown.is_empty() else shown[0].public_key_algorithm

extends "res://support/connected_suite.gd"
## Options as files of a project (.tres and .res) and in the inspector.


const MODE_CLIENT_UNSAFE := 1
const MODE_SERVER := 2
const PIN := "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

## The groups of the inspector, with their properties.
const GROUPS := {
	"": [&"mode"],
	"Client": [&"trusted_ca_chain", &"common_name_override"],
	"Server": [&"private_key", &"own_certificate"],
	"Protocol": [&"min_version", &"max_version", &"alpn_protocols", &"key_exchange_groups", &"session_resumption"],
	"Verification": [&"pinned_public_keys", &"revocation_lists_pem"],
	"Debugging": [&"key_log_path"],
}


func before_each() -> void:
	after(Fixtures.clear_scratch)


func test_every_stored_property_comes_back(_ours: Stack) -> void:
	var values: Dictionary = {
		&"mode": MODE_CLIENT_UNSAFE,
		&"common_name_override": "My \"Game\"\nServer ü",
		&"min_version": TLS_VERSION_1_3,
		&"max_version": TLS_VERSION_1_2,
		&"alpn_protocols": PackedStringArray(["game/2", "game/1", "ü"]),
		&"key_exchange_groups": PackedStringArray(["x25519", "not a group yet"]),
		&"session_resumption": false,
		&"pinned_public_keys": PackedStringArray([PIN, "not a pin yet"]),
		&"revocation_lists_pem": Fixtures.revocation_list("list_of_root") + Fixtures.revocation_list("list_of_players"),
		&"key_log_path": "user://keys.log",
	}
	var files: Array[StringName] = [&"trusted_ca_chain", &"private_key", &"own_certificate"]
	for ending: String in ["tres", "res"]:
		var options: Resource = with(our_stack.call(&"options"), values)
		var loaded: Resource = _saved_and_loaded(options, ending)
		for property: StringName in _stored(options):
			row("%s, %s" % [ending, property])
			if property not in files and check(values.has(property), "this test does not know it"):
				equal(loaded.get(property), values[property], "the value")


func test_what_was_left_as_it_is_stays_so(_ours: Stack) -> void:
	var fresh: Resource = our_stack.call(&"options")
	for ending: String in ["tres", "res"]:
		var loaded: Resource = _saved_and_loaded(our_stack.call(&"options"), ending)
		for property: StringName in _stored(fresh):
			row("%s, %s" % [ending, property])
			equal(loaded.get(property), fresh.get(property), "the value")


func test_chains_and_keys_in_files_of_their_own_are_referred_to(_ours: Stack) -> void:
	var chain: X509Certificate = Fixtures.chain(["root", "other_root"])
	var certificate: X509Certificate = Fixtures.chain(["leaf_of_intermediate", "intermediate"])
	var key_file: String = Fixtures.write_scratch("own.key", Fixtures.key_pem("leaf_of_intermediate").to_utf8_buffer())
	var key: CryptoKey = ResourceLoader.load(key_file, "CryptoKey", ResourceLoader.CACHE_MODE_IGNORE)
	for ending: String in ["tres", "res"]:
		row(ending)
		var client: Resource = _saved_and_loaded(our_stack.client(chain), ending)
		equal(client.get(&"trusted_ca_chain").resource_path, chain.resource_path, "the path of the chain")
		var server: Resource = _saved_and_loaded(our_stack.server(key, certificate), ending)
		equal(server.get(&"private_key").resource_path, key_file, "the path of the key")
		equal(server.get(&"own_certificate").resource_path, certificate.resource_path, "the path of the certificate")
		equal(server.get(&"mode"), MODE_SERVER, "the mode")
		# Both files are used completely: the intermediate is presented, and the second CA is trusted.
		stands(attempt(client, server))
		stands(attempt(client, showing(our_stack, "localhost_other")))


func test_the_text_of_a_key_is_in_no_file(_ours: Stack) -> void:
	var from_pem: RefCounted = our_stack.call(
		&"server_from_pem", Fixtures.key_pem("localhost"), Fixtures.pem("localhost")
	)
	var client: RefCounted = trusting(our_stack)
	equal(client.call(&"set_identity", Fixtures.key("player"), Fixtures.certificate("player")), OK, "set_identity")
	var named: RefCounted = identity(our_stack)
	var added: int = named.call(
		&"add_server_identity", "a.test", Fixtures.key("localhost_p384"), Fixtures.certificate("localhost_p384")
	)
	equal(added, OK, "add_server_identity")
	var replaced: RefCounted = identity(our_stack)
	var error: int = replaced.call(
		&"replace_identity", Fixtures.key("localhost_rsa2048"), Fixtures.certificate("localhost_rsa2048")
	)
	equal(error, OK, "replace_identity")
	var files: RefCounted = our_stack.call(
		&"server_from_files", Fixtures.path("localhost.key"), Fixtures.path("localhost.crt")
	)
	equal(files.call(&"get_error"), "", "get_error() of a server from files")
	# Refused, and not saved as a path either.
	var mistaken: RefCounted = our_stack.call(
		&"server_from_files", Fixtures.key_pem("localhost").replace("\n", " "), Fixtures.path("localhost.crt")
	)
	var key_file: String = Fixtures.write_scratch("own.key", Fixtures.key_pem("localhost").to_utf8_buffer())
	var loaded_key: CryptoKey = ResourceLoader.load(key_file, "CryptoKey", ResourceLoader.CACHE_MODE_IGNORE)
	var rows: Dictionary = {
		"server": identity(our_stack), "from PEM": from_pem, "client": client, "named": named, "replaced": replaced,
		"from files": files, "a key for a path": mistaken,
		"a key with a path": our_stack.server(loaded_key, Fixtures.certificate("localhost")),
	}
	for label: String in rows:
		for ending: String in ["tres", "res"]:
			row("%s, %s" % [label, ending])
			var target: String = Fixtures.write_scratch("options." + ending, [])
			equal(ResourceSaver.save(rows[label], target), OK, "saving")
			_check_holds_no_key(FileAccess.get_file_as_bytes(target))


func test_a_server_whose_key_was_left_out_says_so(_ours: Stack) -> void:
	expect_errors()
	for ending: String in ["tres", "res"]:
		row(ending)
		unusable(_saved_and_loaded(identity(our_stack), ending), ["key"])


func test_a_chain_without_a_file_of_its_own_comes_back_as_trust_in_nobody(_ours: Stack) -> void:
	expect_errors()
	for ending: String in ["tres", "res"]:
		row(ending)
		# Never as a missing chain, which would mean the default trusted roots.
		var client: Resource = _saved_and_loaded(trusting(our_stack), ending)
		names(client.call(&"get_error"), "no certificate is trusted", "get_error()")
		failed_because(attempt(client, identity(our_stack)).client, Cause.UNTRUSTED_ISSUER, ["no certificate is trusted"])


func test_a_file_edited_by_hand_is_checked_when_it_is_used(_ours: Stack) -> void:
	expect_errors()
	var text: String = "[gd_resource type=\"RustlsTLSOptions\" format=3]\n\n[resource]\n%s\n"
	var rows: Dictionary = {
		"min_version = 7": "min_version",
		"min_version = 1\nmax_version = 0": "version",
		"pinned_public_keys = PackedStringArray(\"x\")": "pinned_public_keys",
		"alpn_protocols = PackedStringArray(\"\")": "alpn_protocols",
		"key_exchange_groups = PackedStringArray(\"x448\")": "key_exchange_groups",
		"revocation_lists_pem = \"x\"": "revocation_lists_pem",
		"mode = 2": "key",
	}
	for lines: String in rows:
		row(lines)
		var target: String = Fixtures.write_scratch("edited.tres", (text % lines).to_utf8_buffer())
		var options: Resource = ResourceLoader.load(target, "", ResourceLoader.CACHE_MODE_IGNORE)
		if check(options != null, "it does not load"):
			unusable(options, [rows[lines]])


func test_a_copy_is_of_the_same_content(_ours: Stack) -> void:
	var options: Resource = with(trusting(our_stack), {
		&"common_name_override": "localhost", &"alpn_protocols": PackedStringArray(["game"]),
		&"key_exchange_groups": PackedStringArray(["secp256r1"]),
		&"revocation_lists_pem": Fixtures.revocation_list("list_of_root"),
	})
	var copy: Resource = options.duplicate()
	for property: StringName in _stored(options):
		row(property)
		check(copy.get(property) == options.get(property), "the copy has %s" % copy.get(property))
	row("")
	expect_errors()
	stands(attempt(copy, identity(our_stack)))
	failed_because(attempt(copy, showing(our_stack, "revoked")).client, Cause.REVOKED, [])


func test_a_server_from_files_is_copied_and_saved_with_its_paths(_ours: Stack) -> void:
	var key: String = Fixtures.write_scratch("own.key", Fixtures.key_pem("localhost").to_utf8_buffer())
	var certificate: String = Fixtures.write_scratch("own.crt", Fixtures.pem("localhost").to_utf8_buffer())
	var server: Resource = our_stack.call(&"server_from_files", key, certificate)
	var copies: Dictionary = {
		"shallow": server.duplicate(), "deep": server.duplicate(true), "tres": _saved_and_loaded(server, "tres"),
		"res": _saved_and_loaded(server, "res"), "copied twice": server.duplicate(true).duplicate(true),
	}
	for label: String in copies:
		row(label)
		equal(copies[label].call(&"get_error"), "", "get_error()")
		stands(attempt(trusting(our_stack), copies[label]))
	row("replaced")
	equal(server.call(&"replace_identity", Fixtures.key("localhost"), Fixtures.certificate("localhost")), OK, "replaced")
	expect_errors()
	unusable(server.duplicate(true), ["private key", "not saved or copied", "replace_identity()"])


func test_a_copy_without_the_key_says_why(_ours: Stack) -> void:
	expect_errors()
	var pem: Array[String] = [Fixtures.key_pem("localhost"), Fixtures.pem("localhost")]
	for server: Resource in [our_stack.call(&"server_from_pem", pem[0], pem[1]), identity(our_stack)]:
		unusable(server.duplicate(true), ["private key", "not saved or copied", "replace_identity()"])


func test_the_inspector_shows_the_properties_in_groups(_ours: Stack) -> void:
	var group: String = ""
	var found: Dictionary = {"": []}
	for property: Dictionary in ClassDB.class_get_property_list(&"RustlsTLSOptions", true):
		var usage: int = property["usage"]
		if usage & PROPERTY_USAGE_GROUP:
			group = property["name"]
			found[group] = []
		elif usage & PROPERTY_USAGE_EDITOR:
			found[group].append(StringName(property["name"]))
	equal(found, GROUPS, "the groups")


func test_the_inspector_offers_choices_and_room(_ours: Stack) -> void:
	var hints: Dictionary = {
		&"mode": [PROPERTY_HINT_ENUM, "Client,Unsafe Client,Server"],
		&"min_version": [PROPERTY_HINT_ENUM, "TLS 1.2,TLS 1.3"],
		&"max_version": [PROPERTY_HINT_ENUM, "TLS 1.2,TLS 1.3"],
		&"trusted_ca_chain": [PROPERTY_HINT_RESOURCE_TYPE, "X509Certificate"],
		&"own_certificate": [PROPERTY_HINT_RESOURCE_TYPE, "X509Certificate"],
		&"private_key": [PROPERTY_HINT_RESOURCE_TYPE, "CryptoKey"],
		&"revocation_lists_pem": [PROPERTY_HINT_MULTILINE_TEXT, ""],
	}
	for property: Dictionary in ClassDB.class_get_property_list(&"RustlsTLSOptions", true):
		if hints.has(StringName(property["name"])):
			row(property["name"])
			equal([property["hint"], property["hint_string"]], hints[StringName(property["name"])], "the hint")


## Returns the names of the options that a file contains.
func _stored(options: Resource) -> Array[StringName]:
	var found: Array[StringName] = []
	for property: Dictionary in ClassDB.class_get_property_list(options.get_class(), true):
		if (property["usage"] as int) & PROPERTY_USAGE_STORAGE:
			found.append(StringName(property["name"]))
	check(found.size() >= 12, "only %s are stored" % [found])
	return found


func _saved_and_loaded(options: Resource, ending: String) -> Resource:
	var target: String = Fixtures.write_scratch("options." + ending, [])
	equal(ResourceSaver.save(options, target), OK, "saving")
	var loaded: Resource = ResourceLoader.load(target, "RustlsTLSOptions", ResourceLoader.CACHE_MODE_IGNORE)
	check(loaded != null, "loading gave null")
	return loaded


## Checks that a file contains neither the markers of a key nor a part of the text of one of these keys.
func _check_holds_no_key(bytes: PackedByteArray) -> void:
	# Binary resources contain zero bytes, at which a string would end.
	var text: String = ""
	for byte: int in bytes:
		text += char(byte) if byte >= 32 and byte < 127 else " "
	check(text.contains("RustlsTLSOptions"), "the file does not name the class")
	check(not text.contains("PRIVATE KEY"), "the file holds a private key")
	for fixture: String in ["localhost", "localhost_p384", "localhost_rsa2048", "player"]:
		var lines: PackedStringArray = Fixtures.key_pem(fixture).split("\n")
		# Not the first line of the body: keys of the same kind begin with the same bytes.
		check(not text.contains(lines[2].left(30)), "the file holds the key of %s" % fixture)

extends "res://support/connected_suite.gd"
## Certificate revocation lists (RFC 5280 section 5).


const REVOKED_AT := "2024-05-06 07:08 UTC"


func test_a_revoked_server_is_refused_with_date_and_reason(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		for fixture: String in ["revoked", "revoked_quietly"]:
			row("%s, %s" % [version, fixture])
			var link: Link = attempt(only(_client(["list_of_root"]), VERSIONS[version]), showing(our_stack, fixture))
			equal(Link.status(link.client), Stack.Status.ERROR, "status of the client")
			var reason: String = "keyCompromise" if fixture == "revoked" else "no reason given"
			failed_because(link.client, Cause.REVOKED, [REVOKED_AT, reason, "localhost", "Fixture Root"])
			# RFC 5246 section 7.2.2: certificate_revoked, number 44.
			failed_because(link.server, Cause.PEER_ALERT, ["(44)"])


func test_who_stands_on_no_list_is_accepted(_ours: Stack) -> void:
	for version: String in VERSIONS:
		for list: String in ["list_of_root", "list_of_root_empty"]:
			row("%s, %s" % [version, list])
			stands(attempt(only(_client([list]), VERSIONS[version]), identity(our_stack)))
	row("without a list")
	stands(attempt(trusting(our_stack), showing(our_stack, "revoked")))


func test_issuers_without_a_list_are_not_refused(_ours: Stack) -> void:
	stands(attempt(_client(["list_of_players"]), identity(our_stack)))
	row("an intermediate without a list")
	stands(attempt(_client(["list_of_root"]), _below("intermediate", "leaf_of_intermediate")))


func test_the_whole_path_is_looked_up(_ours: Stack) -> void:
	expect_errors()
	row("a revoked intermediate")
	var link: Link = attempt(_client(["list_of_root"]), _below("intermediate_revoked", "leaf_of_intermediate_revoked"))
	failed_because(link.client, Cause.REVOKED, ["Revoked Intermediate", REVOKED_AT, "cACompromise"])
	row("a leaf on the list of its intermediate")
	link = attempt(_client(["list_of_intermediate"]), _below("intermediate", "revoked_by_intermediate"))
	failed_because(link.client, Cause.REVOKED, ["localhost", REVOKED_AT, "superseded", "Fixture Intermediate"])


func test_several_lists_count_in_any_order(_ours: Stack) -> void:
	expect_errors()
	var lists: PackedStringArray = ["list_of_intermediate", "list_of_players", "list_of_root"]
	for turn: int in lists.size():
		row(str(lists))
		failed_because(attempt(_client(lists), showing(our_stack, "revoked")).client, Cause.REVOKED, [])
		var link: Link = attempt(_client(lists), _below("intermediate", "revoked_by_intermediate"))
		failed_because(link.client, Cause.REVOKED, [])
		stands(attempt(_client(lists), identity(our_stack)))
		lists.append(lists[0])
		lists.remove_at(0)


func test_the_newest_list_of_an_issuer_counts(_ours: Stack) -> void:
	# Both orders: an implementation might use only the first list.
	for lists: PackedStringArray in [
		["list_of_root_outdated", "list_of_root"], ["list_of_root", "list_of_root_outdated"],
	] as Array[PackedStringArray]:
		row(str(lists))
		stands(attempt(_client(lists), identity(our_stack)))


func test_lists_that_say_nothing_about_today_are_an_error_in_words(_ours: Stack) -> void:
	expect_errors()
	var today: String = Time.get_date_string_from_system(true)
	for version: String in VERSIONS:
		row("%s, out of date" % version)
		var link: Link = attempt(only(_client(["list_of_root_outdated"]), VERSIONS[version]), identity(our_stack))
		failed_because(link.client, Cause.OTHER, ["list", "Fixture Root", "2021-01-01", today, "revocation_lists_pem"])
		row("%s, of the future" % version)
		link = attempt(only(_client(["list_of_root_future"]), VERSIONS[version]), identity(our_stack))
		failed_because(link.client, Cause.OTHER, ["list", "Fixture Root", "2090-01-01", today, "clock"])
		row("%s, of an impostor" % version)
		link = attempt(only(_client(["list_of_impostor"]), VERSIONS[version]), identity(our_stack))
		failed_because(link.client, Cause.OTHER, ["list", "Fixture Root", "not signed"])


func test_an_issuer_must_be_allowed_to_sign_lists(_ours: Stack) -> void:
	expect_errors()
	var client: RefCounted = our_stack.client(Fixtures.certificate("root_pathlen0"))
	stands(attempt(client, showing(our_stack, "leaf_of_root_pathlen0")))
	client.set(&"revocation_lists_pem", Fixtures.revocation_list("list_of_pathlen0"))
	var link: Link = attempt(client, showing(our_stack, "leaf_of_root_pathlen0"))
	failed_because(link.client, Cause.OTHER, ["list", "Fixture Short Root", "cRLSign"])


func test_a_server_looks_its_clients_up(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		for fixture: String in ["player", "player_revoked"]:
			row("%s, %s" % [version, fixture])
			var client: RefCounted = only(trusting(our_stack), VERSIONS[version])
			client.call(&"set_identity", Fixtures.key(fixture), Fixtures.certificate(fixture))
			var server: RefCounted = identity(our_stack)
			server.call(&"set_client_authentication", 2, Fixtures.certificate("players"))
			server.set(&"revocation_lists_pem", Fixtures.revocation_list("list_of_players"))
			var link: Link = attempt(client, server)
			if fixture == "player":
				stands(link)
				continue
			link.pump_until(func() -> bool: return Link.status(link.client) != Stack.Status.CONNECTED)
			failed_because(link.server, Cause.REVOKED, ["Player Banned", REVOKED_AT, "affiliationChanged"])
			failed_because(link.client, Cause.CLIENT_CERTIFICATE_REQUIRED, ["Player Banned", "revoked"])


func test_an_unsafe_client_with_a_chain_looks_up_too_and_one_without_it_does_not(_ours: Stack) -> void:
	expect_errors()
	var list: Dictionary = {&"revocation_lists_pem": Fixtures.revocation_list("list_of_root")}
	var client: RefCounted = with(our_stack.client_unsafe(Fixtures.certificate("root")), list)
	failed_because(attempt(client, showing(our_stack, "revoked")).client, Cause.REVOKED, [REVOKED_AT])
	stands(attempt(with(our_stack.client_unsafe(), list), showing(our_stack, "revoked")))


func test_the_dry_run_looks_up_at_the_time_it_is_asked_for(_ours: Stack) -> void:
	var day: int = Time.get_unix_time_from_datetime_string("2020-06-01T00:00:00")
	var client: RefCounted = _client(["list_of_root_outdated"])
	equal(client.call(&"verify_certificate_chain", Fixtures.pem("localhost"), "localhost", day), "", "while it counts")
	names(client.call(&"verify_certificate_chain", Fixtures.pem("localhost"), "localhost"), "out of date", "today")
	client = _client(["list_of_root"])
	names(client.call(&"verify_certificate_chain", Fixtures.pem("revoked"), "localhost"), REVOKED_AT, "a revoked one")


func test_texts_that_are_no_lists_are_an_error_of_the_options(_ours: Stack) -> void:
	expect_errors()
	var list: String = Fixtures.revocation_list("list_of_root")
	var lines: PackedStringArray = list.split("\n")
	lines.remove_at(3)
	var rows: Dictionary = {
		"no PEM": "hello",
		"a certificate": Fixtures.pem("root"),
		"cut": list.left(list.length() / 2),
		"a broken one behind a good one": list + "\n".join(lines),
		"nothing inside": "-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n",
	}
	for label: String in rows:
		row(label)
		unusable(with(trusting(our_stack), {&"revocation_lists_pem": rows[label]}), ["revocation_lists_pem"])
		unusable(with(identity(our_stack), {&"revocation_lists_pem": rows[label]}), ["revocation_lists_pem"])
	row("and back to a good one")
	var client: RefCounted = with(trusting(our_stack), {&"revocation_lists_pem": "hello"})
	client.set(&"revocation_lists_pem", list)
	equal(client.call(&"get_error"), "", "get_error()")
	equal(client.get(&"revocation_lists_pem"), list, "the property")
	for nothing: String in ["", " \n\t\n"]:
		equal(with(client, {&"revocation_lists_pem": nothing}).call(&"get_error"), "", "get_error() of an empty text")


func test_what_surrounds_a_list_does_not_matter(_ours: Stack) -> void:
	expect_errors()
	var list: String = Fixtures.revocation_list("list_of_root")
	for text: String in [
		list.replace("\n", "\r\n"), "Certificate Revocation List:\n" + list + "\nthe end\n", "\ufeff" + list,
		Fixtures.pem("root") + list,
	]:
		row(text.left(30))
		var client: RefCounted = with(trusting(our_stack), {&"revocation_lists_pem": text})
		equal(client.call(&"get_error"), "", "get_error()")
		failed_because(attempt(client, showing(our_stack, "revoked")).client, Cause.REVOKED, [])


## Returns options of a client that trusts the fixtures' root and has revocation lists.
func _client(lists: PackedStringArray) -> RefCounted:
	var text: String = ""
	for list: String in lists:
		text += Fixtures.revocation_list(list)
	return with(trusting(our_stack), {&"revocation_lists_pem": text})


## Returns options of a server that presents a leaf with its intermediate.
func _below(intermediate: String, leaf: String) -> RefCounted:
	return our_stack.server(Fixtures.key(leaf), Fixtures.chain([leaf, intermediate]))

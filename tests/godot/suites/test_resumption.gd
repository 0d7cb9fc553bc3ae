extends "res://support/resumption_suite.gd"
## Connections that resume the session of an earlier one, and cases in which they must not.


func test_a_second_connection_continues_the_session(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = trusting(our_stack)
		var server: RefCounted = serving(VERSIONS[version])
		meets_twice(client, server)
		var link: Link = meets(client, server, true, "the third")
		equal(link.client.call(&"get_protocol_version"), version.replace(" ", "v"), "the version")
		equal(shown_name(link.client), "localhost", "whom the client saw in the first one")


func test_no_session_is_resumed_before_and_after_a_connection(_ours: Stack) -> void:
	var client: RefCounted = trusting(our_stack)
	var server: RefCounted = identity(our_stack)
	meets(client, server, false)
	var link: Link = Link.new(our_stack, our_stack)
	equal(link.client.call(&"is_session_resumed"), false, "without a connection")
	link.start("localhost", client, server)
	equal(link.client.call(&"is_session_resumed"), false, "before the server answered")
	check(link.handshake(), "the handshake failed")
	equal(link.client.call(&"is_session_resumed"), true, "when it is established")
	link.client.call(&"disconnect_from_stream")
	equal(link.client.call(&"is_session_resumed"), false, "after it ended")


func test_either_side_can_turn_it_off(_ours: Stack) -> void:
	for version: String in VERSIONS:
		for by_client: bool in [true, false]:
			row("%s, by the %s" % [version, "client" if by_client else "server"])
			var client: RefCounted = trusting(our_stack)
			var server: RefCounted = serving(VERSIONS[version])
			(client if by_client else server).set(&"session_resumption", false)
			for count: int in 3:
				meets(client, server, false)


func test_a_server_without_it_sends_no_tickets(_ours: Stack) -> void:
	for resumes: bool in [true, false]:
		row("session_resumption %s" % resumes)
		var server: RefCounted = with(serving(TLS_VERSION_1_3), {&"session_resumption": resumes})
		var link: Link = Link.new(our_stack, our_stack)
		link.start("localhost", trusting(our_stack), server)
		link.pump_until(func() -> bool: return Link.status(link.client) == Stack.Status.CONNECTED)
		wait_until(func() -> bool:
			Link.poll(link.server, link.server_base)
			return Link.status(link.server) == Stack.Status.CONNECTED)
		# The data of the server's last step is in the socket by now.
		(link.client_base as StreamPeerTCP).poll()
		equal(link.client_base.get_available_bytes() > 0, resumes, "whether anything follows the handshake")


func test_another_name_of_the_same_server_begins_anew(_ours: Stack) -> void:
	expect_errors()
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = trusting(our_stack)
		var server: RefCounted = serving(VERSIONS[version], "name_mixed")
		meets_twice(client, server, "localhost")
		meets_twice(client, server, "play.example.test")
		meets(client, server, true, "the first name again", "localhost")
		# The session must not replace a certificate that is not valid for the name.
		var link: Link = attempt(client, server, "victim.example.test")
		equal(Link.status(link.client), Stack.Status.HOSTNAME_MISMATCH, "status under a name it does not have")


func test_a_name_is_the_same_however_it_is_written(_ours: Stack) -> void:
	var client: RefCounted = trusting(our_stack)
	var server: RefCounted = serving(TLS_VERSION_1_3)
	meets(client, server, false, "the first", "localhost")
	meets(client, server, true, "one with capitals", "LocalHost")


func test_addresses_have_sessions_of_their_own(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = trusting(our_stack)
		var server: RefCounted = serving(VERSIONS[version], "name_ip")
		meets_twice(client, server, "127.0.0.1")
		meets_twice(client, server, "::1")


func test_a_name_that_is_no_host_name_never_resumes(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = our_stack.client(Fixtures.certificate("root"), "My Game Server")
		var server: RefCounted = serving(VERSIONS[version], "name_free_text")
		for host: String in ["play.example.test", "play.example.test", ""]:
			meets(client, server, false, "one to \"%s\"" % host, host)


func test_an_unsafe_client_without_a_name_never_resumes(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var client: RefCounted = our_stack.client_unsafe()
		var server: RefCounted = serving(VERSIONS[version])
		for count: int in 3:
			meets(client, server, false, "one without a name", "")
		meets_twice(client, server, "localhost")


func test_two_objects_of_ours_share_nothing(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var server: RefCounted = serving(VERSIONS[version])
		var client: RefCounted = trusting(our_stack)
		meets_twice(client, server)
		meets(trusting(our_stack), server, false, "one with a second object of the same content")
		meets(client, only(identity(our_stack), VERSIONS[version]), false, "one to a second server of the same content")


func test_the_engines_options_share_by_content(engine: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var server: RefCounted = serving(VERSIONS[version])
		# Not the name of another test: these sessions outlive the objects.
		var name: String = "%d.example.test" % (Time.get_ticks_usec() + version.hash())
		_identify(server)
		meets(engine.client(Fixtures.certificate("root")), server, false, "the first", name)
		meets(engine.client(Fixtures.certificate("root")), server, true, "another object of the same content", name)
		meets(engine.client_unsafe(Fixtures.certificate("root")), server, false, "one that checks less", name)
		meets(engine.client(Fixtures.chain(["root", "other_root"])), server, false, "one that trusts more", name)
		meets(engine.client(Fixtures.certificate("root")), server, true, "the first content again", name)
		meets(trusting(our_stack), server, false, "an object of ours", name)


func test_connections_without_options_share_and_so_do_servers_of_the_engine(engine: Stack) -> void:
	var name: String = "%d.example.test" % Time.get_ticks_usec()
	var server: RefCounted = engine.server(Fixtures.key("name_wildcard_san"), Fixtures.certificate("name_wildcard_san"))
	meets(null, server, false, "the first", name)
	meets(null, server, true, "the second", name)
	server = engine.server(Fixtures.key("name_wildcard_san"), Fixtures.certificate("name_wildcard_san"))
	meets(null, server, true, "one to another object of the same content", name)
	meets(engine.client(), server, true, "one with options that say the same as none", name)
	meets(our_stack.client(), server, false, "one with an object of ours", name)


func test_many_names_are_forgotten_and_still_connect(_ours: Stack) -> void:
	allow_seconds(60.0)
	var client: RefCounted = trusting(our_stack)
	var server: RefCounted = showing(our_stack, "name_wildcard_san")
	for index: int in 40:
		meets(client, server, false, "name %d" % index, "n%d.example.test" % index)
	meets(client, server, true, "the newest name", "n39.example.test")
	meets(client, server, false, "the oldest name", "n0.example.test")


## Returns options of a server that also has a certificate for any name in example.test.
func _identify(server: RefCounted) -> void:
	var error: int = server.call(&"add_server_identity", "*.example.test", Fixtures.key("name_wildcard_san"),
		Fixtures.certificate("name_wildcard_san"))
	equal(error, OK, "add_server_identity")

extends "res://support/connected_suite.gd"
## TLS over streams other than TCP: inside TLS, over a Unix socket, into a buffer, and never over itself.


const Flow := preload("res://support/flow.gd")


func test_tls_runs_inside_tls(client: Stack, server: Stack) -> void:
	var outer: Link = connected(client, server)
	var inner: Link = connected(client, server, [outer.client, outer.server])
	if inner == null:
		return
	var flows: Array[Flow] = [
		Flow.new(inner.client, inner.server, Flow.noise(300000)), Flow.new(inner.server, inner.client, Flow.noise(300000)),
	]
	check(Flow.run(flows), "%s; %s" % [flows[0].describe(), flows[1].describe()])


func test_ours_runs_inside_the_engines_and_the_other_way_round(client: Stack, server: Stack) -> void:
	if our_stack == null:
		skip("the addon's classes are not loaded")
		return
	var outer: Link = connected(client, server)
	# The inner connection uses the other stack, for both kinds of outer connection.
	var inner_client: Stack = Stack.new() if client.is_ours() else our_stack
	var inner_server: Stack = Stack.new() if server.is_ours() else our_stack
	var inner: Link = connected(inner_client, inner_server, [outer.client, outer.server])
	if inner == null:
		return
	var flow: Flow = Flow.new(inner.client, inner.server, Flow.noise(100000))
	check(Flow.run([flow]), flow.describe())


func test_three_layers_deep_still_delivers(ours: Stack) -> void:
	var link: Link = connected(ours, ours)
	for layer: int in 2:
		link = connected(ours, ours, [link.client, link.server])
	var flow: Flow = Flow.new(link.client, link.server, Flow.noise(100000), 700, 300)
	check(Flow.run([flow]), flow.describe())


func test_the_goodbye_is_said_inside_another_stream_too(ours: Stack) -> void:
	expect_errors()
	var outer: Link = connected(ours, ours)
	var inner: Link = connected(ours, ours, [outer.client, outer.server])
	inner.client.call(&"disconnect_from_stream")
	_check_peer_sees_clean_end(inner.server)
	equal(Link.status(outer.client), Stack.Status.CONNECTED, "the outer stream's status")


func test_the_goodbye_of_a_freed_inner_stream_is_said(ours: Stack) -> void:
	expect_errors()
	var outer: Link = connected(ours, ours)
	var inner: Link = connected(ours, ours, [outer.client, outer.server])
	inner.client = null
	_check_peer_sees_clean_end(inner.server)


func test_the_end_of_the_outer_stream_ends_the_inner_one(ours: Stack) -> void:
	expect_errors()
	var outer: Link = connected(ours, ours)
	var inner: Link = connected(ours, ours, [outer.client, outer.server])
	outer.server.call(&"disconnect_from_stream")
	check(wait_until(func() -> bool:
		Link.read_some(inner.client)
		return Link.status(inner.client) == Stack.Status.DISCONNECTED), "it never became DISCONNECTED")


func test_freeing_an_inner_stream_over_a_dead_outer_one_is_silent(ours: Stack) -> void:
	for side_that_ends: String in ["client", "server"]:
		var outer: Link = connected(ours, ours)
		var inner: Link = connected(ours, ours, [outer.client, outer.server])
		(outer.get(side_that_ends) as StreamPeer).call(&"disconnect_from_stream")
		# No errors are declared: a printed error fails the test.
		inner = null
		outer = null


func test_a_unix_socket_carries_tls(client: Stack, server: Stack) -> void:
	if not ClassDB.class_exists(&"UDSServer") or OS.get_name() == "Windows":
		skip("this engine or system has no Unix sockets")
		return
	var ends: Array[StreamPeer] = _unix_pair()
	var link: Link = connected(client, server, ends)
	if link == null:
		return
	var flow: Flow = Flow.new(link.client, link.server, Flow.noise(200000))
	check(Flow.run([flow]), flow.describe())


func test_the_goodbye_is_said_over_a_unix_socket(ours: Stack) -> void:
	if not ClassDB.class_exists(&"UDSServer") or OS.get_name() == "Windows":
		skip("this engine or system has no Unix sockets")
		return
	expect_errors()
	var link: Link = connected(ours, ours, _unix_pair())
	link.client.call(&"disconnect_from_stream")
	_check_peer_sees_clean_end(link.server)


func test_over_a_buffer_the_hello_lies_in_the_buffer(stack: Stack) -> void:
	var buffer: StreamPeerBuffer = StreamPeerBuffer.new()
	var tls: StreamPeer = stack.stream()
	equal(tls.call(&"connect_to_stream", buffer, "localhost", stack.client()), OK, "connect_to_stream")
	equal(Link.status(tls), Stack.Status.HANDSHAKING, "status")
	check(not Wire.client_hello(buffer.data_array).is_empty(), "there is no hello in the buffer")
	equal(Wire.server_name(Wire.client_hello(buffer.data_array)), "localhost", "the name in the hello")


func test_a_stream_is_never_its_own_base(ours: Stack) -> void:
	expect_errors()
	var tls: StreamPeer = ours.stream()
	equal(tls.call(&"connect_to_stream", tls, "localhost", ours.client()), ERR_INVALID_PARAMETER, "connect")
	equal(tls.call(&"accept_stream", tls, identity(ours)), ERR_INVALID_PARAMETER, "accept")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")
	check(not str(tls.call(&"get_last_error")).is_empty(), "get_last_error() is empty")
	check(tls.call(&"get_stream") == null, "it kept itself")


func test_a_base_that_leads_back_is_refused(ours: Stack) -> void:
	expect_errors()
	var first: StreamPeer = ours.stream()
	var second: StreamPeer = ours.stream()
	var third: StreamPeer = ours.stream()
	var buffer: StreamPeerBuffer = StreamPeerBuffer.new()
	equal(first.call(&"connect_to_stream", buffer, "localhost", ours.client()), OK, "the first over a buffer")
	first.call(&"disconnect_from_stream")
	# While `second` is based on `first`, `first` must not be based on `second`, directly or through a third stream.
	equal(second.call(&"accept_stream", first, identity(ours)), FAILED, "a base without a connection")
	var link: Link = connected(ours, ours)
	var inner: StreamPeer = ours.stream()
	equal(inner.call(&"accept_stream", link.server, identity(ours)), OK, "an inner stream")
	equal(third.call(&"accept_stream", inner, identity(ours)), FAILED, "a base that still shakes hands")
	link.server.call(&"disconnect_from_stream")
	equal(link.server.call(&"accept_stream", inner, identity(ours)), ERR_INVALID_PARAMETER, "a chain that leads back")
	check(not str(link.server.call(&"get_last_error")).is_empty(), "get_last_error() is empty")


func _unix_pair() -> Array[StreamPeer]:
	# A socket's path is limited to about a hundred characters, which the user folder may exceed.
	var folder: String = OS.call(&"get_temp_dir")
	var path: String = folder.path_join("rustls-test-%d-%d.sock" % [OS.get_process_id(), Time.get_ticks_usec()])
	var listener: RefCounted = ClassDB.instantiate(&"UDSServer")
	var near: StreamPeer = ClassDB.instantiate(&"StreamPeerUDS")
	var far: Array[StreamPeer] = [null]
	equal(listener.call(&"listen", path), OK, "listening on %s" % path)
	near.call(&"connect_to_host", path)
	wait_until(func() -> bool:
		near.call(&"poll")
		if far[0] == null and listener.call(&"is_connection_available"):
			far[0] = listener.call(&"take_connection")
		return far[0] != null)
	listener.call(&"stop")
	DirAccess.remove_absolute(path)
	return [near, far[0]]


func _check_peer_sees_clean_end(tls: StreamPeer) -> void:
	var error: Array[int] = [OK]
	check(wait_until(func() -> bool:
		error[0] = tls.get_partial_data(10)[0]
		return error[0] != OK, 5.0), "the peer never learnt of it")
	equal(error[0], ERR_FILE_EOF, "what the peer's read gave")

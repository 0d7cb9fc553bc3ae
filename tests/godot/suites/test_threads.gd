extends "res://support/connected_suite.gd"
## Streams created, used and freed by threads of a script.


const Flow := preload("res://support/flow.gd")


func test_a_whole_connection_lives_in_a_thread(stack: Stack) -> void:
	equal(_in_thread(_whole_life.bind(stack, 200000)), "", "what went wrong in the thread")


func test_several_threads_have_connections_at_the_same_time(stack: Stack) -> void:
	allow_seconds(60.0)
	var threads: Array[Thread] = []
	for index: int in 6:
		var thread: Thread = Thread.new()
		thread.start(_whole_life.bind(stack, 100000 + index))
		threads.append(thread)
	for thread: Thread in threads:
		equal(thread.wait_to_finish(), "", "what went wrong in a thread")


func test_client_and_server_may_be_in_different_threads(client: Stack, server: Stack) -> void:
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var data: PackedByteArray = Flow.noise(500000)
	var serving: Thread = Thread.new()
	serving.start(_echo.bind(server, ends[1], data.size()))
	equal(_in_thread(_ask.bind(client, ends[0], data)), "", "what went wrong in the client's thread")
	equal(serving.wait_to_finish(), "", "what went wrong in the server's thread")


func test_an_object_may_move_from_thread_to_thread(stack: Stack) -> void:
	var link: Link = Link.new(stack, stack)
	link.start("localhost", trusting(stack), identity(stack))
	check(_in_thread(link.handshake), "the handshake in a thread failed")
	link.client.put_data("from here".to_utf8_buffer())
	var read: Callable = func() -> PackedByteArray: return Link.read_exactly(link.server, 9)
	equal(_in_thread(read), "from here".to_utf8_buffer(), "what another thread read")
	_in_thread(func() -> void: link.client.call(&"disconnect_from_stream"))
	equal(Link.status(link.client), Stack.Status.DISCONNECTED, "status after a thread disconnected it")


func test_an_object_may_be_freed_by_a_thread(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	var holder: Array[StreamPeer] = [link.client]
	var object: WeakRef = weakref(link.client)
	link.client = null
	_in_thread(func() -> void: holder.clear())
	check(object.get_ref() == null, "the object is still alive")


func test_a_thread_can_fail_too(stack: Stack) -> void:
	expect_errors()
	var attempt: Callable = func() -> int:
		var link: Link = Link.new(stack, stack)
		link.start("elsewhere.example.test", trusting(stack), identity(stack))
		link.handshake()
		return Link.status(link.client)
	var expected: int = Stack.Status.HOSTNAME_MISMATCH if stack.is_ours() else Stack.Status.ERROR
	equal(_in_thread(attempt), expected, "status in the thread")


func test_the_default_trust_can_be_used_from_many_threads_at_once(ours: Stack) -> void:
	ours.call(&"trust_reload")
	var threads: Array[Thread] = []
	for index: int in 6:
		var thread: Thread = Thread.new()
		thread.start(func() -> bool:
			var link: Link = Link.new(ours, ours)
			link.start("localhost", ours.client(), identity(ours))
			return link.handshake())
		threads.append(thread)
	for thread: Thread in threads:
		check(thread.wait_to_finish(), "a handshake with the default trust failed")


func test_identities_protocols_and_sessions_work_in_a_thread(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		equal(_in_thread(_past_the_engine.bind(VERSIONS[version])), "", "what went wrong in the thread")


func test_several_threads_use_the_options_past_the_engine_at_the_same_time(_ours: Stack) -> void:
	allow_seconds(60.0)
	var threads: Array[Thread] = []
	for index: int in 6:
		var thread: Thread = Thread.new()
		thread.start(_past_the_engine.bind(index % 2))
		threads.append(thread)
	for thread: Thread in threads:
		equal(thread.wait_to_finish(), "", "what went wrong in a thread")


func _in_thread(work: Callable) -> Variant:
	var thread: Thread = Thread.new()
	thread.start(work)
	return thread.wait_to_finish()


## Returns an error message, or an empty string. The checks of the suite run on the main thread.
func _whole_life(stack: Stack, count: int) -> String:
	var link: Link = Link.new(stack, stack)
	link.start("localhost", trusting(stack), identity(stack))
	if not link.handshake():
		return "the handshake failed"
	var flow: Flow = Flow.new(link.client, link.server, Flow.noise(count), 10000, 3000)
	if not Flow.run([flow]):
		return flow.describe()
	link.client.call(&"disconnect_from_stream")
	return ""


## Two connections with client certificates and a protocol, the second one resumed. Returns an error message.
func _past_the_engine(version: int) -> String:
	var client: RefCounted = with(only(trusting(our_stack), version), {&"alpn_protocols": PackedStringArray(["game"])})
	var server: RefCounted = with(identity(our_stack), {&"alpn_protocols": PackedStringArray(["game"])})
	if client.call(&"set_identity", Fixtures.key("player"), Fixtures.certificate("player")) != OK:
		return "set_identity failed"
	if server.call(&"set_client_authentication", 2, Fixtures.certificate("players")) != OK:
		return "set_client_authentication failed"
	for resumed: bool in [false, true]:
		var link: Link = attempt(client, server)
		if not link.is_connected_on_both_sides():
			return "the handshake failed: %s" % link.client.call(&"get_last_error")
		link.server.put_data("t".to_utf8_buffer())
		Link.read_exactly(link.client, 1)
		var seen: Array = [
			link.client.call(&"is_session_resumed"), link.server.call(&"get_alpn_protocol"), shown_name(link.server),
			link.client.call(&"export_keying_material", "EXPORTER-x", PackedByteArray(), 32).size(),
		]
		if seen != [resumed, "game", "Player One", 32]:
			return "the connection says %s" % [seen]
	return ""


func _ask(stack: Stack, base: StreamPeer, data: PackedByteArray) -> String:
	var tls: StreamPeer = stack.stream()
	tls.call(&"connect_to_stream", base, "localhost", trusting(stack))
	if not _wait_connected(tls, base):
		return "the client did not connect"
	var sent: int = 0
	var echoed: PackedByteArray = []
	var deadline: int = Time.get_ticks_msec() + 20000
	while echoed.size() < data.size() and Time.get_ticks_msec() < deadline:
		if sent < data.size():
			sent += tls.put_partial_data(data.slice(sent, sent + 20000))[1]
		echoed.append_array(Link.read_some(tls))
	return "" if echoed == data else "%d of %d bytes came back" % [echoed.size(), data.size()]


func _echo(stack: Stack, base: StreamPeer, count: int) -> String:
	var tls: StreamPeer = stack.stream()
	tls.call(&"accept_stream", base, identity(stack))
	if not _wait_connected(tls, base):
		return "the server did not connect"
	var echoed: int = 0
	var deadline: int = Time.get_ticks_msec() + 20000
	while echoed < count and Time.get_ticks_msec() < deadline:
		var part: PackedByteArray = Link.read_some(tls)
		if part.is_empty():
			OS.delay_usec(Link.PAUSE_USEC)
		elif tls.put_data(part) != OK:
			return "put_data failed"
		else:
			echoed += part.size()
	# The rest of the last write is sent by polls.
	wait_until(func() -> bool:
		Link.poll(tls, base)
		return base.get_available_bytes() > 0 or Link.status(tls) != Stack.Status.CONNECTED, 0.2)
	return "" if echoed == count else "%d of %d bytes were echoed" % [echoed, count]


func _wait_connected(tls: StreamPeer, base: StreamPeer) -> bool:
	return wait_until(func() -> bool:
		Link.poll(tls, base)
		return Link.status(tls) == Stack.Status.CONNECTED)

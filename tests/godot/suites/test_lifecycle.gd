extends "res://support/connected_suite.gd"
## Reuse of an object, objects freed in every state, and base streams that disappear.


const Flow := preload("res://support/flow.gd")

const STATM := "/proc/self/statm"


func test_an_object_can_be_used_again_after_it_disconnected(stack: Stack) -> void:
	var tls: StreamPeer = stack.stream()
	for round: int in 5:
		row("round %d" % round)
		var link: Link = Link.new(stack, stack)
		link.client = tls
		link.start("localhost", trusting(stack), identity(stack))
		check(link.handshake(), "the handshake failed")
		var flow: Flow = Flow.new(link.client, link.server, Flow.noise(1000 + round))
		check(Flow.run([flow]), flow.describe())
		tls.call(&"disconnect_from_stream")


func test_an_object_can_change_sides(stack: Stack) -> void:
	var first: StreamPeer = stack.stream()
	var second: StreamPeer = stack.stream()
	for round: int in 4:
		row("round %d" % round)
		var link: Link = Link.new(stack, stack)
		link.client = first if round % 2 == 0 else second
		link.server = second if round % 2 == 0 else first
		link.start("localhost", trusting(stack), identity(stack))
		check(link.handshake(), "the handshake failed")
		first.call(&"disconnect_from_stream")
		second.call(&"disconnect_from_stream")


func test_an_object_can_be_used_again_after_it_failed(stack: Stack) -> void:
	expect_errors()
	var tls: StreamPeer = stack.stream()
	for round: int in 3:
		var failing: Link = Link.new(stack, stack)
		failing.client = tls
		failing.start("elsewhere.example.test", trusting(stack), identity(stack))
		check(not failing.handshake(), "a wrong name was accepted")
		var link: Link = Link.new(stack, stack)
		link.client = tls
		link.start("localhost", trusting(stack), identity(stack))
		equal(link.connect_error, OK, "connect_to_stream after a failure")
		check(link.handshake(), "the handshake after a failure failed")
		tls.call(&"disconnect_from_stream")


func test_nothing_of_the_last_connection_shows_in_the_next(stack: Stack) -> void:
	var tls: StreamPeer = stack.stream()
	var link: Link = Link.new(stack, stack)
	link.client = tls
	link.start("localhost", trusting(stack), identity(stack))
	check(link.handshake(), "the handshake failed")
	link.server.put_data("secret of the first".to_utf8_buffer())
	wait_until(func() -> bool:
		tls.call(&"poll")
		return tls.get_available_bytes() > 0)
	tls.call(&"disconnect_from_stream")
	var next: Link = Link.new(stack, stack)
	next.client = tls
	next.start("localhost", trusting(stack), identity(stack))
	check(next.handshake(), "the second handshake failed")
	equal(tls.get_available_bytes(), 0, "get_available_bytes")
	next.server.put_data("second".to_utf8_buffer())
	equal(Link.read_exactly(tls, 6), "second".to_utf8_buffer(), "what is read")


func test_freeing_is_safe_in_every_state(stack: Stack) -> void:
	expect_errors()
	var fresh: StreamPeer = stack.stream()
	var handshaking: StreamPeer = stack.stream()
	var accepting: StreamPeer = stack.stream()
	handshaking.call(&"connect_to_stream", Link.tcp_pair()[0], "localhost", stack.client())
	accepting.call(&"accept_stream", Link.tcp_pair()[1], identity(stack))
	var failed: StreamPeer = stack.stream()
	failed.call(&"connect_to_stream", StreamPeerTCP.new(), "localhost", stack.client())
	var link: Link = connected(stack, stack)
	var unread: Link = connected(stack, stack)
	unread.server.put_data(Flow.noise(50000))
	unread.client.call(&"poll")
	var objects: Array[WeakRef] = []
	for tls: StreamPeer in [fresh, handshaking, accepting, failed, link.client, link.server, unread.client, unread.server]:
		objects.append(weakref(tls))
	fresh = null
	handshaking = null
	accepting = null
	failed = null
	link = null
	unread = null
	var alive: int = 0
	for object: WeakRef in objects:
		alive += 1 if object.get_ref() != null else 0
	# The loop variable references none of them: it is out of scope.
	equal(alive, 0, "objects still alive")


func test_a_base_may_be_freed_by_everyone_else(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	link.client_base = null
	link.server_base = null
	var flow: Flow = Flow.new(link.client, link.server, Flow.noise(100000))
	check(Flow.run([flow]), flow.describe())


func test_the_base_is_let_go_when_it_is_over(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	var base: WeakRef = weakref(link.client_base)
	link.client.call(&"disconnect_from_stream")
	link.client_base = null
	check(base.get_ref() == null, "the stream still holds its base")


func test_the_options_may_be_freed_while_connecting(stack: Stack) -> void:
	var link: Link = Link.new(stack, stack)
	link.start("localhost", trusting(stack), identity(stack))
	# The only references were those of the call.
	check(link.handshake(), "the handshake failed")


func test_hundreds_of_connections_can_be_open_at_once(stack: Stack) -> void:
	allow_seconds(60.0)
	var links: Array[Link] = []
	for index: int in 200:
		var link: Link = Link.new(stack, stack)
		link.start("localhost", trusting(stack), identity(stack))
		links.append(link)
	for link: Link in links:
		if not check(link.handshake(), "a handshake failed"):
			return
	for index: int in links.size():
		links[index].client.put_u32(index)
	var wrong: int = 0
	for index: int in links.size():
		wrong += 0 if links[index].server.get_u32() == index else 1
	equal(wrong, 0, "connections that got another's data")


func test_opening_and_closing_many_leaves_nothing_behind(ours: Stack) -> void:
	allow_seconds(60.0)
	_open_and_close(ours, 20)
	var objects: float = Performance.get_monitor(Performance.OBJECT_COUNT)
	_open_and_close(ours, 100)
	equal(Performance.get_monitor(Performance.OBJECT_COUNT), objects, "the number of objects")


func test_the_process_does_not_grow_with_connections_that_are_over(ours: Stack) -> void:
	if not FileAccess.file_exists(STATM):
		skip("this system does not tell a process's memory in /proc")
		return
	allow_seconds(120.0)
	_open_and_close(ours, 200)
	var before: int = _resident_pages()
	_open_and_close(ours, 400)
	var grown: int = (_resident_pages() - before) * 4
	# One end uses tens of KiB; 800 leaked ends would be far more than this.
	check(grown < 6000, "400 connections left %d KiB behind" % grown)


func _resident_pages() -> int:
	return FileAccess.open(STATM, FileAccess.READ).get_line().get_slice(" ", 1).to_int()


func _open_and_close(stack: Stack, count: int) -> void:
	for index: int in count:
		var link: Link = connected(stack, stack)
		link.client.call(&"disconnect_from_stream")

extends "res://support/connected_suite.gd"
## Handshakes whose expensive steps run on worker threads: nothing is lost, whatever a script does meanwhile.


const SETTING := "network/tls/rustls/handshake_threads"
const FEW := 8


func test_any_number_of_threads_connects(client: Stack, server: Stack) -> void:
	for threads: int in [0, 1, 3, -1, -7]:
		row("%d threads" % threads)
		with_setting(SETTING, threads)
		var link: Link = connected(client, server)
		if link != null:
			link.client.put_data("there".to_utf8_buffer())
			equal(Link.read_exactly(link.server, 5), "there".to_utf8_buffer(), "what arrived")


func test_without_threads_one_poll_does_all_that_it_can(ours: Stack) -> void:
	with_setting(SETTING, 0)
	var link: Link = Link.new(ours, ours)
	link.start("localhost", trusting(ours), identity(ours))
	Link.poll(link.server)
	Link.poll(link.client)
	equal(Link.status(link.client), Stack.Status.CONNECTED, "the client after the server's flight was polled")


func test_a_poll_does_not_wait_for_the_server_to_sign(ours: Stack) -> void:
	with_setting(SETTING, 1)
	var links: Array[Link] = _started(ours, FEW)
	for link: Link in links:
		Link.poll(link.server)
	# The thread may have signed for some of them, but the last one must not have waited for it.
	equal(Link.status(links[-1].server), Stack.Status.HANDSHAKING, "the last server after one poll")
	_all_connect(links)


func test_many_at_once_all_connect_and_carry_their_own_bytes(client: Stack, server: Stack) -> void:
	allow_seconds(60.0)
	var links: Array[Link] = []
	for index: int in 40:
		var link: Link = Link.new(client, server)
		link.start("localhost", trusting(client), identity(server))
		links.append(link)
	_all_connect(links)
	for index: int in links.size():
		var expected: PackedByteArray = ("connection %d" % index).to_utf8_buffer()
		links[index].server.put_data(expected)
		equal(Link.read_exactly(links[index].client, expected.size()), expected, "what client %d got" % index)


func test_who_came_first_is_served_first(ours: Stack) -> void:
	with_setting(SETTING, 1)
	var links: Array[Link] = _started(ours, FEW)
	# All hellos have arrived: each server queues its step for the single thread in this order.
	for link: Link in links:
		Link.poll(link.server)
	var answered: Array[int] = []
	check(wait_until(func() -> bool:
		# From the last to the first: a server with a result received it after all servers that are checked later.
		for index: int in range(FEW - 1, -1, -1):
			Link.poll(links[index].server)
			(links[index].client_base as StreamPeerTCP).poll()
			if index not in answered and links[index].client_base.get_available_bytes() > 0:
				answered.append(index)
		for index: int in answered:
			check(index < answered.size(), "%s have an answer and some before them do not" % [answered])
		return answered.size() == FEW), "not all servers answered")


func test_freeing_a_stream_in_the_middle_harms_nobody(ours: Stack) -> void:
	var links: Array[Link] = _started(ours, FEW)
	for link: Link in links:
		Link.poll(link.server)
	for index: int in range(0, FEW, 2):
		links[index].server = null
	var rest: Array[Link] = []
	for index: int in range(1, FEW, 2):
		rest.append(links[index])
	_all_connect(rest)


func test_freeing_a_stream_in_the_middle_tells_the_peer(ours: Stack) -> void:
	with_setting(SETTING, 1)
	var link: Link = _busy_server(ours)
	link.server = null
	_hears_of_the_end(link)


func test_disconnecting_in_the_middle_tells_the_peer_and_ends_at_once(ours: Stack) -> void:
	with_setting(SETTING, 1)
	var link: Link = _busy_server(ours)
	link.server.call(&"disconnect_from_stream")
	equal(Link.status(link.server), Stack.Status.DISCONNECTED, "status")
	check(link.server.call(&"get_stream") == null, "it still has a base")
	_hears_of_the_end(link)


func test_the_same_object_can_connect_again_while_its_old_step_is_worked_on(ours: Stack) -> void:
	with_setting(SETTING, 1)
	for round: int in FEW:
		var link: Link = _busy_server(ours)
		link.server.call(&"disconnect_from_stream")
		var again: Link = Link.new(ours, ours)
		again.server = link.server
		again.start("localhost", trusting(ours), identity(ours))
		check(again.handshake(), "round %d: the second handshake failed" % round)


func test_a_stream_in_the_middle_tells_nothing_yet(ours: Stack) -> void:
	with_setting(SETTING, 1)
	var link: Link = _busy_server(ours)
	for method: StringName in [&"get_protocol_version", &"get_cipher_suite", &"get_alpn_protocol", &"get_server_name"]:
		equal(link.server.call(method), "", "%s()" % method)
	equal(link.server.call(&"is_session_resumed"), false, "is_session_resumed()")
	equal(link.server.call(&"get_peer_certificates"), [], "get_peer_certificates()")
	check(link.handshake(), "the handshake failed")
	equal(link.server.call(&"get_protocol_version"), "TLSv1.3", "get_protocol_version() at the end")


func test_a_refused_certificate_is_told_in_words_from_a_thread_too(ours: Stack) -> void:
	expect_errors()
	with_setting(SETTING, 2)
	var link: Link = attempt(trusting(ours), identity(ours), "elsewhere.example.test")
	equal(Link.status(link.client), Stack.Status.HOSTNAME_MISMATCH, "the client's status")
	failed_because(link.client, Cause.NAME_MISMATCH, ["elsewhere.example.test"])


func test_time_runs_out_when_no_server_answers(ours: Stack) -> void:
	expect_errors()
	with_setting(SETTING, 1)
	var link: Link = Link.new(ours, ours)
	link.client.set(&"handshake_timeout", 0.2)
	link.client.call(&"connect_to_stream", link.client_base, "localhost", trusting(ours))
	check(wait_until(func() -> bool:
		Link.poll(link.client)
		return Link.status(link.client) == Stack.Status.ERROR), "it is still in status %d" % Link.status(link.client))
	equal(link.client.call(&"get_last_error_code"), Cause.TIMEOUT as int, "the cause")


func test_time_runs_out_for_a_server_that_waits_for_a_thread(ours: Stack) -> void:
	expect_errors()
	with_setting(SETTING, 1)
	var options: RefCounted = showing(ours, "localhost_rsa4096")
	var links: Array[Link] = []
	for index: int in 60:
		var link: Link = Link.new(ours, ours)
		link.client.call(&"connect_to_stream", link.client_base, "localhost", trusting(ours))
		links.append(link)
	links[-1].server.set(&"handshake_timeout", 0.01)
	for link: Link in links:
		wait_until(func() -> bool:
			Link.poll(link.client)
			(link.server_base as StreamPeerTCP).poll()
			return link.server_base.get_available_bytes() > 0)
	for link: Link in links:
		link.server.call(&"accept_stream", link.server_base, options)
	var last: StreamPeer = links[-1].server
	check(wait_until(func() -> bool:
		Link.poll(last)
		return Link.status(last) == Stack.Status.ERROR), "it is still in status %d" % Link.status(last))
	equal(last.call(&"get_last_error_code"), Cause.TIMEOUT as int, "the cause")
	# The signatures queued before it, a tenth of a second of work, are not all done: it did not wait for its own.
	var before: Link = links[-2]
	Link.poll(before.server)
	(before.client_base as StreamPeerTCP).poll()
	equal(before.client_base.get_available_bytes(), 0, "bytes from the server before it")


## Returns pairs whose two sides have started.
func _started(ours: Stack, count: int) -> Array[Link]:
	var links: Array[Link] = []
	for index: int in count:
		var link: Link = Link.new(ours, ours)
		link.start("localhost", trusting(ours), identity(ours))
		# The hello has been sent: a client's first step runs when it starts, or in its first polls.
		wait_until(func() -> bool:
			Link.poll(link.client)
			(link.server_base as StreamPeerTCP).poll()
			return link.server_base.get_available_bytes() > 0)
		links.append(link)
	return links


## Returns a pair whose server has queued its first step.
func _busy_server(ours: Stack) -> Link:
	var links: Array[Link] = _started(ours, 1)
	Link.poll(links[0].server)
	return links[0]


func _all_connect(links: Array[Link]) -> void:
	check(wait_until(func() -> bool:
		for link: Link in links:
			link.pump()
		return links.all(func(link: Link) -> bool: return link.is_connected_on_both_sides()), 30.0),
		"%d of %d connected" % [links.filter(func(link: Link) -> bool: return link.is_connected_on_both_sides()).size(), links.size()])


## Checks that the client ends instead of waiting forever. If the step was already done, the client was connected
## before.
func _hears_of_the_end(link: Link) -> void:
	expect_errors()
	check(wait_until(func() -> bool:
		Link.poll(link.client)
		return Link.status(link.client) in [Stack.Status.ERROR, Stack.Status.DISCONNECTED]),
		"the client is still in status %d" % Link.status(link.client))
	equal(link.client.call(&"get_last_error_code"), Cause.CLOSED as int, "the client's cause")

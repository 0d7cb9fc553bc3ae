extends "res://support/connected_suite.gd"
## Base streams that deliver tiny pieces, stall, or report false counts.
##
## This stream, [code]RustlsTestStream[/code], exists only in test builds of the library.


const Flow := preload("res://support/flow.gd")

enum Lie { NONE, READ_COUNT, WRITE_COUNT, NEGATIVE_COUNTS, READ_ERROR, WRITE_ERROR }


func before_each() -> void:
	if our_stack != null and not ClassDB.class_exists(&"RustlsTestStream"):
		check(false, "the class RustlsTestStream is missing: build the library with its test classes")


func test_the_test_stream_carries_plain_bytes(ours: Stack) -> void:
	var ends: Array[StreamPeer] = _pair(ours, {&"max_read": 5, &"max_write": 3, &"zero_reads": 2})
	var flow: Flow = Flow.new(ends[0], ends[1], PackedByteArray())
	equal(ends[0].put_partial_data("abcdef".to_utf8_buffer()), [OK, 3], "a limited write")
	equal(ends[0].put_partial_data("defghi".to_utf8_buffer()), [OK, 3], "the next one")
	var received: PackedByteArray = []
	wait_until(func() -> bool:
		var part: PackedByteArray = ends[1].get_partial_data(100)[1]
		check(part.size() <= 5, "a read gave %d bytes" % part.size())
		received.append_array(part)
		return received.size() >= 6)
	equal(received, "abcdef".to_utf8_buffer(), "what arrived")
	check(flow.is_complete(), "an empty flow is not complete")


func test_crumbs_and_stalls_change_nothing(client: Stack, server: Stack) -> void:
	if our_stack == null:
		skip("the addon's classes are not loaded")
		return
	allow_seconds(120.0)
	var ways: Dictionary = {
		"one byte a read": {&"max_read": 1},
		"one byte a write": {&"max_write": 1},
		"one byte both ways": {&"max_read": 1, &"max_write": 1},
		"odd crumbs": {&"max_read": 7, &"max_write": 11},
		"every second read gives nothing": {&"zero_reads": 2},
		"every third read gives nothing, in crumbs": {&"zero_reads": 3, &"max_read": 100, &"max_write": 100},
		"room for less than a record": {&"capacity": 1000},
		"room for a few bytes": {&"capacity": 5},
	}
	for label: String in ways:
		row(label)
		var link: Link = connected(client, server, _pair(our_stack, ways[label]))
		if link == null:
			continue
		var flows: Array[Flow] = [
			Flow.new(link.client, link.server, Flow.noise(40000)), Flow.new(link.server, link.client, Flow.noise(40000)),
		]
		check(Flow.run(flows), "%s; %s" % [flows[0].describe(), flows[1].describe()])


func test_megabytes_pass_through_crumbs(ours: Stack) -> void:
	allow_seconds(120.0)
	var crumbs: Dictionary = {&"max_read": 1000, &"max_write": 777, &"zero_reads": 5, &"capacity": 3000}
	var link: Link = connected(ours, ours, _pair(ours, crumbs))
	var flows: Array[Flow] = [
		Flow.new(link.client, link.server, Flow.noise(2 << 20)), Flow.new(link.server, link.client, Flow.noise(2 << 20)),
	]
	check(Flow.run(flows, 100.0), "%s; %s" % [flows[0].describe(), flows[1].describe()])


func test_honest_counts_hold_over_a_narrow_base(ours: Stack) -> void:
	var link: Link = connected(ours, ours, _pair(ours, {&"capacity": 2000}))
	var data: PackedByteArray = Flow.noise(1 << 20)
	var sent: int = 0
	var refused: int = 0
	while refused < 20 and sent < data.size():
		var count: int = link.client.put_partial_data(data.slice(sent))[1]
		sent += count
		refused = refused + 1 if count == 0 else 0
	check(sent < data.size(), "everything was taken although nothing fits")
	var received: PackedByteArray = []
	wait_until(func() -> bool:
		Link.poll(link.client)
		received.append_array(Link.read_some(link.server))
		return received.size() >= sent)
	check(received == data.slice(0, sent), "%d bytes were counted, %d arrived" % [sent, received.size()])


func test_waiting_calls_wait_over_crumbs(ours: Stack) -> void:
	var link: Link = connected(ours, ours, _pair(ours, {&"max_read": 3, &"max_write": 5, &"zero_reads": 2}))
	var data: PackedByteArray = Flow.noise(5000)
	equal(link.client.put_data(data), OK, "put_data")
	equal(link.server.get_data(5000), [OK, data], "get_data")


func test_the_end_arrives_in_crumbs_too(ours: Stack) -> void:
	expect_errors()
	var link: Link = connected(ours, ours, _pair(ours, {&"max_read": 1, &"max_write": 1, &"zero_reads": 3}))
	link.client.put_data("last words".to_utf8_buffer())
	link.client.call(&"disconnect_from_stream")
	equal(Link.read_exactly(link.server, 10), "last words".to_utf8_buffer(), "what arrived")
	equal(_last_error(link.server), ERR_FILE_EOF, "the error at the end")


func test_a_closed_base_without_goodbye_is_a_connection_error(ours: Stack) -> void:
	expect_errors()
	var link: Link = connected(ours, ours, _pair(ours, {}))
	link.server.put_data("all there is".to_utf8_buffer())
	link.server_base.call(&"close")
	equal(Link.read_exactly(link.client, 12), "all there is".to_utf8_buffer(), "what arrived")
	equal(_last_error(link.client), ERR_CONNECTION_ERROR, "the error at the end")
	equal(Link.status(link.client), Stack.Status.DISCONNECTED, "status")


func test_lies_in_the_handshake_end_it(ours: Stack) -> void:
	expect_errors()
	for lie: int in [Lie.READ_COUNT, Lie.WRITE_COUNT, Lie.NEGATIVE_COUNTS, Lie.READ_ERROR, Lie.WRITE_ERROR]:
		row("lie %d" % lie)
		var ends: Array[StreamPeer] = _pair(ours, {})
		ends[0].set(&"lie", lie)
		var link: Link = Link.new(ours, ours, ends)
		link.start("localhost", trusting(ours), identity(ours))
		# A false count is either noticed or had no effect; it must not lead to an established connection.
		var came_about: bool = link.handshake(2.0)
		if came_about:
			_check_data_is_right_or_missing(link)
		else:
			check(Link.status(link.client) != Stack.Status.CONNECTED, "the client says CONNECTED")


func test_lies_on_a_connection_never_give_wrong_bytes(ours: Stack) -> void:
	expect_errors()
	for lie: int in [Lie.READ_COUNT, Lie.WRITE_COUNT, Lie.NEGATIVE_COUNTS, Lie.READ_ERROR, Lie.WRITE_ERROR]:
		for side: int in 2:
			row("lie %d at end %d" % [lie, side])
			var ends: Array[StreamPeer] = _pair(ours, {})
			var link: Link = connected(ours, ours, ends)
			ends[side].set(&"lie", lie)
			_check_data_is_right_or_missing(link)


func test_errors_of_the_base_end_the_connection(ours: Stack) -> void:
	expect_errors()
	var reading: Link = connected(ours, ours, _pair(ours, {}))
	reading.client_base.set(&"lie", Lie.READ_ERROR)
	equal(reading.client.get_partial_data(10), [ERR_CONNECTION_ERROR, PackedByteArray()], "get_partial_data")
	equal(Link.status(reading.client), Stack.Status.DISCONNECTED, "status after the read")
	var writing: Link = connected(ours, ours, _pair(ours, {}))
	writing.client_base.set(&"lie", Lie.WRITE_ERROR)
	equal(writing.client.put_data([1, 2, 3]), ERR_CONNECTION_ERROR, "put_data")
	equal(Link.status(writing.client), Stack.Status.DISCONNECTED, "status after the write")


## The peer sent a close_notify that was not read yet: writing still succeeds, until the base accepts no more data.
func test_a_write_that_nobody_takes_after_the_goodbye_is_an_error(ours: Stack) -> void:
	expect_errors()
	for waits: bool in [false, true]:
		var link: Link = connected(ours, ours, _pair(ours, {}))
		link.server.call(&"disconnect_from_stream")
		link.client_base.set(&"lie", Lie.WRITE_ERROR)
		var error: int = link.client.put_data([1]) if waits else link.client.put_partial_data([1])[0]
		equal(error, ERR_CONNECTION_ERROR, "put_data" if waits else "put_partial_data")


func _pair(ours: Stack, properties: Dictionary) -> Array[StreamPeer]:
	var ends: Array[StreamPeer] = []
	ends.assign(ours.call(&"test_pair"))
	for end: StreamPeer in ends:
		for property: StringName in properties:
			end.set(property, properties[property])
	return ends


## Sends both ways for a while over a lying base: the received bytes are a prefix of those counted as sent.
func _check_data_is_right_or_missing(link: Link) -> void:
	var flows: Array[Flow] = [
		Flow.new(link.client, link.server, Flow.noise(50000), 5000, 5000),
		Flow.new(link.server, link.client, Flow.noise(50000), 5000, 5000),
	]
	for round: int in 100:
		for flow: Flow in flows:
			var alive: bool = not link.has_failed()
			if alive:
				flow.step()
	for flow: Flow in flows:
		check(flow.data.slice(0, flow.received.size()) == flow.received, "wrong bytes arrived: %s" % flow.describe())
		check(flow.received.size() <= flow.sent, "more arrived than was sent: %s" % flow.describe())


func _last_error(tls: StreamPeer) -> int:
	var error: Array[int] = [OK]
	wait_until(func() -> bool:
		error[0] = tls.get_partial_data(10)[0]
		return error[0] != OK)
	return error[0]

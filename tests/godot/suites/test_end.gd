extends "res://support/connected_suite.gd"
## Ends of connections: close_notify, cut, corrupted data, and the data that can still be read.


const Flow := preload("res://support/flow.gd")

const CLOSED_RECORD := 5 + 2 + 1 + 16
const HELLO_RECORD := 5 + 5 + 1 + 16
const CAUSE_TRUNCATED := 12
const CAUSE_PEER_ALERT := 14


func test_disconnecting_says_goodbye_and_leaves_the_base_connected(client: Stack, server: Stack) -> void:
	expect_errors()
	var link: Link = connected(client, server)
	link.client.call(&"disconnect_from_stream")
	equal(Link.status(link.client), Stack.Status.DISCONNECTED, "status")
	check(link.client.call(&"get_stream") == null, "it kept its base")
	equal((link.client_base as StreamPeerTCP).get_status(), StreamPeerTCP.STATUS_CONNECTED, "the base's status")
	_check_clean_end(link.server)


func test_what_lies_in_the_socket_does_not_reset_the_connection_when_both_are_closed(ours: Stack, server: Stack) -> void:
	expect_errors()
	for unread: String in ["session tickets", "data"]:
		row("unread: " + unread)
		var link: Link = Link.new(ours, server)
		link.start("localhost", trusting(ours), identity(server))
		# The server is polled last, and its tickets are not read.
		wait_until(func() -> bool:
			Link.poll(link.client)
			Link.poll(link.server)
			return link.is_connected_on_both_sides())
		if unread == "data":
			link.server.put_data(Flow.noise(50000))
		link.client.put_data("last words".to_utf8_buffer())
		link.client.call(&"disconnect_from_stream")
		(link.client_base as StreamPeerTCP).disconnect_from_host()
		(link.server_base as StreamPeerTCP).poll()
		var status: StreamPeerTCP.Status = (link.server_base as StreamPeerTCP).get_status()
		equal(status, StreamPeerTCP.STATUS_CONNECTED, "the status of the server's socket")
		equal(Link.read_exactly(link.server, 10), "last words".to_utf8_buffer(), "what the server read")
		_check_clean_end(link.server)


func test_a_socket_that_only_the_stream_holds_is_not_reset_by_what_comes_late(client: Stack, ours: Stack) -> void:
	expect_errors()
	for ending: String in ["disconnected", "freed"]:
		row(ending)
		var link: Link = connected(client, ours)
		link.server_base = null
		link.server.put_data("last words".to_utf8_buffer())
		if ending == "disconnected":
			link.server.call(&"disconnect_from_stream")
		else:
			link.server = null
		# Twice: a reset would be the reply to the first write.
		for late: int in 2:
			equal(link.client_base.put_data("late".to_utf8_buffer()), OK, "what the socket of the client says")
		equal(Link.read_exactly(link.client, 10), "last words".to_utf8_buffer(), "what the client read")
		_check_clean_end(link.client)
		# The stream is freed when the client leaves, or after a second if the client stays.
		var base: StreamPeerTCP = link.client_base
		if client.is_ours() and ending == "freed":
			var tree: SceneTree = Engine.get_main_loop()
			while base.get_status() == StreamPeerTCP.STATUS_CONNECTED:
				await tree.process_frame
				base.poll()
			equal(base.get_status(), StreamPeerTCP.STATUS_NONE, "the status of the client's socket")


func test_the_alert_after_a_broken_record_arrives_also_when_more_was_on_the_way(ours: Stack) -> void:
	expect_errors()
	var link: Link = connected(ours, ours)
	drain(link)
	var broken: PackedByteArray = [23, 3, 3, 0, 40]
	broken.resize(45)
	link.client_base.put_data(broken)
	link.client_base.put_data(Flow.noise(100000))
	link.server_base = null
	check(wait_until(func() -> bool:
		Link.poll(link.server)
		return Link.status(link.server) == Stack.Status.DISCONNECTED), "status %d" % Link.status(link.server))
	link.client_base.put_data("late".to_utf8_buffer())
	check(wait_until(func() -> bool:
		Link.poll(link.client)
		return Link.status(link.client) == Stack.Status.DISCONNECTED), "status %d" % Link.status(link.client))
	equal(link.client.call(&"get_last_error_code"), CAUSE_PEER_ALERT, link.client.call(&"get_last_error"))


func test_disconnecting_drops_what_was_not_read(stack: Stack) -> void:
	expect_errors()
	var link: Link = connected(stack, stack)
	link.server.put_data("unread".to_utf8_buffer())
	wait_until(func() -> bool:
		link.client.call(&"poll")
		return link.client.get_available_bytes() == 6)
	link.client.call(&"disconnect_from_stream")
	equal(link.client.get_available_bytes(), 0, "get_available_bytes")
	equal(link.client.get_partial_data(6), [ERR_UNCONFIGURED, PackedByteArray()], "get_partial_data")


func test_disconnecting_in_the_handshake_tells_the_peer(ours: Stack) -> void:
	var ends: Array[StreamPeer] = Link.tcp_pair()
	var tls: StreamPeer = ours.stream()
	tls.call(&"connect_to_stream", ends[0], "localhost", ours.client())
	tls.call(&"disconnect_from_stream")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")
	var seen: PackedByteArray = []
	wait_until(func() -> bool:
		(ends[1] as StreamPeerTCP).poll()
		var waiting: int = ends[1].get_available_bytes()
		if waiting > 0:
			seen.append_array(ends[1].get_data(waiting)[1])
		return not Wire.alerts(seen).is_empty(), 2.0)
	var alerts: PackedInt32Array = Wire.alerts(seen)
	check(
		not alerts.is_empty() and alerts[0] in [Wire.Alert.USER_CANCELED, Wire.Alert.CLOSE_NOTIFY],
		"the alerts sent are %s" % [alerts]
	)


func test_a_server_learns_that_the_client_gave_up(ours: Stack, server: Stack) -> void:
	expect_errors()
	var link: Link = Link.new(ours, server)
	link.start("localhost", trusting(ours), identity(server))
	link.client.call(&"disconnect_from_stream")
	check(wait_until(func() -> bool:
		Link.poll(link.server, link.server_base)
		return Link.status(link.server) in [Stack.Status.DISCONNECTED, Stack.Status.ERROR]), "the server still waits")


func test_freeing_a_connected_stream_says_goodbye(client: Stack, server: Stack) -> void:
	expect_errors()
	var link: Link = connected(client, server)
	link.client = null
	equal((link.client_base as StreamPeerTCP).get_status(), StreamPeerTCP.STATUS_CONNECTED, "the base's status")
	_check_clean_end(link.server)


func test_a_poll_notices_the_goodbye_and_answers_it(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	drain(link)
	link.server.call(&"disconnect_from_stream")
	wait_for_raw_bytes(link.client_base, CLOSED_RECORD)
	check(wait_until(func() -> bool:
		Link.poll(link.client)
		return Link.status(link.client) == Stack.Status.DISCONNECTED), "it never became DISCONNECTED")
	check(link.client.call(&"get_stream") == null, "it kept its base")
	equal((link.client_base as StreamPeerTCP).get_status(), StreamPeerTCP.STATUS_CONNECTED, "the base's status")
	wait_for_raw_bytes(link.server_base, CLOSED_RECORD)


func test_unread_data_keeps_it_connected_past_the_goodbye(stack: Stack) -> void:
	expect_errors()
	var link: Link = _with_hello_and(stack, stack, func(link: Link) -> void: link.server.call(&"disconnect_from_stream"))
	for round: int in 5:
		link.client.call(&"poll")
		equal(Link.status(link.client), Stack.Status.CONNECTED, "status with unread data")
	equal(link.client.get_partial_data(5), [OK, "hello".to_utf8_buffer()], "the read")
	_check_clean_end(link.client)


func test_data_that_came_with_the_goodbye_is_delivered(ours: Stack, server: Stack) -> void:
	expect_errors()
	var goodbye: Callable = func(link: Link) -> void: link.server.call(&"disconnect_from_stream")
	var link: Link = _with_hello_and(ours, server, goodbye)
	equal(link.client.get_partial_data(10), [OK, "hello".to_utf8_buffer()], "a read of more than is left")
	_check_clean_end(link.client)
	check(link.client.call(&"get_last_error_code") != CAUSE_TRUNCATED, "a clean end counts as truncated")


func test_data_that_came_with_the_goodbye_outlives_any_number_of_polls(ours: Stack) -> void:
	expect_errors()
	var goodbye: Callable = func(link: Link) -> void: link.server.call(&"disconnect_from_stream")
	var link: Link = _with_hello_and(ours, ours, goodbye)
	for round: int in 10:
		link.client.call(&"poll")
	equal(link.client.get_available_bytes(), 5, "get_available_bytes")
	equal(link.client.get_partial_data(10), [OK, "hello".to_utf8_buffer()], "the read")
	_check_clean_end(link.client)


func test_get_data_of_more_than_is_left_gives_the_rest_and_the_end(stack: Stack) -> void:
	expect_errors()
	var goodbye: Callable = func(link: Link) -> void: link.server.call(&"disconnect_from_stream")
	var link: Link = _with_hello_and(stack, stack, goodbye)
	var result: Array = link.client.get_data(10)
	equal(result[0], ERR_FILE_EOF, "the error of get_data")
	equal((result[1] as PackedByteArray).slice(0, 5), "hello".to_utf8_buffer(), "the front of the array")
	equal(Link.status(link.client), Stack.Status.DISCONNECTED, "status")
	if stack.is_ours():
		equal((result[1] as PackedByteArray).slice(5), PackedByteArray([0, 0, 0, 0, 0]), "the rest of the array")


func test_a_connection_cut_without_goodbye_is_a_connection_error(client: Stack, server: Stack) -> void:
	expect_errors()
	var link: Link = connected(client, server)
	drain(link)
	(link.server_base as StreamPeerTCP).disconnect_from_host()
	_check_broken_end(link.client)
	if client.is_ours():
		equal(link.client.call(&"get_last_error_code"), CAUSE_TRUNCATED, "get_last_error_code()")
		check(not str(link.client.call(&"get_last_error")).is_empty(), "get_last_error() is empty")


func test_a_poll_notices_the_cut(stack: Stack) -> void:
	expect_errors()
	var link: Link = connected(stack, stack)
	(link.server_base as StreamPeerTCP).disconnect_from_host()
	check(wait_until(func() -> bool:
		Link.poll(link.client, link.client_base)
		return Link.status(link.client) == Stack.Status.DISCONNECTED), "status %d" % Link.status(link.client))
	check(link.client.call(&"get_stream") == null, "it kept its base")


func test_a_cut_is_truncation_also_when_the_script_polled_the_socket_first(ours: Stack) -> void:
	expect_errors()
	var link: Link = connected(ours, ours)
	drain(link)
	(link.server_base as StreamPeerTCP).disconnect_from_host()
	check(wait_until(func() -> bool:
		(link.client_base as StreamPeerTCP).poll()
		return (link.client_base as StreamPeerTCP).get_status() != StreamPeerTCP.STATUS_CONNECTED), "the socket lives on")
	_check_broken_end(link.client)
	equal(link.client.call(&"get_last_error_code"), CAUSE_TRUNCATED, "get_last_error_code()")


func test_data_before_a_cut_is_delivered_first(ours: Stack) -> void:
	expect_errors()
	var cut: Callable = func(link: Link) -> void: (link.server_base as StreamPeerTCP).disconnect_from_host()
	var link: Link = _with_hello_and(ours, ours, cut, 0)
	equal(link.client.get_partial_data(10), [OK, "hello".to_utf8_buffer()], "a read of more than is left")
	_check_broken_end(link.client)
	equal(link.client.call(&"get_last_error_code"), CAUSE_TRUNCATED, "get_last_error_code()")


func test_a_record_cut_in_the_middle_is_truncation_too(ours: Stack) -> void:
	expect_errors()
	var link: Link = connected(ours, ours)
	drain(link)
	link.server_base.put_data([Wire.Record.APPLICATION_DATA, 3, 3, 0, 100, 1, 2, 3])
	(link.server_base as StreamPeerTCP).disconnect_from_host()
	_check_broken_end(link.client)
	equal(link.client.call(&"get_last_error_code"), CAUSE_TRUNCATED, "get_last_error_code()")


func test_closing_the_own_base_is_a_connection_error(stack: Stack) -> void:
	expect_errors()
	var reader: Link = connected(stack, stack)
	(reader.client_base as StreamPeerTCP).disconnect_from_host()
	equal(reader.client.get_partial_data(5), [ERR_CONNECTION_ERROR, PackedByteArray()], "get_partial_data")
	equal(Link.status(reader.client), Stack.Status.DISCONNECTED, "status after the read")
	var writer: Link = connected(stack, stack)
	(writer.client_base as StreamPeerTCP).disconnect_from_host()
	equal(writer.client.put_partial_data([1, 2, 3])[0], ERR_CONNECTION_ERROR, "put_partial_data")
	equal(Link.status(writer.client), Stack.Status.DISCONNECTED, "status after the write")


func test_a_forged_record_or_a_fatal_alert_ends_the_connection(client: Stack, server: Stack) -> void:
	expect_errors()
	var forged: PackedByteArray = [Wire.Record.APPLICATION_DATA, 3, 3, 0, 40]
	forged.append_array(Crypto.new().generate_random_bytes(40))
	var endings: Dictionary = {
		"forged record": forged,
		"unreadable record": "no record at all, but long enough to be one".to_utf8_buffer(),
		"unprotected alert": Wire.alert(Wire.LEVEL_FATAL, Wire.Alert.INTERNAL_ERROR),
	}
	for label: String in endings:
		row(label)
		var link: Link = connected(client, server)
		drain(link)
		link.server_base.put_data(endings[label])
		_check_broken_end(link.client)


func test_data_before_a_forged_record_is_delivered_first(ours: Stack) -> void:
	expect_errors()
	var forged: PackedByteArray = [Wire.Record.APPLICATION_DATA, 3, 3, 0, 40]
	forged.append_array(Crypto.new().generate_random_bytes(40))
	var spoil: Callable = func(link: Link) -> void: link.server_base.put_data(forged)
	var link: Link = _with_hello_and(ours, ours, spoil, forged.size())
	equal(link.client.get_partial_data(10), [OK, "hello".to_utf8_buffer()], "the read")
	_check_broken_end(link.client)


func test_writing_after_an_unread_goodbye_still_works(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	drain(link)
	link.server.call(&"disconnect_from_stream")
	wait_for_raw_bytes(link.client_base, CLOSED_RECORD)
	equal(link.client.put_data("late".to_utf8_buffer()), OK, "put_data")


func test_after_a_clean_end_nothing_is_read_again(ours: Stack) -> void:
	expect_errors()
	var goodbye: Callable = func(link: Link) -> void: link.server.call(&"disconnect_from_stream")
	var link: Link = _with_hello_and(ours, ours, goodbye)
	link.client.get_partial_data(10)
	_check_clean_end(link.client)
	equal(link.client.get_partial_data(10), [ERR_UNCONFIGURED, PackedByteArray()], "a read after the end")


## Returns a connected pair whose server wrote "hello" and then acted; both are in the client's socket.
func _with_hello_and(client: Stack, server: Stack, ending: Callable, ending_size: int = CLOSED_RECORD) -> Link:
	var link: Link = connected(client, server)
	drain(link)
	link.server.put_data("hello".to_utf8_buffer())
	ending.call(link)
	wait_for_raw_bytes(link.client_base, HELLO_RECORD + ending_size)
	return link


## Checks that the next reads return no data, then the end of file, and that the stream is then disconnected.
func _check_clean_end(tls: StreamPeer) -> void:
	var result: Array = _read_until_error(tls)
	equal(result[0], ERR_FILE_EOF, "the error at the end")
	equal(result[1], PackedByteArray(), "the bytes at the end")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status at the end")
	check(tls.call(&"get_stream") == null, "it kept its base")


func _check_broken_end(tls: StreamPeer) -> void:
	var result: Array = _read_until_error(tls)
	equal(result[0], ERR_CONNECTION_ERROR, "the error at the end")
	equal(result[1], PackedByteArray(), "the bytes at the end")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status at the end")
	check(tls.call(&"get_stream") == null, "it kept its base")


func _read_until_error(tls: StreamPeer) -> Array:
	var result: Array = [OK, PackedByteArray()]
	wait_until(func() -> bool:
		var next: Array = tls.get_partial_data(5)
		result[0] = next[0]
		result[1] = next[1]
		return next[0] != OK or not (next[1] as PackedByteArray).is_empty())
	return result

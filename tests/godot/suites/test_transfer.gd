extends "res://support/connected_suite.gd"
## Reading and writing on a connection, and the errors without one.


const Flow := preload("res://support/flow.gd")

const STAT := "/proc/self/stat"

## One TLS 1.3 record: header, content type byte and tag around the bytes.
const RECORD_OVERHEAD := 5 + 1 + 16


func test_nothing_can_be_read_or_written_without_a_connection(stack: Stack) -> void:
	expect_errors()
	var handshaking: StreamPeer = stack.stream()
	var ends: Array[StreamPeer] = Link.tcp_pair()
	handshaking.call(&"connect_to_stream", ends[0], "localhost", stack.client())
	var failed: StreamPeer = stack.stream()
	failed.call(&"accept_stream", StreamPeerTCP.new(), identity(stack))
	var streams: Dictionary = {
		Stack.Status.DISCONNECTED: stack.stream(), Stack.Status.HANDSHAKING: handshaking, Stack.Status.ERROR: failed,
	}
	for status: int in streams:
		row("status %d" % status)
		var tls: StreamPeer = streams[status]
		equal(Link.status(tls), status, "status")
		equal(tls.put_data([1]), ERR_UNCONFIGURED, "put_data")
		equal(tls.put_partial_data([1]), [ERR_UNCONFIGURED, 0], "put_partial_data")
		equal(tls.get_data(4)[0], ERR_UNCONFIGURED, "get_data")
		equal(tls.get_data(0)[0], ERR_UNCONFIGURED, "get_data of nothing")
		equal(tls.get_partial_data(4), [ERR_UNCONFIGURED, PackedByteArray()], "get_partial_data")
		equal(tls.get_available_bytes(), 0, "get_available_bytes")
		equal(Link.status(tls), status, "status afterwards")


func test_a_read_without_a_connection_gives_zeros_and_no_stale_memory(ours: Stack) -> void:
	expect_errors()
	var zeros: PackedByteArray = []
	zeros.resize(4096)
	for attempt: int in 20:
		equal(ours.stream().get_data(4096)[1], zeros, "the bytes of a failed get_data")


func test_polling_and_disconnecting_change_nothing_once_it_is_over(stack: Stack) -> void:
	expect_errors()
	var failed: StreamPeer = stack.stream()
	failed.call(&"accept_stream", StreamPeerTCP.new(), identity(stack))
	failed.call(&"poll")
	equal(Link.status(failed), Stack.Status.ERROR, "status after poll")
	failed.call(&"disconnect_from_stream")
	equal(Link.status(failed), Stack.Status.ERROR, "status after disconnecting")
	var fresh: StreamPeer = stack.stream()
	fresh.call(&"poll")
	fresh.call(&"disconnect_from_stream")
	equal(Link.status(fresh), Stack.Status.DISCONNECTED, "status of a fresh stream")


func test_writing_nothing_is_always_fine(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	for tls: StreamPeer in [stack.stream(), link.client]:
		equal(tls.put_data([]), OK, "put_data")
		equal(tls.put_partial_data([]), [OK, 0], "put_partial_data")


func test_a_negative_count_is_refused(stack: Stack) -> void:
	expect_errors()
	var link: Link = connected(stack, stack)
	for tls: StreamPeer in [stack.stream(), link.client]:
		equal(tls.get_data(-1), [ERR_OUT_OF_MEMORY, PackedByteArray()], "get_data")
		equal(tls.get_partial_data(-1), [ERR_OUT_OF_MEMORY, PackedByteArray()], "get_partial_data")


func test_reading_with_nothing_there_gives_nothing(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	equal(link.client.get_partial_data(10), [OK, PackedByteArray()], "get_partial_data")
	equal(link.client.get_partial_data(0), [OK, PackedByteArray()], "get_partial_data(0)")
	equal(link.client.get_data(0), [OK, PackedByteArray()], "get_data(0)")
	equal(link.client.get_available_bytes(), 0, "get_available_bytes")
	equal(Link.status(link.client), Stack.Status.CONNECTED, "status")


func test_a_read_takes_from_the_base_without_a_poll_and_across_records(client: Stack, server: Stack) -> void:
	var link: Link = connected(client, server)
	drain(link)
	for part: String in ["one ", "two ", "three"]:
		link.server.put_data(part.to_utf8_buffer())
	wait_for_raw_bytes(link.client_base, 13 + 3 * RECORD_OVERHEAD)
	equal(link.client.get_partial_data(100), [OK, "one two three".to_utf8_buffer()], "get_partial_data")


func test_a_read_gives_at_most_what_was_asked_for(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	link.server.put_data("abcdef".to_utf8_buffer())
	equal(Link.read_exactly(link.client, 2), "ab".to_utf8_buffer(), "the first read")
	equal(link.client.get_data(3), [OK, "cde".to_utf8_buffer()], "the second read")
	equal(link.client.get_data(1), [OK, "f".to_utf8_buffer()], "the third read")


func test_get_data_waits_until_everything_is_there(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	var sender: Thread = Thread.new()
	var data: PackedByteArray = Flow.noise(3000)
	sender.start(func() -> void:
		for at: int in range(0, data.size(), 100):
			link.server.put_data(data.slice(at, at + 100))
			OS.delay_usec(500))
	equal(link.client.get_data(3000), [OK, data], "get_data")
	sender.wait_to_finish()


func test_waiting_does_not_burn_the_processor(ours: Stack) -> void:
	if not FileAccess.file_exists(STAT):
		skip("this system does not tell a process's time in /proc")
		return
	var link: Link = connected(ours, ours)
	var sender: Thread = Thread.new()
	sender.start(func() -> void:
		OS.delay_msec(600)
		link.server.put_data([1]))
	var before: int = _processor_msec()
	equal(link.client.get_data(1), [OK, PackedByteArray([1])], "get_data")
	var spent: int = _processor_msec() - before
	sender.wait_to_finish()
	check(spent < 300, "it took %d ms of processor time to wait for 600 ms" % spent)


func test_put_data_waits_until_everything_is_written(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	# More than both sockets hold, so that the write cannot end before the reader starts.
	var data: PackedByteArray = Flow.noise(16 << 20)
	var reader: Thread = Thread.new()
	reader.start(func() -> PackedByteArray: return Link.read_exactly(link.server, data.size(), 20.0))
	equal(link.client.put_data(data), OK, "put_data")
	# The very last record may still wait for the socket.
	var done: Array[bool] = [false]
	wait_until(func() -> bool:
		Link.poll(link.client)
		done[0] = not reader.is_alive()
		return done[0], 20.0)
	check(reader.wait_to_finish() == data, "other bytes arrived")


func test_available_bytes_are_zero_until_something_was_pulled(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	drain(link)
	link.server.put_data("abc".to_utf8_buffer())
	wait_for_raw_bytes(link.client_base, 3 + RECORD_OVERHEAD)
	link.client.call(&"poll")
	equal(link.client.get_available_bytes(), 3, "after a poll")
	link.client.get_partial_data(1)
	equal(link.client.get_available_bytes(), 2, "after reading one")
	link.client.get_partial_data(10)
	equal(link.client.get_available_bytes(), 0, "after reading all")


func test_available_bytes_count_everything_that_was_decrypted(ours: Stack) -> void:
	var link: Link = connected(ours, ours)
	drain(link)
	for part: String in ["abc", "de", "f"]:
		link.server.put_data(part.to_utf8_buffer())
	wait_for_raw_bytes(link.client_base, 6 + 3 * RECORD_OVERHEAD)
	link.client.call(&"poll")
	equal(link.client.get_available_bytes(), 6, "after one poll")


func test_a_full_connection_takes_no_more_and_stays_connected(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	var taken: int = _write_until_full(link.client, 0)
	check(taken > 0, "nothing was taken at all")
	# The system decides how much the two sockets hold; without a limit all bytes would have been accepted.
	check(taken < 64 << 20, "%d bytes were taken without a reader" % taken)
	equal(Link.status(link.client), Stack.Status.CONNECTED, "status")
	equal(link.client.put_partial_data([7]), [OK, 0], "a further write")


func test_honest_counts_make_a_full_connection_lossless(client: Stack, server: Stack) -> void:
	var link: Link = connected(client, server)
	var data: PackedByteArray = Flow.noise(24 << 20)
	var flow: Flow = Flow.new(link.client, link.server, data, 50000)
	# The reader starts only when no more data is accepted.
	var stalled: int = 0
	while stalled < 100 and flow.sent < data.size():
		var taken: int = flow.write()
		check(flow.error == OK and taken >= 0 and taken <= 50000, "error %d, %d bytes taken" % [flow.error, taken])
		stalled = 0 if taken > 0 else stalled + 1
	check(flow.sent < data.size(), "the connection never filled up")
	check(Flow.run([flow]), flow.describe())


func test_writing_something_else_after_a_stall_loses_nothing(ours: Stack) -> void:
	var link: Link = connected(ours, ours)
	var marker: int = 1
	var expected: PackedByteArray = []
	# Each write has another byte than the one before, so that a repeated or replaced record is noticed.
	var stalls: int = 0
	while stalls < 50:
		var part: PackedByteArray = []
		part.resize(20000)
		part.fill(marker)
		var taken: int = link.client.put_partial_data(part)[1]
		expected.append_array(part.slice(0, taken))
		stalls = stalls + 1 if taken < part.size() else 0
		marker = (marker + 1) % 256
		if not check(expected.size() < 64 << 20, "the connection never filled up"):
			return
	var received: PackedByteArray = []
	# The sender only polls: the bytes that were counted must be sent by themselves.
	wait_until(func() -> bool:
		Link.poll(link.client)
		received.append_array(Link.read_some(link.server))
		return received.size() >= expected.size())
	check(received == expected, "%d of %d bytes arrived, or wrong ones" % [received.size(), expected.size()])


func test_what_a_full_connection_holds_leaves_with_reads_too(ours: Stack) -> void:
	var link: Link = connected(ours, ours)
	var taken: int = _write_until_full(link.client, 0)
	var received: int = 0
	var deadline: int = Time.get_ticks_msec() + 10000
	while received < taken and Time.get_ticks_msec() < deadline:
		link.client.get_partial_data(1)
		received += Link.read_some(link.server).size()
	equal(received, taken, "bytes that arrived")


func _write_until_full(tls: StreamPeer, value: int) -> int:
	var block: PackedByteArray = []
	block.resize(1 << 16)
	block.fill(value)
	var taken: int = 0
	var refused: int = 0
	while refused < 100 and taken < 64 << 20:
		var count: int = tls.put_partial_data(block)[1]
		taken += count
		refused = 0 if count > 0 else refused + 1
	return taken


## Returns the processor time of this process, in steps of 10 ms.
func _processor_msec() -> int:
	# The second field is the program's name and may contain spaces; user and system time follow 12 and 13 fields later.
	var fields: PackedStringArray = FileAccess.open(STAT, FileAccess.READ).get_line().get_slice(") ", 1).split(" ")
	return (fields[11].to_int() + fields[12].to_int()) * 10

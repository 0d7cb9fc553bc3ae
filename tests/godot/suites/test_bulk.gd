extends "res://support/connected_suite.gd"
## Exactly the sent bytes arrive: any amount, any write sizes, both directions at once.


const Flow := preload("res://support/flow.gd")

const MEGABYTE := 1 << 20


func test_every_small_size_arrives(client: Stack, server: Stack) -> void:
	var link: Link = connected(client, server)
	for count: int in range(1, 300):
		var data: PackedByteArray = Flow.noise(count)
		link.client.put_data(data)
		if not check(Link.read_exactly(link.server, count) == data, "%d bytes did not arrive" % count):
			return


func test_sizes_around_a_record_arrive(client: Stack, server: Stack) -> void:
	var link: Link = connected(client, server)
	for count: int in [4095, 4096, 4097, 16383, 16384, 16385, 16386, 32767, 32768, 32769, 65535, 65536, 65537, 131073]:
		row("%d bytes" % count)
		_check_flows([Flow.new(link.client, link.server, Flow.noise(count), count, count)])
		_check_flows([Flow.new(link.server, link.client, Flow.noise(count), count, count)])


func test_odd_cuts_of_writes_and_reads_change_nothing(client: Stack, server: Stack) -> void:
	var link: Link = connected(client, server)
	var cuts: Array[Vector2i] = [
		Vector2i(1, 65536), Vector2i(65536, 1), Vector2i(1, 1), Vector2i(7, 13), Vector2i(1000, 999),
		Vector2i(16384, 16385), Vector2i(16385, 16384), Vector2i(100000, 333), Vector2i(333, 100000),
	]
	for cut: Vector2i in cuts:
		row("writes of %d, reads of %d" % [cut.x, cut.y])
		var count: int = 20000 if mini(cut.x, cut.y) < 50 else 300000
		_check_flows([
			Flow.new(link.client, link.server, Flow.noise(count), cut.x, cut.y),
			Flow.new(link.server, link.client, Flow.noise(count), cut.y, cut.x),
		])


func test_megabytes_arrive_both_ways_at_once(client: Stack, server: Stack) -> void:
	allow_seconds(60.0)
	var link: Link = connected(client, server)
	_check_flows([
		Flow.new(link.client, link.server, Flow.noise(8 * MEGABYTE), 200000, 50000),
		Flow.new(link.server, link.client, Flow.noise(8 * MEGABYTE), 3000, 1 << 20),
	])


func test_64_megabytes_arrive_both_ways_at_once(ours: Stack) -> void:
	allow_seconds(180.0)
	var link: Link = connected(ours, ours)
	_check_flows([
		Flow.new(link.client, link.server, Flow.noise(64 * MEGABYTE), 1 << 20, 1 << 20),
		Flow.new(link.server, link.client, Flow.noise(64 * MEGABYTE), 100000, 70000),
	])


func test_megabytes_arrive_under_tls_1_2(client: Stack, server: Stack) -> void:
	with_setting("network/tls/enable_tls_v1.3", false)
	var link: Link = connected(client, server)
	_check_flows([
		Flow.new(link.client, link.server, Flow.noise(2 * MEGABYTE)),
		Flow.new(link.server, link.client, Flow.noise(2 * MEGABYTE)),
	])


func test_a_slow_reader_gets_everything_from_a_fast_writer(ours: Stack) -> void:
	var link: Link = connected(ours, ours)
	var flow: Flow = Flow.new(link.client, link.server, Flow.noise(16 * MEGABYTE), 1 << 20, 20000)
	_check_flows([flow])


func test_memory_stays_bounded_when_the_peer_does_not_read(ours: Stack) -> void:
	var link: Link = connected(ours, ours)
	var block: PackedByteArray = Flow.noise(MEGABYTE)
	var taken: int = 0
	var before: int = OS.get_static_memory_usage()
	# Offers a gigabyte in total, of which the sockets accept a few megabytes.
	for round: int in 1024:
		taken += link.client.put_partial_data(block)[1]
	check(taken < 64 * MEGABYTE, "%d bytes were taken without a reader" % taken)
	equal(Link.status(link.client), Stack.Status.CONNECTED, "status")
	var grown: int = OS.get_static_memory_usage() - before
	check(grown < 8 * MEGABYTE, "the engine's memory grew by %d bytes" % grown)


func test_a_peer_that_floods_is_not_read_into_memory(ours: Stack) -> void:
	var link: Link = connected(ours, ours)
	var block: PackedByteArray = Flow.noise(MEGABYTE)
	var taken: int = 0
	# The client always polls and never reads: its decrypted data must be limited.
	for round: int in 512:
		taken += link.server.put_partial_data(block)[1]
		link.client.call(&"poll")
	check(taken < 64 * MEGABYTE, "%d bytes were taken in by polls alone" % taken)
	check(link.client.get_available_bytes() < 8 * MEGABYTE, "%d bytes lie decrypted" % link.client.get_available_bytes())
	# An array, because a lambda has its own copy of a number.
	var received: Array[int] = [0]
	wait_until(func() -> bool:
		Link.poll(link.server)
		received[0] += Link.read_some(link.client, MEGABYTE).size()
		return received[0] >= taken)
	equal(received[0], taken, "bytes received in the end")


func _check_flows(flows: Array) -> void:
	if check(Flow.run(flows, limit_seconds - 5.0), "the bytes did not arrive as they left"):
		return
	for flow: Flow in flows:
		failures.append(flow.describe())

extends "res://support/suite.gd"
## RustlsTLSServer: a node that accepts TLS connections.


const LOOPBACK := "127.0.0.1"

var server: RustlsTLSServer
var peers: Array[RustlsStreamPeerTLS]
var refusals: Array[PackedStringArray]


func before_each() -> void:
	super()
	peers = []
	refusals = []
	server = RustlsTLSServer.new()
	tree.root.add_child(server)
	server.connected.connect(func(peer: RustlsStreamPeerTLS) -> void: peers.append(peer))
	server.failed.connect(func(address: String, error: String) -> void: refusals.append(PackedStringArray([address, error])))
	var id: int = server.get_instance_id()
	after(func() -> void:
		peers.clear()
		if is_instance_id_valid(id):
			instance_from_id(id).free())


func test_a_client_of_either_class_is_handed_over_after_its_handshake(_ours: Stack) -> void:
	equal(_listen(), OK, "listen()")
	check(server.get_local_port() > 0, "no port was chosen")
	for number: int in 2:
		var client: StreamPeer = RustlsStreamPeerTLS.new() if number == 0 else StreamPeerTLS.new()
		row(client.get_class())
		client.call(&"connect_to_stream", await _tcp(), "localhost", _trust() if number == 0 else _trust().to_engine())
		check(await _until(func() -> bool:
			client.call(&"poll")
			return client.call(&"get_status") != 1 and peers.size() > number), "nothing was handed over")
		equal(client.call(&"get_status"), RustlsStreamPeerTLS.STATUS_CONNECTED, "the client's status")
		equal(peers[number].get_status(), RustlsStreamPeerTLS.STATUS_CONNECTED, "the status of the server's end")
		client.put_data("hello".to_utf8_buffer())
		check(await _until(func() -> bool:
			client.call(&"poll")
			peers[number].poll()
			return peers[number].get_available_bytes() == 5), "no data came")
		equal(peers[number].get_utf8_string(5), "hello", "the data")
		equal(peers[number].get_connected_host(), LOOPBACK, "the client's address")
		equal(peers[number].get_connected_port(), (client.call(&"get_stream") as StreamPeerTCP).get_local_port(), "the client's port")
	equal([server.get_connection_count(), server.get_pending_count()], [2, 0], "counts")
	equal(refusals, [] as Array[PackedStringArray], "refusals")


func test_a_connection_that_ends_is_no_longer_counted(_ours: Stack) -> void:
	_listen()
	for way: String in ["dropped", "disconnected"]:
		row(way)
		var client: RustlsStreamPeerTLS = await _connected()
		equal(server.get_connection_count(), 1, "before")
		if way == "disconnected":
			peers[0].disconnect_from_stream()
		else:
			peers.clear()
		equal(server.get_connection_count(), 0, "after")
		peers.clear()
		client.disconnect_from_stream()


func test_what_is_no_tls_client_fails_with_its_address_and_the_reason(_ours: Stack) -> void:
	expect_errors()
	_listen()
	for case: Array in [
		["GET / HTTP/1.1\r\n\r\n", "TLS"], ["\u0001\u0002garbage that is no record at all", "TLS"], ["", "closed"],
	]:
		row(case[0])
		refusals.clear()
		var tcp: StreamPeerTCP = await _tcp()
		var from: String = "%s:%d" % [LOOPBACK, tcp.get_local_port()]
		if (case[0] as String).is_empty():
			tcp.disconnect_from_host()
		else:
			tcp.put_data((case[0] as String).to_utf8_buffer())
		check(await _until(func() -> bool: return not refusals.is_empty()), "no failure was reported")
		equal(refusals[0][0], from, "the address")
		check(refusals[0][1].contains(case[1]), refusals[0][1])
	equal(peers.size(), 0, "connections")


func test_silent_clients_delay_no_other_and_end_after_the_time_limit(_ours: Stack) -> void:
	expect_errors()
	server.max_connections_per_address = 0
	server.handshake_timeout = 1.5
	_listen()
	var silent: Array[StreamPeerTCP] = []
	for number: int in 300:
		silent.append(_dial())
	check(await _until(func() -> bool: return server.get_pending_count() == 300), "%d are pending" % server.get_pending_count())
	var client: RustlsStreamPeerTLS = await _connected()
	equal(client.get_status(), RustlsStreamPeerTLS.STATUS_CONNECTED, "the good one: %s" % client.get_last_error())
	check(await _until(func() -> bool: return refusals.size() == 300), "%d failed" % refusals.size())
	check(refusals[0][1].contains("handshake_timeout"), refusals[0][1])
	equal(server.get_pending_count(), 0, "pending ones")


func test_one_handshake_more_than_the_limit_ends_the_oldest(_ours: Stack) -> void:
	server.max_pending_handshakes = 3
	_listen()
	var silent: Array[StreamPeerTCP] = []
	for number: int in 5:
		silent.append(await _tcp())
		await _until(func() -> bool: return server.get_pending_count() == mini(number + 1, 3))
	check(await _until(func() -> bool: return refusals.size() == 2), str(refusals))
	equal(refusals[0][0], "%s:%d" % [LOOPBACK, silent[0].get_local_port()], "the oldest one")
	check(refusals[0][1].contains("3 are in progress, and max_pending_handshakes"), refusals[0][1])
	var client: RustlsStreamPeerTLS = await _connected()
	equal(client.get_status(), RustlsStreamPeerTLS.STATUS_CONNECTED, "a good one: %s" % client.get_last_error())


func test_a_flood_beyond_a_limit_is_closed_and_reported_once_per_frame(_ours: Stack) -> void:
	for limit: StringName in [&"max_connections", &"max_connections_per_address"]:
		row(limit)
		refusals.clear()
		server.max_connections = 0
		server.max_connections_per_address = 0
		server.set(limit, 2)
		_listen()
		var clients: Array[StreamPeerTCP] = []
		for number: int in 20:
			clients.append(_dial())
		check(await _until(func() -> bool:
			return clients.all(func(tcp: StreamPeerTCP) -> bool:
				tcp.poll()
				return tcp.get_status() != StreamPeerTCP.STATUS_CONNECTING)), "some are still connecting")
		check(await _until(func() -> bool:
			return clients.filter(func(tcp: StreamPeerTCP) -> bool:
				tcp.poll()
				return tcp.get_status() == StreamPeerTCP.STATUS_CONNECTED).size() == 2), "not two are left")
		equal(server.get_pending_count(), 2, "pending ones")
		check(refusals.size() in range(1, 19), "%d signals" % refusals.size())
		check(refusals[0][1].contains("2 connections, and %s allows no more" % limit), refusals[0][1])
		server.stop()


func test_client_certificates_are_demanded_and_their_refusal_is_explained(_ours: Stack) -> void:
	expect_errors()
	var options: RustlsTLSOptions = _identity()
	options.set_client_authentication(RustlsTLSOptions.CLIENT_AUTHENTICATION_REQUIRED, Fixtures.certificate("root"))
	equal(server.listen(0, options, LOOPBACK), OK, "listen()")
	var with: RustlsTLSOptions = _trust()
	with.set_identity(Fixtures.key("leaf_client_auth"), Fixtures.certificate("leaf_client_auth"))
	await _connected(with)
	equal(peers.size(), 1, str(refusals))
	check(not peers[0].get_peer_certificates().is_empty(), "no certificate of the client")
	await _connected(_trust(), 2)
	check(await _until(func() -> bool: return not refusals.is_empty()), "no failure was reported")
	check(refusals[0][1].contains("certificate"), refusals[0][1])
	equal(peers.size(), 1, "connections")


func test_a_new_identity_is_used_by_the_next_client(_ours: Stack) -> void:
	var options: RustlsTLSOptions = _identity()
	server.listen(0, options, LOOPBACK)
	var before: RustlsStreamPeerTLS = await _connected()
	equal(options.replace_identity(Fixtures.key("localhost_p384"), Fixtures.certificate("localhost_p384")), OK, "replace_identity()")
	var later: RustlsStreamPeerTLS = await _connected()
	check(before.get_peer_certificates()[0].sha256_fingerprint != later.get_peer_certificates()[0].sha256_fingerprint, "the same certificate")


func test_arguments_that_cannot_be_used_are_refused_in_words(_ours: Stack) -> void:
	expect_errors()
	var taken: TCPServer = TCPServer.new()
	taken.listen(0, LOOPBACK)
	for case: Array in [
		[0, null, LOOPBACK, ERR_INVALID_PARAMETER, "a server needs options"],
		[0, RustlsTLSOptions.client(), LOOPBACK, ERR_INVALID_PARAMETER, "client options"],
		[0, TLSOptions.client(), LOOPBACK, ERR_INVALID_PARAMETER, "client options"],
		[0, RefCounted.new(), LOOPBACK, ERR_INVALID_PARAMETER, "RefCounted"],
		[0, RustlsTLSOptions.server(null, null), LOOPBACK, ERR_INVALID_PARAMETER, ""],
		[-1, _identity(), LOOPBACK, ERR_INVALID_PARAMETER, "the port is -1"],
		[65536, _identity(), LOOPBACK, ERR_INVALID_PARAMETER, "the port is 65536"],
		[0, _identity(), "localhost", ERR_INVALID_PARAMETER, "the bind address is \"localhost\""],
		[0, _identity(), "192.0.2.1", ERR_INVALID_PARAMETER, "not one of this machine"],
		[taken.get_local_port(), _identity(), LOOPBACK, ERR_ALREADY_IN_USE, "another program"],
	]:
		row(str(case))
		equal(server.listen(case[0], case[1], case[2]), case[3], "listen()")
		check(not server.get_last_error().is_empty() and (case[4] == "" or server.get_last_error().contains(case[4])), server.get_last_error())
		equal([server.is_listening(), server.get_local_port()], [false, 0], "whether it listens")
	equal(_listen(), OK, "listen() after that")
	equal(server.get_last_error(), "", "get_last_error() after a success")
	equal(_listen(), ERR_ALREADY_IN_USE, "listen() twice")
	var outside: RustlsTLSServer = RustlsTLSServer.new()
	equal(outside.listen(0, _identity()), ERR_UNCONFIGURED, "outside the tree")
	outside.free()


func test_stopping_ends_handshakes_and_keeps_connections(_ours: Stack) -> void:
	_listen()
	await _connected()
	var silent: StreamPeerTCP = await _tcp()
	await _until(func() -> bool: return server.get_pending_count() == 1)
	server.stop()
	equal([server.is_listening(), server.get_pending_count(), server.get_connection_count()], [false, 0, 1], "after stop()")
	check(await _until(func() -> bool:
		silent.poll()
		return silent.get_status() != StreamPeerTCP.STATUS_CONNECTED or silent.get_partial_data(1000)[0] != OK), "it goes on")
	equal(peers[0].get_status(), RustlsStreamPeerTLS.STATUS_CONNECTED, "the connection")
	equal(refusals, [] as Array[PackedStringArray], "refusals")
	equal(_listen(), OK, "listen() again")
	await _connected()
	equal(peers.size(), 2, "connections")


func test_leaving_the_tree_stops_the_server(_ours: Stack) -> void:
	_listen()
	tree.root.remove_child(server)
	check(not server.is_listening(), "it is listening")


func test_handlers_may_stop_or_free_the_server(_ours: Stack) -> void:
	for way: String in ["stop", "free", "listen again"]:
		for event: StringName in [&"connected", &"failed"]:
			row("%s in %s" % [way, event])
			expect_errors()
			var own: RustlsTLSServer = RustlsTLSServer.new()
			tree.root.add_child(own)
			own.listen(0, _identity(), LOOPBACK)
			var port: int = own.get_local_port()
			var heard: Array[int] = []
			var handler: Callable = func(_of: Variant) -> void:
				heard.append(1)
				own.stop()
				if way == "free":
					own.queue_free()
				elif way == "listen again":
					own.listen(0, _identity(), LOOPBACK)
			own.connect(event, handler if event == &"connected" else func(_address: String, _error: String) -> void: handler.call(null))
			var clients: Array = []
			for number: int in 3:
				var tcp: StreamPeerTCP = await _tcp(port)
				if event == &"failed":
					tcp.put_data("garbage, and no record of TLS".to_utf8_buffer())
					clients.append(tcp)
				else:
					var client: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()
					client.connect_to_stream(tcp, "localhost", _trust())
					clients.append(client)
			check(await _until(func() -> bool:
				for client: StreamPeer in clients:
					client.call(&"poll")
				return not heard.is_empty()), "no signal")
			for frame: int in 5:
				await tree.process_frame
			equal(heard.size(), 1, "signals")
			if is_instance_valid(own):
				own.free()


func test_a_paused_tree_accepts_nobody_unless_the_node_always_works(_ours: Stack) -> void:
	_listen()
	tree.paused = true
	after(func() -> void: tree.paused = false)
	var client: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()
	client.connect_to_stream(await _tcp(), "localhost", _trust())
	for frame: int in 20:
		client.poll()
		await tree.process_frame
	equal(client.get_status(), RustlsStreamPeerTLS.STATUS_HANDSHAKING, "the status in the pause")
	server.process_mode = Node.PROCESS_MODE_ALWAYS
	check(await _until(func() -> bool:
		client.poll()
		return client.get_status() == RustlsStreamPeerTLS.STATUS_CONNECTED), client.get_last_error())
	tree.paused = false


func test_it_listens_on_ipv6_too(_ours: Stack) -> void:
	if server.listen(0, _identity(), "::1") != OK:
		skip("the system has no IPv6")
		return
	var tcp: StreamPeerTCP = StreamPeerTCP.new()
	tcp.connect_to_host("::1", server.get_local_port())
	await _until(func() -> bool:
		tcp.poll()
		return tcp.get_status() == StreamPeerTCP.STATUS_CONNECTED)
	tcp.put_data("garbage, and no record of TLS".to_utf8_buffer())
	expect_errors()
	await _until(func() -> bool: return not refusals.is_empty())
	var local: int = tcp.get_local_port()
	check(refusals[0][0].ends_with("]:%d" % local), refusals[0][0])


func _identity() -> RustlsTLSOptions:
	return RustlsTLSOptions.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))


func _trust() -> RustlsTLSOptions:
	return RustlsTLSOptions.client(Fixtures.certificate("root"))


func _listen() -> Error:
	return server.listen(0, _identity(), LOOPBACK)


func _dial(port: int = server.get_local_port()) -> StreamPeerTCP:
	var tcp: StreamPeerTCP = StreamPeerTCP.new()
	tcp.connect_to_host(LOOPBACK, port)
	return tcp


## Returns a connection to the server.
func _tcp(port: int = server.get_local_port()) -> StreamPeerTCP:
	var tcp: StreamPeerTCP = _dial(port)
	await _until(func() -> bool:
		tcp.poll()
		return tcp.get_status() == StreamPeerTCP.STATUS_CONNECTED)
	return tcp


## Returns a client when its handshake is over, and the server has handed over or reported one more.
func _connected(options: RustlsTLSOptions = _trust(), ends: int = peers.size() + 1) -> RustlsStreamPeerTLS:
	var client: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()
	client.connect_to_stream(await _tcp(), "localhost", options)
	await _until(func() -> bool:
		client.poll()
		return client.get_status() != RustlsStreamPeerTLS.STATUS_HANDSHAKING and peers.size() + refusals.size() >= ends)
	return client


## Waits, frame by frame, until [param condition] is true. Returns false after 15 seconds.
func _until(condition: Callable) -> bool:
	var end: int = Time.get_ticks_msec() + 15000
	while not condition.call():
		if Time.get_ticks_msec() > end:
			return false
		await tree.process_frame
	return true

extends "res://support/http_suite.gd"
## Cancelled requests, freed nodes, unusual handlers, and many requests at once.


const STATUS_DISCONNECTED := 0
## The number of frames in which a late signal would be emitted.
const SOME := 10


func test_a_cancelled_request_says_nothing(stack: Stack) -> void:
	expect_errors()
	for secure: bool in [false, true]:
		for path: String in _phases():
			# A separate server: ours keeps unused connections.
			var server: Peer = peer(_phases(), FIXTURE if secure else "")
			row("%s, %s" % [path, server.url("")])
			var http: Node = node(stack)
			var outcome: Outcome = begin(http, server.url(path))
			await _reaches(http, path)
			http.call(&"cancel_request")
			equal(http.call(&"get_http_client_status"), STATUS_DISCONNECTED, "get_http_client_status()")
			await _is_left(server, path)
			await frames(SOME)
			equal(outcome.signals, 0, "how often the signal was emitted")
			http.disconnect(&"request_completed", outcome.hear)
			came_to(await ask(http, server.url("/whole")), Result.SUCCESS, 200, null, "whole")
	row("")
	only_servers_printed()


func test_cancelling_at_once_or_for_nothing_is_safe(stack: Stack) -> void:
	var server: Peer = peer({"/whole": Answers.sized("whole")})
	var http: Node = node(stack)
	var outcome: Outcome = Outcome.new()
	http.connect(&"request_completed", outcome.hear)
	http.call(&"cancel_request")
	for round: int in 20:
		equal(http.call(&"request", server.url("/whole")), OK, "request()")
		http.call(&"cancel_request")
		http.call(&"cancel_request")
	await frames(SOME)
	equal(outcome.signals, 0, "how often the signal was emitted")
	equal(http.call(&"request", server.url("/whole")), OK, "request()")
	await heard(outcome)
	await frames(SOME)
	equal(outcome.signals, 1, "how often the signal was emitted")
	came_to(outcome, Result.SUCCESS, 200, null, "whole")


func test_a_node_may_be_freed_in_every_phase(stack: Stack) -> void:
	expect_errors()
	for secure: bool in [false, true]:
		for path: String in _phases():
			for way: String in ["free", "queue_free"]:
				var server: Peer = peer(_phases(), FIXTURE if secure else "")
				row("%s, %s, %s" % [way, path, server.url("")])
				var http: Node = node(stack)
				var outcome: Outcome = begin(http, server.url(path))
				await _reaches(http, path)
				http.call(way)
				await _is_left(server, path)
				await frames(SOME)
				equal(outcome.signals, 0, "how often the signal was emitted")
	row("")
	only_servers_printed()


func test_a_node_that_leaves_the_tree_gives_up(stack: Stack) -> void:
	for path: String in _phases():
		row(path)
		var server: Peer = peer(_phases())
		var http: Node = node(stack)
		var outcome: Outcome = begin(http, server.url(path))
		await _reaches(http, path)
		tree.root.remove_child(http)
		equal(http.call(&"get_http_client_status"), STATUS_DISCONNECTED, "get_http_client_status()")
		await _is_left(server, path)
		await frames(SOME)
		equal(outcome.signals, 0, "how often the signal was emitted")
		http.disconnect(&"request_completed", outcome.hear)
		tree.root.add_child(http)
		came_to(await ask(http, server.url("/whole")), Result.SUCCESS, 200, null, "whole")


func test_the_signal_comes_in_a_later_frame_and_once(stack: Stack) -> void:
	var server: Peer = peer({"/whole": Answers.sized("whole")})
	for url: String in [server.url("/whole"), "http://127.0.0.1:%d/" % free_port()]:
		row(url)
		var http: Node = node(stack)
		var outcome: Outcome = begin(http, url)
		# Results that have already arrived are delivered later.
		OS.delay_msec(50)
		equal(outcome.signals, 0, "how often the signal was emitted at once")
		await heard(outcome)
		await frames(SOME)
		equal(outcome.signals, 1, "how often the signal was emitted")


func test_it_is_told_on_the_main_thread(stack: Stack) -> void:
	var server: Peer = peer({"/whole": Answers.sized("whole")})
	for threads: bool in [false, true]:
		var seen: Array[bool] = []
		var http: Node = node(stack, {&"use_threads": threads})
		http.connect(&"request_completed", func(_r: int, _c: int, _h: PackedStringArray, _b: PackedByteArray) -> void:
			seen.append(OS.get_thread_caller_id() == OS.get_main_thread_id()))
		await ask(http, server.url("/whole"))
		equal(seen, [true] as Array[bool], "whether it was told on the main thread")


func test_the_node_is_idle_when_it_tells(stack: Stack) -> void:
	var server: Peer = peer({"/1": Answers.sized("first"), "/2": Answers.sized("second"), "/3": Answers.sized("third")})
	var http: Node = node(stack)
	var bodies: PackedStringArray = []
	http.connect(&"request_completed", func(_r: int, _c: int, _h: PackedStringArray, body: PackedByteArray) -> void:
		bodies.append(body.get_string_from_ascii())
		equal(http.call(&"get_http_client_status"), STATUS_DISCONNECTED, "get_http_client_status()")
		if bodies.size() < 3:
			equal(http.call(&"request", server.url("/%d" % (bodies.size() + 1))), OK, "a request in the handler"))
	http.call(&"request", server.url("/1"))
	await until(func() -> bool: return bodies.size() == 3)
	equal(bodies, PackedStringArray(["first", "second", "third"]), "the bodies")


func test_a_handler_may_free_the_node(stack: Stack) -> void:
	var server: Peer = peer({"/whole": Answers.sized("whole")})
	for way: String in ["free", "queue_free"]:
		for url: String in [server.url("/whole"), "http://127.0.0.1:%d/" % free_port()]:
			row("%s, %s" % [way, url])
			var http: Node = node(stack)
			var outcome: Outcome = Outcome.new()
			http.connect(&"request_completed", outcome.hear)
			# The engine does not free an object while its signal is emitted.
			var gone: Callable = http.queue_free if way == "queue_free" else func() -> void: http.call_deferred(&"free")
			http.connect(&"request_completed", gone.unbind(4), CONNECT_ONE_SHOT)
			http.call(&"request", url)
			await heard(outcome)
			await frames(SOME)
			equal([outcome.signals, is_instance_valid(http)], [1, false], "signals, and whether the node is still there")


func test_a_handler_may_cancel_or_take_the_node_away(stack: Stack) -> void:
	var server: Peer = peer({"/whole": Answers.sized("whole")})
	for away: bool in [false, true]:
		var http: Node = node(stack)
		var outcome: Outcome = Outcome.new()
		http.connect(&"request_completed", outcome.hear)
		http.connect(&"request_completed", func(_r: int, _c: int, _h: PackedStringArray, _b: PackedByteArray) -> void:
			http.call(&"cancel_request")
			if away:
				tree.root.remove_child(http))
		http.call(&"request", server.url("/whole"))
		await heard(outcome)
		await frames(SOME)
		equal([outcome.signals, outcome.result], [1, Result.SUCCESS as int], "signals and result")


func test_a_listener_that_is_freed_is_no_harm(stack: Stack) -> void:
	var server: Peer = peer({"/whole": [30, Answers.sized("whole")[0]]})
	var http: Node = node(stack)
	begin(http, server.url("/whole"))
	# The outcome is gone with the call above.
	await until(func() -> bool: return http.call(&"get_http_client_status") == STATUS_DISCONNECTED)
	await frames(SOME)
	came_to(await ask(http, server.url("/whole")), Result.SUCCESS, 200, null, "whole")


func test_a_cancelled_request_does_not_time_out_later(stack: Stack) -> void:
	var server: Peer = peer({"/": [&"hang"]})
	var http: Node = node(stack, {&"timeout": 0.05})
	var outcome: Outcome = begin(http, server.url("/"))
	http.call(&"cancel_request")
	await tree.create_timer(0.15).timeout
	equal(outcome.signals, 0, "how often the signal was emitted")


func test_a_node_works_again_after_a_timeout(stack: Stack) -> void:
	var server: Peer = peer({"/": [&"hang"], "/whole": Answers.sized("whole")})
	var http: Node = node(stack, {&"timeout": 0.1})
	came_to_nothing(await ask(http, server.url("/")), Result.TIMEOUT)
	http.set(&"timeout", 5.0)
	came_to(await ask(http, server.url("/whole")), Result.SUCCESS, 200, null, "whole")
	await until(func() -> bool: return server.accepted() >= 2)
	equal(http.call(&"get_http_client_status"), STATUS_DISCONNECTED, "get_http_client_status()")


## The engine's node stops then, whatever its process mode is.
func test_a_paused_tree_holds_a_pausable_node(stack: Stack) -> void:
	var server: Peer = peer({"/whole": Answers.sized("whole")})
	var always: Node = node(stack, {&"process_mode": Node.PROCESS_MODE_ALWAYS})
	var pausable: Node = node(stack)
	tree.paused = true
	after(func() -> void: tree.paused = false)
	var outcome: Outcome = begin(pausable, server.url("/whole"))
	came_to(await ask(always, server.url("/whole")), Result.SUCCESS, 200, null, "whole")
	await frames(SOME)
	equal(outcome.signals, 0, "signals of a paused node")
	tree.paused = false
	await heard(outcome)
	came_to(outcome, Result.SUCCESS, 200, null, "whole")


func test_two_hundred_requests_over_twenty_nodes(stack: Stack) -> void:
	var echo: Callable = func(request: Request) -> Array: return Answers.sized("you asked for " + request.target)
	for server: Peer in peers({"*": echo}):
		var done: Array[int] = [0]
		for number: int in 20:
			_run_ten(node(stack), server, number, done)
		await until(func() -> bool: return done[0] == 200)
		equal(server.requests().size(), 200, "how many requests the server got")


func test_requests_keep_their_connection_with_ours(ours: Stack) -> void:
	for server: Peer in peers({"*": Answers.sized("whole"), "/last": Answers.sized("last", 200, ["Connection: close"])}):
		for round: int in 20:
			await ask(node(ours), server.url("/"))
		equal(server.accepted(), 1, "how many connections there were")
		came_to(await ask(node(ours), server.url("/last")), Result.SUCCESS, 200, null, "last")
		came_to(await ask(node(ours), server.url("/")), Result.SUCCESS, 200, null, "whole")


func test_a_kept_connection_that_died_is_replaced(ours: Stack) -> void:
	for server: Peer in peers({"*": Answers.sized("whole"), "/die": [Answers.sized("dies")[0], 20, &"close"]}):
		for round: int in 3:
			row("%s, round %d" % [server.url(""), round])
			came_to(await ask(node(ours), server.url("/die")), Result.SUCCESS, 200, null, "dies")
			await until(func() -> bool: return server.open() == 0)
			came_to(await ask(node(ours), server.url("/")), Result.SUCCESS, 200, null, "whole")
			came_to(await ask(node(ours), server.url("/"), [], HTTPClient.METHOD_POST, "x"), Result.SUCCESS, 200, null, "whole")


func test_other_options_are_another_connection_with_ours(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized("whole")}, FIXTURE)
	var open: Node = node(ours)
	open.call(&"set_tls_options", ours.client_unsafe())
	await ask(open, server.url("/"))
	var strict: Node = node(ours)
	strict.call(&"set_tls_options", ours.client(Fixtures.certificate("self_signed_ca_false")))
	expect_errors()
	came_to_nothing(await ask(strict, server.url("/")), Result.TLS_HANDSHAKE_ERROR)


func test_requests_leave_nothing_behind(stack: Stack) -> void:
	var server: Peer = peer(_phases())
	await _make_and_free(stack, server)
	var before: float = Performance.get_monitor(Performance.OBJECT_COUNT)
	const ROUNDS := 4
	for round: int in ROUNDS:
		await _make_and_free(stack, server)
	# One or two connections of the server may be closing; a leak of a request would remain in every round.
	var more: float = Performance.get_monitor(Performance.OBJECT_COUNT) - before
	check(more < ROUNDS, "there are %d more objects" % more)
	equal(Performance.get_monitor(Performance.OBJECT_ORPHAN_NODE_COUNT), 0.0, "the number of orphan nodes")


func _run_ten(http: Node, server: Peer, number: int, done: Array[int]) -> void:
	for round: int in 10:
		var path: String = "/%d/%d" % [number, round]
		came_to(await ask(http, server.url(path)), Result.SUCCESS, 200, null, "you asked for " + path)
		done[0] += 1


func _make_and_free(stack: Stack, server: Peer) -> void:
	for path: String in _phases():
		var http: Node = stack.http_request()
		tree.root.add_child(http)
		http.call(&"request", server.url(path))
		await _reaches(http, path)
		http.free()
	# One connection may be kept for the next request.
	await until(func() -> bool: return server.open() <= 1)
	server.forget()
	await frames(SOME)


## Responses that stop at some point.
func _phases() -> Dictionary:
	return {
		"/begun": [&"hang"], "/no_answer": [&"hang"], "/in_the_head": [Answers.bytes("HTTP/1.1 200 O"), &"hang"],
		"/in_the_body": [Answers.head(200, ["Content-Length: 9"]) + Answers.bytes("part"), &"hang"],
		"/in_an_endless_body": Answers.endless(), "/whole": Answers.sized("whole"),
	}


## Waits until the server has no connection left, except one on which a complete response may have arrived in time.
func _is_left(server: Peer, path: String) -> void:
	if path != "/whole":
		await until(func() -> bool: return server.open() == 0)


## Waits until a request for one of [method _phases] has progressed as far as possible without ending.
func _reaches(http: Node, path: String) -> void:
	match path:
		"/begun", "/whole":
			pass
		"/in_the_body":
			await until(func() -> bool: return http.call(&"get_downloaded_bytes") == 4)
		"/in_an_endless_body":
			await until(func() -> bool: return http.call(&"get_downloaded_bytes") > 100000)
		_:
			await frames(SOME)

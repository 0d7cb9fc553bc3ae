extends "res://support/http_suite.gd"
## Objects used by several script threads at the same time.


const THREADS := 4


func test_threads_share_client_options_that_nobody_used_before(ours: Stack) -> void:
	var all: Array = range(200).map(func(_number: int) -> RefCounted: return ours.client(Fixtures.certificate("root")))
	var outcomes: Array = _in_threads(func() -> int:
		return all.filter(func(options: RefCounted) -> bool:
			var tls: StreamPeer = ours.stream()
			return tls.call(&"connect_to_stream", StreamPeerBuffer.new(), "localhost", options) == OK and Link.status(tls) == 1).size())
	equal(outcomes, [200, 200, 200, 200], "connections of each thread that began")


func test_threads_share_server_options_that_change_meanwhile(ours: Stack) -> void:
	var options: RefCounted = ours.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))
	var is_over: Array[bool] = [false]
	var outcomes: Array[int] = []
	var threads: Array[Thread] = _started(func() -> int:
		var accepted: int = 0
		while not is_over[0] and accepted >= 0:
			var is_begun: bool = ours.stream().call(&"accept_stream", StreamPeerBuffer.new(), options) == OK
			accepted = accepted + 1 if is_begun else -1
		return accepted)
	for turn: int in 60:
		# The main thread uses them too, which causes the collisions.
		ours.stream().call(&"accept_stream", StreamPeerBuffer.new(), options)
		equal(options.call(&"is_server"), true, "is_server()")
		equal(options.call(&"replace_identity", Fixtures.key("localhost"), Fixtures.certificate("localhost")), OK, "replacing")
		equal(options.call(&"set_client_authentication", turn % 3, Fixtures.certificate("players")), OK, "asking clients")
		options.set(&"session_resumption", turn % 2 == 0)
		equal(options.get(&"session_resumption"), turn % 2 == 0, "a property that was set")
	is_over[0] = true
	for thread: Thread in threads:
		outcomes.append(thread.wait_to_finish())
	check(outcomes.min() > 0, "the threads accepted %s connections" % [outcomes])


func test_threads_share_a_node_and_its_options(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello")})
	var http: Node = node(ours, {&"tls_options": ours.client()})
	var threads: Array[Thread] = _started(func() -> Array:
		return range(25).map(func(_number: int) -> RefCounted: return http.call(&"fetch", server.url("/"))))
	# Requests of the main thread are reported alongside those that the threads start.
	var responses: Array = range(25).map(func(_number: int) -> RefCounted: return http.call(&"fetch", server.url("/")))
	for frame: int in 5:
		http.set(&"timeout", float(frame + 10))
		await tree.process_frame
	equal(http.get(&"timeout"), 14.0, "a property that was set meanwhile")
	for thread: Thread in threads:
		responses.append_array(thread.wait_to_finish())
	await until(func() -> bool: return responses.all(func(response: RefCounted) -> bool: return response.call(&"is_completed")))
	var texts: Array = responses.map(func(response: RefCounted) -> String: return response.call(&"get_text"))
	equal([texts.size(), texts.count("hello")], [125, 125], "answers, and how many are right")


func _started(work: Callable) -> Array[Thread]:
	var threads: Array[Thread] = []
	for index: int in THREADS:
		threads.append(Thread.new())
		threads[-1].start(work)
	return threads


func _in_threads(work: Callable) -> Array:
	return _started(work).map(func(thread: Thread) -> Variant: return thread.wait_to_finish())

extends "res://support/http_client_suite.gd"
## The HTTP classes in threads of a script.


func test_a_polled_client_lives_in_a_thread(stack: Stack) -> void:
	for server: Peer in peers({"/": Answers.sized(noise(300000))}):
		row(server.url(""))
		equal(_in_thread(_read_all.bind(stack, server)), noise(300000), "what the thread read")


func test_several_threads_have_clients_at_the_same_time(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized(noise(100000))}, FIXTURE)
	var threads: Array[Thread] = []
	for index: int in 6:
		var thread: Thread = Thread.new()
		thread.start(_read_all.bind(stack, server))
		threads.append(thread)
	for thread: Thread in threads:
		same_bytes(thread.wait_to_finish(), noise(100000), "what a thread read")


func test_a_thread_may_fetch_and_the_main_thread_hears_of_it(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello")}, FIXTURE)
	var http: Node = node(ours, {&"tls_options": ours.client()})
	var told_on: Array = []
	for turn: int in 20:
		var response: RefCounted = _in_thread(func() -> RefCounted:
			var made: RefCounted = http.call(&"fetch", server.url("/"))
			made.connect(&"completed", func(_response: RefCounted) -> void: told_on.append(OS.get_thread_caller_id()))
			return made)
		await until(func() -> bool: return response.call(&"is_completed"))
		equal([response.get(&"result"), response.call(&"get_text")], [0, "hello"], "result and text")
	await until(func() -> bool: return told_on.size() == 20)
	equal(told_on.filter(func(id: int) -> bool: return id != OS.get_main_thread_id()), [], "told on other threads")


func test_whoever_sees_an_answer_completed_sees_all_of_it(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("hello")})
	var http: Node = node(ours)
	for turn: int in 50:
		var response: RefCounted = http.call(&"fetch", server.url("/"))
		var watcher: Thread = Thread.new()
		watcher.start(func() -> Array:
			while not response.call(&"is_completed"):
				pass
			return [response.get(&"result"), response.get(&"response_code"), response.call(&"get_text")])
		await until(func() -> bool: return not watcher.is_alive())
		equal(watcher.wait_to_finish(), [0, 200, "hello"], "what another thread saw")


func test_a_thread_may_cancel(ours: Stack) -> void:
	var server: Peer = peer({"/": [&"hang"]})
	var http: Node = node(ours)
	var response: RefCounted = http.call(&"fetch", server.url("/"))
	await until(func() -> bool: return server.requests().size() == 1)
	_in_thread(func() -> void: response.call(&"cancel"))
	await until(func() -> bool: return response.call(&"is_completed"))
	equal(response.get(&"result"), Result.REQUEST_FAILED as int, "the result")


func _in_thread(work: Callable) -> Variant:
	var thread: Thread = Thread.new()
	thread.start(work)
	return thread.wait_to_finish()


func _read_all(stack: Stack, server: Peer) -> PackedByteArray:
	var client: RefCounted = stack.http_client()
	client.set(&"blocking_mode_enabled", true)
	var options: RefCounted = stack.client() if server.url("").begins_with("https") else null
	client.call(&"connect_to_host", "127.0.0.1", server.port(), options)
	while status(client) in [Status.RESOLVING, Status.CONNECTING]:
		client.call(&"poll")
		OS.delay_usec(200)
	client.call(&"request", 0, "/", PackedStringArray())
	while status(client) == Status.REQUESTING:
		client.call(&"poll")
	var body: PackedByteArray = []
	while status(client) == Status.BODY:
		body.append_array(client.call(&"read_response_body_chunk"))
	return body

extends "res://support/http_suite.gd"
## Awaiting responses and jobs in any order, late as well as early.


## Counts calls, and what they brought.
class Listener:
	extends RefCounted

	var heard: Array = []

	func hear(result: Variant) -> void:
		heard.append(result)


func test_two_fetches_are_awaited_one_after_the_other(ours: Stack) -> void:
	for way: StringName in [&"completed", &"done"]:
		row(way)
		var server: Peer = peers({"/slow": Answers.sized("slow"), "/fast": Answers.sized("fast")})[0]
		var http: Node = node(ours)
		var slow: RefCounted = http.call(&"fetch", server.url("/slow"))
		var fast: RefCounted = http.call(&"fetch", server.url("/fast"))
		await _until_over([slow, fast])
		for response: RefCounted in [slow, fast, slow]:
			equal(await _signal(response, way), response, "what the await gives")


func test_done_of_a_running_response_is_its_end(ours: Stack) -> void:
	var server: Peer = peers({"/": Answers.sized("hello")})[0]
	var response: RefCounted = node(ours).call(&"fetch", server.url("/"))
	check(not response.call(&"is_completed"), "it is over at once")
	equal(await (response.call(&"done") as Signal), response, "what the await gives")
	check(response.call(&"is_completed"), "it is not over")


func test_a_late_await_calls_no_handler_again(ours: Stack) -> void:
	var server: Peer = peers({"/": Answers.sized("hello")})[0]
	var response: RefCounted = node(ours).call(&"fetch", server.url("/"))
	var early := Listener.new()
	response.connect(&"completed", early.hear)
	await _until_over([response])
	var late := Listener.new()
	response.connect(&"completed", late.hear)
	await (response.call(&"done") as Signal)
	await _signal(response, &"completed")
	equal(early.heard, [response], "what the early handler heard")
	equal(late.heard, [], "what a handler heard that came too late")


func test_many_may_await_one_response(ours: Stack) -> void:
	var server: Peer = peers({"/": Answers.sized("hello")})[0]
	var response: RefCounted = node(ours).call(&"fetch", server.url("/"))
	await _until_over([response])
	var listeners: Array[Listener] = []
	for _number: int in 5:
		var listener := Listener.new()
		listeners.append(listener)
		_await_done(response, listener)
	await until(func() -> bool:
		return listeners.all(func(listener: Listener) -> bool: return listener.heard.size() == 1))
	equal(listeners.map(func(listener: Listener) -> int: return listener.heard.size()), [1, 1, 1, 1, 1], "how often each heard")


func test_done_keeps_a_response_that_nobody_else_holds(ours: Stack) -> void:
	var server: Peer = peers({"/": Answers.sized("hello")})[0]
	var held: Array[RefCounted] = [node(ours).call(&"fetch", server.url("/"))]
	await _until_over(held)
	var kept: WeakRef = weakref(held[0])
	var response: RefCounted = await (held.pop_back().call(&"done") as Signal)
	check(response != null, "the await gave nothing")
	response = null
	await until(func() -> bool: return kept.get_ref() == null)
	check(kept.get_ref() == null, "it is kept for ever")


func test_all_waits_for_the_last(ours: Stack) -> void:
	var server: Peer = peers({"/": Answers.sized("hello")})[0]
	var http: Node = node(ours)
	var responses: Array[RefCounted] = []
	for _number: int in 10:
		responses.append(http.call(&"fetch", server.url("/")))
	equal(await _all(responses), responses, "what the await gives")
	for response: RefCounted in responses:
		check(response.call(&"is_completed"), "one is not over")
	equal(await _all(responses), responses, "what a late await gives")
	equal(await _all([]), [], "what none give")


func test_all_names_what_is_no_response(ours: Stack) -> void:
	expect_errors()
	var server: Peer = peers({"/": Answers.sized("hello")})[0]
	var response: RefCounted = node(ours).call(&"fetch", server.url("/"))
	forget_errors()
	var mixed: Array = [response, "a text", null]
	equal(await _all(mixed), mixed, "what the await gives")
	check(response.call(&"is_completed"), "the response is not over")
	if can_read_log():
		equal(printed_errors().size(), 2, "errors")
		names(printed_errors()[0], "a text", "the first error")


func test_a_cancelled_response_ends_the_wait(ours: Stack) -> void:
	var server: Peer = peers({"/": Answers.endless()})[0]
	var http: Node = node(ours)
	var responses: Array[RefCounted] = [http.call(&"fetch", server.url("/")), http.call(&"fetch", server.url("/"))]
	responses[0].call(&"cancel")
	http.queue_free()
	await _all(responses)
	check(responses[1].call(&"is_completed"), "a response of a freed node is not over")


func test_jobs_are_awaited_in_any_order(_ours: Stack) -> void:
	var crypto: RefCounted = ClassDB.instantiate(&"RustlsCrypto")
	var jobs: Array[RefCounted] = []
	for _number: int in 2:
		jobs.append(crypto.call(&"generate_rsa_async", 2048))
	await _until_over(jobs)
	for way: StringName in [&"completed", &"done"]:
		for job: RefCounted in jobs:
			row(way)
			var key: CryptoKey = await _signal(job, way)
			check(key != null and key == job.call(&"get_key"), "the await gives another key")


func _signal(object: RefCounted, way: StringName) -> Signal:
	return object.call(&"done") if way == &"done" else Signal(object, &"completed")


func _all(responses: Array) -> Signal:
	return ClassDB.class_call_static(&"RustlsHTTPResponse", &"all", responses)


func _await_done(response: RefCounted, listener: Listener) -> void:
	listener.hear(await (response.call(&"done") as Signal))


func _until_over(objects: Array) -> void:
	await until(func() -> bool:
		return objects.all(func(object: RefCounted) -> bool: return object.call(&"is_completed")))

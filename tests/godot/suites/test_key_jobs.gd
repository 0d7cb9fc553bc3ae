extends "res://support/crypto_suite.gd"
## RSA keys generated in the background: when, where and how often completed is emitted, and leaks.


## The result of a job, with its frame.
class Witness:
	extends RefCounted

	var keys: Array[CryptoKey] = []
	var frames: Array[int] = []
	var on_main_thread: bool = true

	func hear(key: CryptoKey) -> void:
		keys.append(key)
		frames.append(Engine.get_process_frames())
		on_main_thread = on_main_thread and OS.get_thread_caller_id() == OS.get_main_thread_id()


func test_a_job_can_be_awaited_where_it_is_made(_ours: Stack) -> void:
	var key: CryptoKey = await _begin(2048).completed
	if check(key != null, "there is no key"):
		_check_key(key, 256)


## The script references neither the job nor the object that started it.
func test_nobody_has_to_hold_the_object_that_began_it(_ours: Stack) -> void:
	var key: CryptoKey = await (our_stack.crypto().call(&"generate_rsa_async", 2048) as RefCounted).completed
	check(key != null, "there is no key")


func test_a_job_tells_how_it_stands(_ours: Stack) -> void:
	var job: RefCounted = _begin(2048)
	equal([job.call(&"is_completed"), job.call(&"get_key") == null, job.call(&"get_last_error")], [false, true, ""], "first")
	var key: CryptoKey = await job.completed
	equal(job.call(&"is_completed"), true, "is_completed() afterwards")
	equal(job.call(&"get_key"), key, "get_key() afterwards")
	equal(job.call(&"get_last_error"), "", "get_last_error() afterwards")


func test_it_is_already_completed_for_those_who_are_told(_ours: Stack) -> void:
	var job: RefCounted = _begin(2048)
	var seen: Array = []
	job.connect(&"completed", func(key: CryptoKey) -> void:
		seen.append_array([job.call(&"is_completed"), job.call(&"get_key") == key, key != null]))
	await job.completed
	equal(seen, [true, true, true], "what a listener saw")
	for connection: Dictionary in job.get_signal_connection_list(&"completed"):
		job.disconnect(&"completed", connection["callable"])


func test_it_is_told_once_and_in_a_later_frame(_ours: Stack) -> void:
	expect_errors()
	for size: int in [2048, 0]:
		row("%d bits" % size)
		var witness: Witness = Witness.new()
		var job: RefCounted = _begin(size)
		var begun: int = Engine.get_process_frames()
		job.connect(&"completed", witness.hear)
		await job.completed
		for round: int in 10:
			await tree.process_frame
		equal(witness.keys.size(), 1, "how often it was told")
		check(witness.frames[0] > begun, "it was told in the frame in which it was begun")
		equal(witness.on_main_thread, true, "whether it was told on the main thread")


func test_bad_sizes_complete_without_a_key(_ours: Stack) -> void:
	expect_errors()
	for size: int in [0, -1, 512, 1023, 2047, 2049, 8194, 1 << 40, 1 << 63]:
		row("%d bits" % size)
		forget_errors()
		var job: RefCounted = _begin(size)
		# The call that starts a job always succeeds; the job reports a failure later.
		equal(ours.call(&"get_last_error"), "", "get_last_error() of the object")
		equal(job.call(&"is_completed"), false, "is_completed() at first")
		var key: CryptoKey = await job.completed
		check(key == null and job.call(&"get_key") == null, "there is a key")
		equal(job.call(&"is_completed"), true, "is_completed()")
		says(job.call(&"get_last_error"), [str(size), "2048"])
		if can_read_log():
			equal(printed_errors(), PackedStringArray([job.call(&"get_last_error")]), "what was printed")


## On the main thread, and still not before the call returned.
func test_sizes_that_only_the_engine_makes_complete_in_a_later_frame(_ours: Stack) -> void:
	for size: int in [1024, 1026]:
		row("%d bits" % size)
		var witness: Witness = Witness.new()
		var job: RefCounted = _begin(size)
		var begun: int = Engine.get_process_frames()
		equal(job.call(&"is_completed"), false, "is_completed() at first")
		job.connect(&"completed", witness.hear)
		var key: CryptoKey = await job.completed
		equal([witness.keys.size(), witness.on_main_thread], [1, true], "how often it was told, and on the main thread")
		check(witness.frames[0] > begun, "it was told in the frame in which it was begun")
		if check(key != null, "there is no key"):
			_check_key(key, ceili(size / 8.0))


func test_several_jobs_at_once_make_several_keys(_ours: Stack) -> void:
	expect_errors()
	allow_seconds(60.0)
	var witness: Witness = Witness.new()
	var jobs: Array[RefCounted] = []
	for size: int in [2048, 0, 2048, 2048, 2048, -1, 2048]:
		var job: RefCounted = _begin(size)
		job.connect(&"completed", witness.hear)
		jobs.append(job)
	for job: RefCounted in jobs:
		if not job.call(&"is_completed"):
			await job.completed
	var seen: Dictionary = {}
	for key: CryptoKey in witness.keys:
		seen["none" if key == null else key.save_to_string()] = true
	equal(witness.keys.size(), 7, "how often it was told")
	equal(seen.size(), 6, "how many of 5 keys and 2 failures are different")


func test_a_listener_may_begin_the_next_one(_ours: Stack) -> void:
	for round: int in 3:
		var job: RefCounted = _begin(2048)
		var next: Array[RefCounted] = []
		job.connect(&"completed", func(_key: CryptoKey) -> void: next.append(_begin(2048)), CONNECT_ONE_SHOT)
		await job.completed
		check(await next[0].completed != null, "the next one gave no key")


func test_the_game_goes_on_meanwhile(_ours: Stack) -> void:
	allow_seconds(60.0)
	var job: RefCounted = _begin(4096)
	var frames: int = 0
	while not job.call(&"is_completed"):
		await tree.process_frame
		frames += 1
	# Generating such a key takes a large part of a second at least, a frame takes some milliseconds.
	check(frames > 5, "only %d frames went by" % frames)
	_check_key(job.call(&"get_key"), 512)


func test_it_completes_while_the_tree_is_paused(_ours: Stack) -> void:
	tree.paused = true
	after(func() -> void: tree.paused = false)
	check(await _begin(2048).completed != null, "there is no key")


func test_a_job_of_a_thread_is_told_on_the_main_thread(_ours: Stack) -> void:
	expect_errors()
	var witness: Witness = Witness.new()
	var thread: Thread = Thread.new()
	thread.start(func() -> Array[RefCounted]:
		var begun: Array[RefCounted] = []
		for size: int in [2048, 0]:
			var job: RefCounted = our_stack.crypto().call(&"generate_rsa_async", size)
			job.connect(&"completed", witness.hear)
			begun.append(job)
		# The main thread waits for this thread: no signal may be emitted before it continues.
		OS.delay_msec(50)
		begun.append(null if witness.keys.is_empty() else begun[0])
		return begun)
	var jobs: Array[RefCounted] = thread.wait_to_finish()
	equal(jobs[2], null, "what was told before the main thread went on")
	for job: RefCounted in [jobs[0], jobs[1]]:
		if not job.call(&"is_completed"):
			await job.completed
	equal(witness.keys.size(), 2, "how often it was told")
	equal(witness.on_main_thread, true, "whether it was told on the main thread")
	_check_key(jobs[0].call(&"get_key"), 256)


func test_a_job_is_freed_when_nobody_holds_it_any_more(_ours: Stack) -> void:
	expect_errors()
	for size: int in [2048, 0]:
		row("%d bits" % size)
		var job: RefCounted = _begin(size)
		var watched: WeakRef = weakref(job)
		await job.completed
		job = null
		# The emitter releases the job after its listeners were called.
		await tree.process_frame
		check(watched.get_ref() == null, "the job is still alive")


func test_a_job_that_nobody_waits_for_is_freed_too(_ours: Stack) -> void:
	await _begin_and_forget(1)
	# The references of an awaited function are released after it has returned.
	await tree.process_frame
	var objects: float = Performance.get_monitor(Performance.OBJECT_COUNT)
	await _begin_and_forget(4)
	await tree.process_frame
	equal(Performance.get_monitor(Performance.OBJECT_COUNT), objects, "the number of objects")


func _begin(size: int) -> RefCounted:
	return ours.call(&"generate_rsa_async", size)


func _begin_and_forget(count: int) -> void:
	var watched: Array[WeakRef] = []
	for number: int in count:
		watched.append(weakref(_begin(2048)))
		check(watched[-1].get_ref() != null, "a job is gone before it was done")
	while watched.any(func(job: WeakRef) -> bool: return job.get_ref() != null):
		await tree.process_frame


func _check_key(key: CryptoKey, signature_size: int) -> void:
	equal(key.is_public_only(), false, "is_public_only()")
	var signature: PackedByteArray = engine.call(&"sign", HASH_SHA256, fake_hash(32), key)
	equal(signature.size(), signature_size, "the length of a signature")
	equal(ours.call(&"verify", HASH_SHA256, fake_hash(32), signature, key), true, "verify()")


## Threads that load resources have a separate queue for deferred calls.
func test_a_job_begun_while_a_resource_is_loaded_on_a_thread_completes(_ours: Stack) -> void:
	const PATH := "res://support/resource_with_key_job.tres"
	ResourceLoader.load_threaded_request(PATH, "", false, ResourceLoader.CACHE_MODE_IGNORE)
	while ResourceLoader.load_threaded_get_status(PATH) == ResourceLoader.THREAD_LOAD_IN_PROGRESS:
		await tree.process_frame
	var loaded: Resource = ResourceLoader.load_threaded_get(PATH)
	if not check(loaded != null, "it was not loaded"):
		return
	equal(loaded.get(&"was_on_main_thread"), false, "whether it was loaded on the main thread")
	var job: RefCounted = loaded.get(&"job")
	var witness: Witness = Witness.new()
	job.connect(&"completed", witness.hear)
	if not job.call(&"is_completed"):
		await job.completed
	equal([job.call(&"get_key") != null, witness.on_main_thread], [true, true], "a key, told on the main thread")


func test_a_listener_may_let_a_frame_pass_while_others_are_at_work(_ours: Stack) -> void:
	expect_errors()
	var refused: RefCounted = _begin(-1)
	var other: RefCounted = _begin(2048)
	refused.connect(&"completed", func(_key: CryptoKey) -> void: tree.process_frame.emit())
	await other.completed
	equal([refused.call(&"is_completed"), other.call(&"get_key") != null], [true, true], "both jobs are done")

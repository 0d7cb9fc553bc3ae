extends "res://support/connected_suite.gd"
## Scripts that listen to printed messages and use the object that is printing one.


const LISTENER := "res://support/error_listener.gd"


func before_each() -> void:
	expect_errors()


func test_options_can_be_used_while_they_refuse_something(_ours: Stack) -> void:
	var client: RefCounted = trusting(our_stack)
	var server: RefCounted = identity(our_stack)
	var calls: Dictionary = {
		"set_identity": client.call.bind(&"set_identity", null, null),
		"set_identity of a server": server.call.bind(&"set_identity", null, null),
		"set_client_authentication": server.call.bind(&"set_client_authentication", 7, null),
		"set_client_authentication without a chain": server.call.bind(&"set_client_authentication", 2, null),
		"set_client_authentication of a client": client.call.bind(&"set_client_authentication", 2, null),
		"add_server_identity": server.call.bind(&"add_server_identity", "", null, null),
		"add_server_identity of a client": client.call.bind(&"add_server_identity", "a.test", null, null),
		"replace_identity": server.call.bind(&"replace_identity", null, null),
		"replace_identity of a client": client.call.bind(&"replace_identity", null, null),
	}
	for label: String in calls:
		row(label)
		await _check_answered(func() -> void:
			equal((calls[label] as Callable).call(), ERR_INVALID_PARAMETER, "what it returned"),
			func() -> bool:
				for options: RefCounted in [client, server]:
					options.set(&"session_resumption", not options.get(&"session_resumption"))
					equal(options.call(&"get_error"), "", "get_error() in the middle")
				return true)


func test_a_connection_can_be_used_while_it_refuses_something(_ours: Stack) -> void:
	var link: Link = attempt(trusting(our_stack), identity(our_stack))
	stands(link)
	var poll: Callable = func() -> bool:
		link.client.call(&"poll")
		return true
	await _check_answered(func() -> void:
		var material: PackedByteArray = link.client.call(&"export_keying_material", "", PackedByteArray(), 32)
		equal(material, PackedByteArray(), "what it returned"), poll)
	stands(link)


func test_options_can_be_used_while_they_warn_of_their_files(_ours: Stack) -> void:
	var key: String = Fixtures.write_scratch("own.key", Fixtures.key_pem("localhost").to_utf8_buffer())
	var certificate: String = Fixtures.write_scratch("own.crt", Fixtures.pem("localhost").to_utf8_buffer())
	after(Fixtures.clear_scratch)
	var server: RefCounted = our_stack.call(&"server_from_files", key, certificate)
	stands(attempt(trusting(our_stack), server))
	Fixtures.write_scratch("own.crt", [])
	var heard: Array[bool] = [false]
	await _check_answered(func() -> void:
		check(wait_until(func() -> bool:
			stands(attempt(trusting(our_stack), server))
			return heard[0]), "nothing was told"),
		func() -> bool:
			heard[0] = true
			return server.call(&"get_error") == "")


func test_options_can_be_saved_and_changed_while_they_warn_of_their_key(_ours: Stack) -> void:
	after(Fixtures.clear_scratch)
	var target: String = Fixtures.write_scratch("options.tres", [])
	var pem: String = Fixtures.pem("localhost")
	var server: Resource = our_stack.call(&"server_from_pem", Fixtures.key_pem("localhost"), pem)
	await _check_answered(func() -> void:
		equal(ResourceSaver.save(server, target), OK, "saving")
		await tree.process_frame,
		func() -> bool:
			server.set(&"session_resumption", false)
			return ResourceSaver.save(server, target) == OK)
	check(FileAccess.get_file_as_string(target).contains(pem), "the file lacks the certificate")


func test_crypto_can_be_used_while_it_refuses_something(_ours: Stack) -> void:
	var crypto: RefCounted = our_stack.crypto()
	var key: CryptoKey = Fixtures.lone_key("p256")
	var hash: PackedByteArray = crypto.call(&"generate_random_bytes", 32)
	var calls: Dictionary = {
		"sign": crypto.call.bind(&"sign", HashingContext.HASH_SHA256, hash, null),
		"decrypt": crypto.call.bind(&"decrypt", Fixtures.lone_key("rsa1024"), hash),
		"generate_ecdsa": crypto.call.bind(&"generate_ecdsa", 77),
		"private_key_from_pem": crypto.call.bind(&"private_key_from_pem", "", ""),
		"generate_self_signed_certificate": crypto.call.bind(&"generate_self_signed_certificate", key, "O=x"),
	}
	for label: String in calls:
		row(label)
		await _check_answered(func() -> void:
			(calls[label] as Callable).call()
			check(not str(crypto.call(&"get_last_error")).is_empty(), "get_last_error() is empty"),
			func() -> bool:
				var signature: PackedByteArray = crypto.call(&"sign", HashingContext.HASH_SHA256, hash, key)
				return crypto.call(&"verify", HashingContext.HASH_SHA256, hash, signature, key))


func test_a_key_job_can_be_used_while_it_says_why_it_failed(_ours: Stack) -> void:
	var job: RefCounted = our_stack.crypto().call(&"generate_rsa_async", 1)
	await _check_answered(func() -> void:
		await job.completed,
		func() -> bool: return job.call(&"get_key") == null)
	equal(job.call(&"is_completed"), true, "is_completed()")


## Checks that [param work] prints a message, and that [param answer] can run while it does.
func _check_answered(work: Callable, answer: Callable) -> void:
	if not can_read_log():
		skip("this engine does not let scripts read what is printed")
		return
	var listener: Object = (load(LISTENER) as GDScript).new()
	listener.set(&"answer", answer)
	OS.call(&"add_logger", listener)
	await work.call()
	OS.call(&"remove_logger", listener)
	# Both reference the suite.
	listener.set(&"answer", Callable())
	check(listener.get(&"done") > 0, "nothing was printed, or nothing could be done then")
	equal(listener.get(&"failed"), 0, "how often it broke off in the middle")

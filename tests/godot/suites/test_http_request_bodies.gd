extends "res://support/http_suite.gd"
## Bodies, byte for byte: many lengths, every kind of framing, compression, limits, and files.


const SIZES := [0, 1, 65535, 65536, 65537, 1 << 20]
const LARGE := 16 << 20
## Sizes of chunks that do not fit any buffer.
const ODD_CHUNKS := [1, 2, 3, 4095, 4097, 65535, 65537, 100003]

const OLD := "what was there before"


func test_bodies_with_a_length(stack: Stack) -> void:
	for server: Peer in peers():
		for size: int in SIZES:
			row("%d bytes, %s" % [size, server.url("")])
			server.answer("/", Answers.sized(noise(size)))
			await _gives(node(stack), server, noise(size))


func test_a_large_body(stack: Stack) -> void:
	var body: PackedByteArray = noise(LARGE)
	for server: Peer in peers({"/": Answers.sized(body)}):
		row(server.url(""))
		# The engine reads one chunk per frame.
		await _gives(node(stack, {&"download_chunk_size": 1 << 20}), server, body)


func test_bodies_in_chunks(stack: Stack) -> void:
	for server: Peer in peers():
		for size: int in SIZES:
			row("%d bytes, %s" % [size, server.url("")])
			server.answer("/", Answers.chunked(noise(size), ODD_CHUNKS, [], ["X-Trailer: last"]))
			await _gives(node(stack), server, noise(size))
		var letters: PackedByteArray = noise(60)
		row("single bytes, %s" % server.url(""))
		server.answer("/", Answers.chunked(letters, [1]))
		await _gives(node(stack), server, letters)


func test_chunks_cut_in_pieces_on_their_way(stack: Stack) -> void:
	var whole: PackedByteArray = Answers.chunked(noise(200), [7, 1, 64])[0]
	var server: Peer = peer({"/": Answers.in_pieces(whole, 3, 1)})
	await _gives(node(stack), server, noise(200))


func test_bodies_that_end_with_the_connection(ours: Stack) -> void:
	for server: Peer in peers():
		for size: int in SIZES:
			row("%d bytes, %s" % [size, server.url("")])
			server.answer("/", Answers.unsized(noise(size)))
			await _gives(node(ours), server, noise(size))
			server.answer("/", Answers.unsized(noise(size), ["X-Nothing: said"]))
			await _gives(node(ours), server, noise(size))


## Only in this case the end of the body is unknown.
func test_a_secure_body_without_a_goodbye_is_cut_off(ours: Stack) -> void:
	var half: PackedByteArray = Answers.head(200, ["Connection: close"]) + Answers.bytes("half a")
	var server: Peer = peer({"/": [half, 20, &"cut"]}, FIXTURE)
	came_to_nothing(await ask(node(ours), server.url("/")), Result.CONNECTION_ERROR)


func test_bodies_that_come_slowly(stack: Stack) -> void:
	for server: Peer in peers({"/": Answers.drip("drop by drop by drop")}):
		row(server.url(""))
		await _gives(node(stack), server, "drop by drop by drop".to_ascii_buffer())


func test_what_follows_a_body_is_not_part_of_it(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.missized("hello and more", 5)})
	await _gives(node(stack), server, "hello".to_ascii_buffer())


func test_compressed_bodies(stack: Stack) -> void:
	for server: Peer in peers():
		for size: int in SIZES.slice(1):
			var body: PackedByteArray = _words(size)
			for encoding: String in ["gzip", "deflate", "GZIP", "Deflate"]:
				row("%d bytes, %s, %s" % [size, encoding, server.url("")])
				var packed: PackedByteArray = Answers.compress(body, encoding.to_lower())
				server.answer("/", Answers.sized(packed, 200, ["Content-Encoding: " + encoding]))
				await _gives(node(stack), server, body)
				server.answer("/", Answers.chunked(packed, [1, 7, 200000], ["Content-Encoding: " + encoding]))
				await _gives(node(stack), server, body)


func test_compression_that_only_ours_knows(ours: Stack) -> void:
	var server: Peer = peer()
	for size: int in SIZES.slice(1):
		row("%d bytes" % size)
		server.answer("/", Answers.compressed(_words(size), "zstd"))
		await _gives(node(ours), server, _words(size))
	row("brotli")
	server.answer("/", Answers.sized(_raw_brotli("hello brotli"), 200, ["Content-Encoding: br"]))
	await _gives(node(ours), server, "hello brotli".to_ascii_buffer())


func test_compression_nobody_knows_is_handed_through(stack: Stack) -> void:
	var server: Peer = peer()
	for encoding: String in ["identity", "compress", "rot13"]:
		row(encoding)
		server.answer("/", Answers.sized("as it is", 200, ["Content-Encoding: " + encoding]))
		await _gives(node(stack), server, "as it is".to_ascii_buffer())


func test_an_answer_to_head_may_be_called_compressed(stack: Stack) -> void:
	var server: Peer = peer({"/": [Answers.head(200, ["Content-Encoding: gzip", "Content-Length: 40"])]})
	var outcome: Outcome = await ask(node(stack), server.url("/"), [], HTTPClient.METHOD_HEAD)
	came_to(outcome, Result.SUCCESS, 200, ["Content-Encoding: gzip", "Content-Length: 40"], NOTHING)


func test_a_bomb_of_zeros_is_stopped_at_the_limit(stack: Stack) -> void:
	var zeros: PackedByteArray = []
	zeros.resize(64 << 20)
	var server: Peer = peer({"/": Answers.compressed(zeros, "gzip")})
	var http: Node = node(stack, {&"body_size_limit": 1 << 20})
	came_to(await ask(http, server.url("/")), Result.BODY_SIZE_LIMIT_EXCEEDED, 200, null, NOTHING)


func test_the_limit_counts_for_every_framing(stack: Stack) -> void:
	var server: Peer = peer()
	for limit: int in [1, 65535, 65536, 99999, 100000]:
		for answer: Array in [Answers.sized(noise(100000)), Answers.chunked(noise(100000), ODD_CHUNKS)]:
			row("limit %d" % limit)
			server.answer("/", answer)
			var outcome: Outcome = await ask(node(stack, {&"body_size_limit": limit}), server.url("/"))
			var result: Result = Result.SUCCESS if limit == 100000 else Result.BODY_SIZE_LIMIT_EXCEEDED
			came_to(outcome, result, 200, null, noise(100000) if result == Result.SUCCESS else NOTHING)


func test_requests_bodies_arrive_whole(stack: Stack) -> void:
	for server: Peer in peers({"/": Answers.sized("taken")}):
		for size: int in SIZES:
			row("%d bytes, %s" % [size, server.url("")])
			var outcome: Outcome = await ask(node(stack), server.url("/"), [], HTTPClient.METHOD_PUT, noise(size))
			came_to(outcome, Result.SUCCESS, 200, null, "taken")
			same_bytes(server.last_request().body, noise(size), "the body the server got")


func test_text_is_sent_as_utf_8(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("taken")})
	await ask(node(stack), server.url("/"), [], HTTPClient.METHOD_POST, "gr\u00fc\u00dfe \u4f60\u597d \U01f600")
	equal(server.last_request().body, "gr\u00fc\u00dfe \u4f60\u597d \U01f600".to_utf8_buffer(), "the body")


func test_a_body_is_written_to_a_file(stack: Stack) -> void:
	for server: Peer in peers():
		for size: int in SIZES.slice(1):
			row("%d bytes, %s" % [size, server.url("")])
			server.answer("/", Answers.sized(noise(size)))
			await _writes(stack, server, noise(size))
			server.answer("/", Answers.chunked(noise(size), ODD_CHUNKS))
			await _writes(stack, server, noise(size))
		server.answer("/", Answers.compressed(_words(200000), "gzip"))
		await _writes(stack, server, _words(200000))


func test_a_body_replaces_what_was_in_the_file(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("new"), "/error": Answers.sized("not there", 404)})
	var path: String = _old_file()
	var http: Node = node(stack, {&"download_file": path})
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, ["Content-Length: 3"], NOTHING)
	_holds(path, "new")
	equal(http.get(&"download_file"), path, "download_file afterwards")
	came_to(await ask(http, server.url("/error")), Result.SUCCESS, 404, ["Content-Length: 9"], NOTHING)
	_holds(path, "not there")


func test_nothing_is_left_of_a_file_that_failed(ours: Stack) -> void:
	for path_of: Callable in [func() -> String: return scratch_file("fresh"), _old_file]:
		var path: String = path_of.call()
		var kept: bool = FileAccess.file_exists(path)
		for label: String in _failures():
			row("%s, %s" % [label, "over an old file" if kept else "where there was none"])
			var server: Peer = peer({"/": _failures()[label]})
			var properties: Dictionary = {&"download_file": path, &"body_size_limit": 1000, &"timeout": 0.3}
			var outcome: Outcome = await ask(node(ours, properties), server.url("/"))
			check(outcome.result != Result.SUCCESS, "it was a success")
			_is_alone(path, OLD if kept else "")
		DirAccess.remove_absolute(path)


func test_nothing_is_left_of_a_file_that_was_given_up(ours: Stack) -> void:
	var server: Peer = peer({"/": [Answers.head(200, ["Content-Length: 9"]) + Answers.bytes("part"), &"hang"]})
	for way: String in ["cancel_request", "free", "leave"]:
		row(way)
		var path: String = _old_file()
		var http: Node = node(ours, {&"download_file": path})
		begin(http, server.url("/"))
		await until(func() -> bool: return http.call(&"get_downloaded_bytes") == 4)
		_holds(path, OLD)
		match way:
			"cancel_request":
				http.call(&"cancel_request")
			"free":
				http.free()
			_:
				tree.root.remove_child(http)
		# The file is removed in the background.
		await until(func() -> bool: return _beside(path).size() == 1)
		_is_alone(path, OLD)


func test_the_old_file_stays_until_the_new_one_is_whole(ours: Stack) -> void:
	var gate: Array = [false]
	var half: PackedByteArray = Answers.head(200, ["Content-Length: 4"]) + Answers.bytes("ne")
	var server: Peer = peer({"/": [half, gate, Answers.bytes("w!")]})
	var path: String = _old_file()
	var http: Node = node(ours, {&"download_file": path})
	var outcome: Outcome = begin(http, server.url("/"))
	await until(func() -> bool: return http.call(&"get_downloaded_bytes") == 2)
	_holds(path, OLD)
	gate[0] = true
	await heard(outcome)
	_is_alone(path, "new!")


func test_an_empty_body_makes_an_empty_file_of_ours(ours: Stack) -> void:
	var nothing: PackedByteArray = Answers.compress(NOTHING, "gzip")
	for answer: Array in [Answers.sized(""), Answers.chunked(""), Answers.unsized(""),
			Answers.sized(nothing, 200, ["Content-Encoding: gzip"]), Answers.sized("", 404)]:
		var server: Peer = peer({"/": answer})
		for path_of: Callable in [func() -> String: return scratch_file("empty"), _old_file]:
			var path: String = path_of.call()
			await ask(node(ours, {&"download_file": path}), server.url("/"))
			equal(_beside(path), PackedStringArray([path.get_file()]), "the files in the folder")
			same_bytes(FileAccess.get_file_as_bytes(path), NOTHING, "the file")
			DirAccess.remove_absolute(path)


func test_an_answer_without_a_body_leaves_the_file_alone(ours: Stack) -> void:
	for case: Array in [[HTTPClient.METHOD_HEAD, 200], [HTTPClient.METHOD_GET, 204], [HTTPClient.METHOD_GET, 304]]:
		row("%d to method %d" % [case[1], case[0]])
		var server: Peer = peer({"/": [Answers.head(case[1], [])]})
		var path: String = _old_file()
		var outcome: Outcome = await ask(node(ours, {&"download_file": path}), server.url("/"), [], case[0])
		came_to(outcome, Result.SUCCESS, case[1], null, NOTHING)
		_is_alone(path, OLD)


func test_an_announced_length_alone_claims_no_memory(ours: Stack) -> void:
	var server: Peer = peer({"/": [Answers.head(200, ["Content-Length: 67108864"]) + noise(2700), &"hang"]})
	var before: int = OS.get_static_memory_usage()
	check(before > 0, "this engine does not tell its memory")
	var nodes: Array[Node] = []
	for number: int in 4:
		nodes.append(node(ours))
		begin(nodes[-1], server.url("/"))
	await until(func() -> bool: return nodes.all(
		func(http: Node) -> bool: return http.call(&"get_downloaded_bytes") == 2700))
	var claimed: int = OS.get_static_memory_usage() - before
	check(claimed < 16 << 20, "%d bytes" % claimed)


func test_two_nodes_may_write_the_same_file(ours: Stack) -> void:
	var server: Peer = peer({"/a": Answers.drip("aaaaaaaaaa"), "/b": Answers.drip("bbbbbbbbbb")})
	var path: String = scratch_file("shared")
	var outcomes: Array[Outcome] = []
	for target: String in ["/a", "/b"]:
		outcomes.append(begin(node(ours, {&"download_file": path}), server.url(target)))
	for outcome: Outcome in outcomes:
		await heard(outcome)
	one_of(FileAccess.get_file_as_string(path), ["aaaaaaaaaa", "bbbbbbbbbb"], "what the file holds")
	equal(_beside(path), PackedStringArray(["shared"]), "the files in the folder")


## Responses that start correctly and do not end correctly.
func _failures() -> Dictionary:
	var cut: PackedByteArray = Answers.compress(noise(500), "gzip").slice(0, 400)
	return {
		"cut off": [Answers.head(200, ["Content-Length: 9"]) + Answers.bytes("part"), 30, &"close"],
		"a broken chunk": Answers.raw(
			Answers.head(200, ["Transfer-Encoding: chunked"]) + Answers.bytes("4\r\npart\r\nxx\r\n")),
		"too long": Answers.chunked(noise(2000), [500]),
		"too late": [Answers.head(200, ["Content-Length: 9"]) + Answers.bytes("part"), &"hang"],
		"cut compression": Answers.sized(cut, 200, ["Content-Encoding: gzip"]),
		"no answer": [&"close"],
	}


func _gives(http: Node, server: Peer, body: PackedByteArray) -> void:
	came_to(await ask(http, server.url("/")), Result.SUCCESS, 200, null, body)


func _writes(stack: Stack, server: Peer, body: PackedByteArray) -> void:
	var path: String = scratch_file("download")
	DirAccess.remove_absolute(path)
	came_to(await ask(node(stack, {&"download_file": path}), server.url("/")), Result.SUCCESS, 200, null, NOTHING)
	same_bytes(FileAccess.get_file_as_bytes(path), body, "the file")
	equal(_beside(path), PackedStringArray(["download"]), "the files in the folder")
	DirAccess.remove_absolute(path)


func _old_file() -> String:
	var path: String = scratch_file("old")
	return Fixtures.write_scratch("old", OLD.to_ascii_buffer(), path.get_base_dir())


func _holds(path: String, text: String) -> void:
	equal(FileAccess.get_file_as_string(path), text, "what the file holds")


## Checks that the file has this text, or does not exist if the text is null, and that there are no other files.
func _is_alone(path: String, text: String) -> void:
	equal(_beside(path), PackedStringArray([] if text.is_empty() else [path.get_file()]), "the files in the folder")
	if not text.is_empty():
		_holds(path, text)


func _beside(path: String) -> PackedStringArray:
	return files_in(path.get_base_dir())


## Returns bytes that can be compressed to a part of their size.
static func _words(size: int) -> PackedByteArray:
	var bytes: PackedByteArray = noise(mini(size, 1000))
	while bytes.size() < size:
		bytes.append_array(bytes.slice(0, size - bytes.size()))
	return bytes


## Returns a brotli stream with an uncompressed short text: window bits, one uncompressed block, the empty last block.
static func _raw_brotli(text: String) -> PackedByteArray:
	var length: int = text.length() - 1
	# From the lowest bit: window of 16 bits (0), not last (0), four nibbles (00), the length less one, uncompressed (1).
	var bits: int = (length << 4) | (1 << 20)
	var stream: PackedByteArray = [bits & 0xff, (bits >> 8) & 0xff, (bits >> 16) & 0xff]
	stream.append_array(text.to_ascii_buffer())
	# Last, and empty.
	stream.append(3)
	return stream

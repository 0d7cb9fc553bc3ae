extends "res://support/http_suite.gd"
## Downloads that continue an interrupted one, and servers that do not respond to such a request as asked.


const DATA := "0123456789abcdefghij"
const HALF := 10
const ETAG := "ETag: \"a\""


func test_a_piece_of_the_rest_is_not_taken_for_all_of_it(ours: Stack) -> void:
	var server: Peer = _after_a_cut([_piece(10, 14), _piece(15, 19)])
	var path: String = scratch_file("in_pieces")
	var http: Node = await _interrupted(ours, server, path)
	var outcome: Outcome = await ask(http, server.url("/"))
	equal(outcome.result, Result.CONNECTION_ERROR as int, "the result of a piece")
	check(not FileAccess.file_exists(path), "a piece is there under the whole's name")
	equal(FileAccess.get_file_as_string(path + ".part"), DATA.left(15), "what is kept")
	outcome = await ask(http, server.url("/"))
	equal(server.last_request().value("Range"), "bytes=15-", "Range")
	_is_whole(outcome, path, DATA)


func test_the_rest_of_another_version_makes_the_client_begin_anew(ours: Stack) -> void:
	var upper: Array = Answers.sized(DATA.to_upper(), 200, ["ETag: \"b\""])
	var rest: Array = Answers.sized(DATA.to_upper().substr(HALF), 206, ["Content-Range: bytes 10-19/20", "ETag: \"b\""])
	# A server that does not support If-Range.
	var server: Peer = _after_a_cut([rest, upper])
	var path: String = scratch_file("of_another_version")
	var http: Node = await _interrupted(ours, server, path)
	var outcome: Outcome = await ask(http, server.url("/"))
	equal(server.requests().size(), 3, "how many requests there were")
	equal(server.last_request().values("Range").size(), 0, "how many times the last one has Range")
	_is_whole(outcome, path, DATA.to_upper())


func test_a_rest_that_names_no_version_can_be_gone_on_with(ours: Stack) -> void:
	var cut: Array = [
		Answers.head(206, ["Content-Length: 10", "Content-Range: bytes 10-19/20"]) + Answers.bytes(DATA.substr(HALF, 5)),
		30, &"close"]
	var server: Peer = _after_a_cut([cut, _piece(15, 19)])
	var path: String = scratch_file("without_a_name")
	var http: Node = await _interrupted(ours, server, path)
	await ask(http, server.url("/"))
	var outcome: Outcome = await ask(http, server.url("/"))
	equal(server.last_request().value("Range"), "bytes=15-", "Range")
	equal(server.last_request().value("If-Range"), "\"a\"", "If-Range")
	_is_whole(outcome, path, DATA)


func test_what_comes_with_a_416_never_touches_the_file(ours: Stack) -> void:
	var server: Peer = _after_a_cut([Answers.sized("there is no such range", 416), [&"close"]])
	var path: String = scratch_file("with_416")
	var file: FileAccess = FileAccess.open(path, FileAccess.WRITE)
	file.store_string("older")
	file.close()
	var http: Node = await _interrupted(ours, server, path)
	var outcome: Outcome = await ask(http, server.url("/"))
	equal(outcome.result, Result.CONNECTION_ERROR as int, "the result")
	check(server.requests().size() >= 3, "nothing was asked for after the 416")
	equal(FileAccess.get_file_as_string(path), "older", "what the file holds")


func test_an_error_page_leaves_the_half(ours: Stack) -> void:
	for status: int in [503, 404, 403]:
		row("status %d" % status)
		var page: Array = Answers.sized("come back later", status, ["ETag: \"page\""])
		var server: Peer = _after_a_cut([page, _piece(10, 19)])
		var path: String = scratch_file("after_%d" % status)
		var http: Node = await _interrupted(ours, server, path)
		var outcome: Outcome = await ask(http, server.url("/"))
		equal(outcome.code, status, "the code")
		# The body of a 404 response is saved too.
		equal(FileAccess.get_file_as_string(path), "come back later", "what the file holds")
		outcome = await ask(http, server.url("/"))
		equal(server.last_request().value("Range"), "bytes=10-", "Range")
		_is_whole(outcome, path, DATA)


func test_the_time_limit_is_for_both_requests_together(ours: Stack) -> void:
	var server: Peer = _after_a_cut([
		[700] + Answers.sized("there is no such range", 416), [700] + Answers.sized(DATA)])
	var path: String = scratch_file("slow")
	var http: Node = await _interrupted(ours, server, path)
	http.set(&"timeout", 1.0)
	var outcome: Outcome = await ask(http, server.url("/"))
	equal(outcome.result, Result.TIMEOUT as int, "the result")
	check(not FileAccess.file_exists(path), "a file is there")


func test_bytes_that_can_be_counted_are_asked_for(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized(DATA)})
	var path: String = scratch_file("identity")
	for accept_gzip: bool in [true, false]:
		row("accept_gzip %s" % accept_gzip)
		var http: Node = node(ours, {
			&"download_file": path, &"download_resume": true, &"accept_gzip": accept_gzip,
		})
		await ask(http, server.url("/"))
		equal(server.last_request().value("Accept-Encoding"), "identity", "Accept-Encoding")
		await ask(http, server.url("/"), ["accept-encoding: br"])
		equal(server.last_request().values("Accept-Encoding"), PackedStringArray(["br"]), "the caller's own")


func test_a_compressed_body_cannot_be_gone_on_with(ours: Stack) -> void:
	var packed: PackedByteArray = Answers.compress(DATA, "gzip")
	var headers: Array = ["Content-Length: %d" % packed.size(), "Content-Encoding: gzip", ETAG]
	var server: Peer = peer({"*": [Answers.head(200, headers) + packed.slice(0, 15), 30, &"close"]})
	var path: String = scratch_file("packed")
	var http: Node = node(ours, {&"download_file": path, &"download_resume": true})
	await ask(http, server.url("/"))
	equal(files_in(path.get_base_dir()), PackedStringArray(), "the files in the folder")
	server.answer("*", Answers.compressed(DATA, "gzip", [ETAG]))
	_is_whole(await ask(http, server.url("/")), path, DATA)


func test_a_compressed_rest_makes_the_client_begin_anew(ours: Stack) -> void:
	var packed: PackedByteArray = Answers.compress(DATA.substr(HALF), "gzip")
	var rest: Array = Answers.sized(packed, 206, ["Content-Range: bytes 10-19/20", "Content-Encoding: gzip", ETAG])
	var server: Peer = _after_a_cut([rest, Answers.sized(DATA)])
	var path: String = scratch_file("packed_rest")
	var http: Node = await _interrupted(ours, server, path)
	_is_whole(await ask(http, server.url("/")), path, DATA)
	equal(server.last_request().values("Range").size(), 0, "how many times the last one has Range")


func test_the_size_limit_is_for_the_whole_file(ours: Stack) -> void:
	var rest: Array = [
		["with a length", _piece(10, 19)],
		["in chunks", Answers.chunked(DATA.substr(HALF), [4], ["Content-Range: bytes 10-19/*", ETAG])],
	]
	rest[1][1] = [_as_206(rest[1][1][0])]
	for pair: Array in rest:
		row(pair[0])
		var server: Peer = _after_a_cut([pair[1]])
		var path: String = scratch_file("limited")
		var http: Node = await _interrupted(ours, server, path)
		http.set(&"body_size_limit", 19)
		var outcome: Outcome = await ask(http, server.url("/"))
		equal(outcome.result, Result.BODY_SIZE_LIMIT_EXCEEDED as int, "the result")
		check(not FileAccess.file_exists(path), "the file is there")
		http.set(&"body_size_limit", 20)
		_is_whole(await ask(http, server.url("/")), path, DATA)
		DirAccess.remove_absolute(path)


func test_a_date_that_two_versions_may_share_is_not_gone_by(ours: Stack) -> void:
	for pair: Array in [
		["Sun, 06 Nov 1994 08:49:37 GMT", false], ["Sun, 06 Nov 1994 08:50:36 GMT", false],
		["Sun, 06 Nov 1994 08:50:37 GMT", true], ["", false],
	]:
		row("Date: %s" % pair[0])
		var headers: Array = ["Content-Length: 20", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"]
		if not (pair[0] as String).is_empty():
			headers.append("Date: " + pair[0])
		var server: Peer = peer({"*": [Answers.head(200, headers) + Answers.bytes(DATA.left(HALF)), 30, &"close"]})
		var path: String = scratch_file("dated")
		await ask(node(ours, {&"download_file": path, &"download_resume": true}), server.url("/"))
		equal(FileAccess.file_exists(path + ".part"), pair[1], "whether the half is kept")


## Returns a server that cuts the first response in half and then sends these responses, repeating the last one.
func _after_a_cut(answers: Array) -> Peer:
	var count: Array = [0]
	var cut: Array = [Answers.head(200, ["Content-Length: 20", ETAG]) + Answers.bytes(DATA.left(HALF)), 30, &"close"]
	return peer({"*": func(_request: Request) -> Array:
		count[0] += 1
		return cut if count[0] == 1 else answers[mini(count[0] - 2, answers.size() - 1)]
	})


## Returns a node that has received the first half.
func _interrupted(ours: Stack, server: Peer, path: String) -> Node:
	var http: Node = node(ours, {&"download_file": path, &"download_resume": true})
	await ask(http, server.url("/"))
	equal(FileAccess.get_file_as_string(path + ".part"), DATA.left(HALF), "the half that is kept")
	return http


## Returns these bytes of [constant DATA], both ends included.
func _piece(first: int, last: int) -> Array:
	return Answers.sized(
		DATA.substr(first, last - first + 1), 206, ["Content-Range: bytes %d-%d/20" % [first, last], ETAG])


func _as_206(answer: PackedByteArray) -> PackedByteArray:
	return "HTTP/1.1 206".to_ascii_buffer() + answer.slice("HTTP/1.1 200".length())


func _is_whole(outcome: Outcome, path: String, content: String) -> void:
	equal(outcome.result, Result.SUCCESS as int, "the result")
	equal(FileAccess.get_file_as_string(path), content, "what the file holds")
	check(not FileAccess.file_exists(path + ".part"), "the half is still there")

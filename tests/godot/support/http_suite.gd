extends "res://support/suite.gd"
## Base of the suites for the HTTP classes: scripted servers, nodes in the tree, and results of requests.


const Peer := preload("res://support/http_peer.gd")
const Answers := preload("res://support/http_answers.gd")
const Request := preload("res://support/http_peer_request.gd")

## The certificate of secure servers: it is valid for 127.0.0.1.
const FIXTURE := "name_ip"

const NOTHING: PackedByteArray = []

enum Result {
	SUCCESS,
	CHUNKED_BODY_SIZE_MISMATCH,
	CANT_CONNECT,
	CANT_RESOLVE,
	CONNECTION_ERROR,
	TLS_HANDSHAKE_ERROR,
	NO_RESPONSE,
	BODY_SIZE_LIMIT_EXCEEDED,
	BODY_DECOMPRESS_FAILED,
	REQUEST_FAILED,
	DOWNLOAD_FILE_CANT_OPEN,
	DOWNLOAD_FILE_WRITE_ERROR,
	REDIRECT_LIMIT_REACHED,
	TIMEOUT,
}


## The result of a request.
class Outcome:
	extends RefCounted

	## The return value of the call.
	var error: int
	## The number of emissions of the signal.
	var signals: int = 0
	var result: int = -1
	var code: int = -1
	var headers: PackedStringArray
	var body: PackedByteArray

	## The handler of the signal.
	func hear(new_result: int, new_code: int, new_headers: PackedStringArray, new_body: PackedByteArray) -> void:
		signals += 1
		result = new_result
		code = new_code
		headers = new_headers
		body = new_body


## A server that ends with the test.
func peer(answers: Dictionary = {}, fixture: String = "") -> Peer:
	var made: Peer = Peer.new(answers, fixture)
	# The lambda references the server until then; the method alone would not.
	after(func() -> void: made.stop())
	return made


## Returns two servers with the same responses, plain and secure.
func peers(answers: Dictionary = {}) -> Array[Peer]:
	return [peer(answers), peer(answers, FIXTURE)]


## Returns a proxy that opens tunnels and is itself the secure server at their end.
func tunnel(answers: Dictionary) -> Peer:
	var made: Peer = Peer.new({}, FIXTURE, true)
	made.answer("*", func(request: Request) -> Array:
		if request.method == "CONNECT":
			return [Answers.head("HTTP/1.1 200 Connection established"), &"secure"]
		return answers.get(request.path(), answers["*"]))
	after(func() -> void: made.stop())
	return made


## Returns a node in the tree that is freed with the test.
func node(stack: Stack, properties: Dictionary = {}) -> Node:
	var made: Node = stack.http_request()
	for property: StringName in properties:
		made.set(property, properties[property])
	tree.root.add_child(made)
	# Not the node itself: a lambda must not capture an object that is freed.
	var id: int = made.get_instance_id()
	after(func() -> void:
		if is_instance_id_valid(id):
			instance_from_id(id).free())
	return made


## Starts a request. Its result is filled in when it has ended.
func begin(http: Node, url: String, headers: Array = [], method: int = 0, body: Variant = "") -> Outcome:
	var outcome: Outcome = Outcome.new()
	http.connect(&"request_completed", outcome.hear, CONNECT_ONE_SHOT)
	var call_of: StringName = &"request" if body is String else &"request_raw"
	outcome.error = http.call(call_of, url, PackedStringArray(headers), method, body)
	return outcome


## Sends a request and waits for its end.
func ask(http: Node, url: String, headers: Array = [], method: int = 0, body: Variant = "") -> Outcome:
	var outcome: Outcome = begin(http, url, headers, method, body)
	if outcome.error == OK:
		await heard(outcome)
	elif http.is_connected(&"request_completed", outcome.hear):
		http.disconnect(&"request_completed", outcome.hear)
	return outcome


## Waits until a request has ended, or the runner's limit is reached.
func heard(outcome: Outcome) -> void:
	while outcome.signals == 0:
		await tree.process_frame


## Lets a few frames pass, in which no late signal may be emitted.
func frames(count: int) -> void:
	for frame: int in count:
		await tree.process_frame


## Waits, frame by frame, until [param condition] is true, or the runner's limit is reached.
func until(condition: Callable) -> void:
	while not condition.call():
		await tree.process_frame


## Checks all arguments of the signal.
func came_to(outcome: Outcome, result: Result, code: int, headers: Variant, body: Variant) -> void:
	equal(outcome.error, OK, "what the call returned")
	equal(outcome.result, result as int, "the result")
	equal(outcome.code, code, "the response code")
	if headers is Array:
		equal(outcome.headers, PackedStringArray(headers as Array), "the headers")
	same_bytes(outcome.body, Answers.bytes(body), "the body")


## Checks a request that received no response.
func came_to_nothing(outcome: Outcome, result: Result) -> void:
	came_to(outcome, result, 0, [], NOTHING)


## Compares bytes and reports the position of a difference.
func same_bytes(actual: PackedByteArray, expected: PackedByteArray, what: String) -> bool:
	if actual == expected:
		return check(true, "")
	var at: int = 0
	while at < mini(actual.size(), expected.size()) and actual[at] == expected[at]:
		at += 1
	return check(false, "%s has %d bytes, not %d; the first %d are the same: \"%s\"" % [
		what, actual.size(), expected.size(), at, actual.slice(0, 60).get_string_from_ascii()])


## Checks that only servers whose clients left during a handshake printed errors.
func only_servers_printed() -> void:
	var others: Array = Array(printed_errors()).filter(
		func(line: String) -> bool: return not line.begins_with("TLS handshake error: -27648"))
	equal(others, [], "what else was printed")


## Returns a port on which no program listens.
func free_port() -> int:
	var listener: TCPServer = TCPServer.new()
	listener.listen(0, "127.0.0.1")
	return listener.get_local_port()


## Returns the path of a file of this test, in a folder of its own that is removed afterwards.
func scratch_file(file: String) -> String:
	var folder: String = Fixtures.scratch.path_join("http")
	if not DirAccess.dir_exists_absolute(folder):
		DirAccess.make_dir_recursive_absolute(folder)
		after(func() -> void: remove_folder(folder))
	return folder.path_join(file)


## Removes a folder with all its files, hidden ones too.
static func remove_folder(folder: String) -> void:
	for file: String in files_in(folder):
		DirAccess.remove_absolute(folder.path_join(file))
	DirAccess.remove_absolute(folder)


## The files of a folder, hidden ones too.
static func files_in(folder: String) -> PackedStringArray:
	var open: DirAccess = DirAccess.open(folder)
	if open == null:
		return PackedStringArray()
	open.include_hidden = true
	return open.get_files()


## Returns bytes that gzip cannot compress, the same ones in each call.
static func noise(count: int) -> PackedByteArray:
	var generator: RandomNumberGenerator = RandomNumberGenerator.new()
	generator.seed = count
	var words: PackedInt32Array = []
	words.resize((count + 3) / 4)
	for index: int in words.size():
		words[index] = generator.randi()
	return words.to_byte_array().slice(0, count)

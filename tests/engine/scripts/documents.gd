extends SceneTree
## Parses the GDScript examples of the documents, and runs those that are whole scripts, page by page: a client may
## talk to the server of an earlier example. What such an example prints is compared with the text behind it. Prints a
## line that begins with FAULT for each fault, and how many there were at the end.

const Examples := preload("res://examples.gd")
const Peer := preload("res://support/http_peer.gd")
const Request := preload("res://support/http_peer_request.gd")
const Answers := preload("res://support/http_answers.gd")

## An example that printed less than it should by then has failed.
const SECONDS := 20.0

## A file that is large enough to be received in parts.
const LARGE := 3_000_000

const EVENTS := "id: 1\nevent: joined\ndata: Ada\n\nid: 2\nevent: joined\ndata: Grace\n\n"

var peer: Peer
## Stands for the port 7000 of the examples.
var free_port: int = unused_port()
var running: Array[Node] = []


func _initialize() -> void:
	work.call_deferred()


func work() -> void:
	var examples: Array = JSON.parse_string(FileAccess.get_file_as_string("res://examples.json"))
	peer = Peer.new({
		"/players.json": Answers.sized("{\"players\": [\"Ada\", \"Grace\"]}", 200, ["Content-Type: application/json"]),
		"/level.pck": func(_request: Request) -> Array: return level(),
		"/upload": func(request: Request) -> Array: return Answers.sized("%d bytes" % request.body.size()),
		"/scores": Answers.sized("", 201),
		"/events": Answers.unsized(EVENTS, ["Content-Type: text/event-stream", "Connection: close"]),
		"/slow": [&"hang"],
		"/rules": Answers.sized("be kind", 200, ["Cache-Control: max-age=60"]),
		"/news": busy_once(),
		"/feed": feed,
		"/": Answers.sized("hello\n"),
	}, "localhost")
	var run_count: int = 0
	var page: String = ""
	for example: Dictionary in examples:
		if example["page"] != page:
			await finish()
			page = example["page"]
		for what: String in Examples.faults_of(example["text"]):
			print("FAULT %s: %s" % [example["place"], what])
		if Examples.is_whole(example["text"]):
			run_count += 1
			await run(example)
	await finish()
	peer.stop()
	print("CHECKED %d examples, %d run" % [examples.size(), run_count])
	quit()


## The large file, in two halves with a pause between them.
func level() -> Array:
	var half: PackedByteArray = []
	half.resize(LARGE / 2)
	return [Answers.head(200, ["Content-Length: %d" % LARGE]) + half, 50, half]


## Responses of a server that is unavailable at first.
func busy_once() -> Callable:
	var is_busy: Array[bool] = [true]
	return func(_request: Request) -> Array:
		if is_busy[0]:
			is_busy[0] = false
			return Answers.sized("busy", 503, ["Retry-After: 0"])
		return Answers.sized("news")


## One event for each connection, and then the answer that there is no more.
func feed(request: Request) -> Array:
	var last_id: int = int(request.value("Last-Event-ID"))
	if last_id == 2:
		return [Answers.head(204)]
	var event: String = "retry: 0\nid: %d\ndata: %s\n\n" % [last_id + 1, ["Ada", "Grace"][last_id]]
	return Answers.unsized(event, ["Content-Type: text/event-stream", "Connection: close"])


## Frees the scripts of a page, the latest first.
func finish() -> void:
	while not running.is_empty():
		var node: Node = running.pop_back()
		node.queue_free()
		await process_frame
	for i: int in 10:
		await process_frame


func run(example: Dictionary) -> void:
	var expected: Array = example["output"]
	var printed: PackedStringArray = []
	var script := GDScript.new()
	script.source_code = redirected(here(example["text"])) + "\n\nvar _say: Callable\n"
	if script.reload() != OK:
		print("FAULT %s: the example does not parse as it is run" % example["place"])
		return
	var node: Node = script.new()
	node.set(&"_say", func(text: String) -> void: printed.append_array(text.split("\n")))
	root.add_child(node)
	running.append(node)
	var end: int = Time.get_ticks_msec() + int(SECONDS * 1000)
	while printed.size() < maxi(expected.size(), 1) and Time.get_ticks_msec() < end:
		await process_frame
	for i: int in 5:
		await process_frame
	if not are_as_expected(printed, expected):
		print("FAULT %s: printed %s instead of %s" % [example["place"], printed, expected])


## Compares lines. An ellipsis stands for any text; without expected lines any will do.
func are_as_expected(printed: PackedStringArray, expected: Array) -> bool:
	if expected.is_empty():
		return not printed.is_empty()
	for i: int in expected.size():
		if i >= printed.size() or not printed[i].match(str(expected[i]).replace("…", "*")):
			return false
	return printed.size() == expected.size()


## Returns the example with the addresses of this test's servers.
func here(source: String) -> String:
	var address: String = "https://localhost:%d" % peer.port()
	source = source.replace("https://example.org", address)
	source = source.replace("\"example.org\", 443", "\"localhost\", %d" % peer.port())
	return source.replace("7000", str(free_port))


static func unused_port() -> int:
	var listener := TCPServer.new()
	listener.listen(0, "127.0.0.1")
	return listener.get_local_port()


## Returns the script with calls of `_say` instead of `print`.
func redirected(source: String) -> String:
	var call := RegEx.create_from_string(r"\bprint\(")
	var found: RegExMatch = call.search(source)
	while found != null:
		var close: int = closing(source, found.get_end())
		var arguments: String = source.substr(found.get_end(), close - found.get_end())
		source = "%s_say.call(str(%s))%s" % [source.left(found.get_start()), arguments, source.substr(close + 1)]
		found = call.search(source)
	return source


## Returns the place of the parenthesis that closes the one before [param at].
func closing(source: String, at: int) -> int:
	var depth: int = 1
	var is_text: bool = false
	while depth > 0:
		match source[at]:
			"\"":
				is_text = not is_text
			"(":
				depth += 0 if is_text else 1
			")":
				depth -= 0 if is_text else 1
		at += 1
	return at - 1

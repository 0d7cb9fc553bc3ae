extends SceneTree
## Runs the jobs of a JSON file over the addon's classes, all at once, as a client or as a server.
##
## `godot --headless --path PROJECT -s driver.gd -- JOBS.json`. Prints `LISTENING job port` for each server,
## `RESULT {…}` for each connection and `DONE` at the end. A job is an object with these members:
## - `role`: `client` or `server`
## - `min`, `max`: allowed TLS versions as in RustlsTLSOptions; `seconds`: the limit of the whole job
## - client: `port` on 127.0.0.1 or `dial` (a host to find and connect to in the background), `name`, `trust` (PEM
##   file), `override`, `unsafe`, `handshake_timeout`; `send` (file with what to send), `expect` (how many bytes to wait
##   for), `until_end` (go on reading until the peer closes), `want` (file that what came must end with)
## - server: `key`, `chain` (PEM files), `connections` (how many to serve), `serve`: `echo` (until the peer closes),
##   `greet` (sends the file `send`, then closes) or `http` (answers GET with the file `send`, else with the body)


const Driver := preload("driver.gd")

const CHUNK := 65536
## A server waits this long for clients that come one after the other, on machines that may be busy.
const DEFAULT_SECONDS := 120.0
## Rounds of all connections in one frame, so that a transfer does not wait for frames.
const ROUNDS := 50

var _talks: Array[Talk] = []
var _listeners: Array[Listener] = []


func _initialize() -> void:
	var arguments: PackedStringArray = OS.get_cmdline_user_args()
	var jobs: Array = JSON.parse_string(FileAccess.get_file_as_string(arguments[0]))
	for index: int in jobs.size():
		var plan: Dictionary = jobs[index]
		if plan["role"] == "server":
			_listeners.append(Listener.new(index, plan))
		else:
			_talks.append(ClientTalk.new(index, plan))


func _process(_delta: float) -> bool:
	for listener: Listener in _listeners:
		_talks.append_array(listener.take_connections())
	for _round: int in ROUNDS:
		for talk: Talk in _talks:
			talk.step()
	for talk: Talk in _talks:
		talk.report_once()
	_talks = _talks.filter(func(talk: Talk) -> bool: return not talk.is_over)
	_listeners = _listeners.filter(func(listener: Listener) -> bool: return not listener.is_over())
	if not _talks.is_empty() or not _listeners.is_empty():
		return false
	print("DONE")
	return true


static func versions(options: RustlsTLSOptions, plan: Dictionary) -> RustlsTLSOptions:
	options.min_version = plan.get("min", RustlsTLSOptions.TLS_VERSION_1_2)
	options.max_version = plan.get("max", RustlsTLSOptions.TLS_VERSION_1_3)
	return options


static func text(path: String) -> String:
	return FileAccess.get_file_as_string(path)


class Listener:
	extends RefCounted

	var _job: int
	var _plan: Dictionary
	var _server: TCPServer = TCPServer.new()
	var _left: int
	var _deadline: int
	var _options: RustlsTLSOptions
	var _count: int = 0


	func _init(job: int, plan: Dictionary) -> void:
		_job = job
		_plan = plan
		_left = plan.get("connections", 1)
		_deadline = Time.get_ticks_msec() + int(plan.get("seconds", DEFAULT_SECONDS) * 1000.0)
		_options = RustlsTLSOptions.server_from_pem(Driver.text(plan["key"]), Driver.text(plan["chain"]))
		Driver.versions(_options, plan)
		if not _options.get_error().is_empty():
			print("options of job %d: %s" % [job, _options.get_error()])
		_server.listen(0, "127.0.0.1")
		print("LISTENING %d %d" % [job, _server.get_local_port()])


	func take_connections() -> Array[Talk]:
		var taken: Array[Talk] = []
		while _left > 0 and _server.is_connection_available():
			_left -= 1
			taken.append(ServerTalk.new(_job, _plan, _server.take_connection(), _options, _count))
			_count += 1
		return taken


	func is_over() -> bool:
		return _left == 0 or Time.get_ticks_msec() > _deadline


class Talk:
	extends RefCounted

	var is_over: bool = false
	var tls: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()
	var base: StreamPeerTCP = null
	var plan: Dictionary
	var outgoing: PackedByteArray = []
	var sent: int = 0
	var incoming: PackedByteArray = []
	var result: Dictionary = {}
	var _deadline: int
	var _is_reported: bool = false


	func _init(job: int, the_plan: Dictionary) -> void:
		plan = the_plan
		result = {"job": job, "connection": 0, "connected": false, "end": ""}
		_deadline = Time.get_ticks_msec() + int(plan.get("seconds", DEFAULT_SECONDS) * 1000.0)
		tls.handshake_timeout = plan.get("handshake_timeout", 20.0)


	func step() -> void:
		if is_over:
			return
		if Time.get_ticks_msec() > _deadline:
			finish("took too long")
			return
		if not is_ready():
			return
		match tls.get_status():
			RustlsStreamPeerTLS.STATUS_HANDSHAKING:
				tls.poll()
			RustlsStreamPeerTLS.STATUS_CONNECTED:
				_note_what_was_agreed()
				_move()
			_:
				finish(_end_that_poll_saw())


	func report_once() -> void:
		if not is_over or _is_reported:
			return
		_is_reported = true
		print("RESULT %s" % JSON.stringify(result))


	## How it came to an end: `closed` by this side, `eof` by the peer, `cut` without a goodbye, `refused` before it
	## began, or what else.
	func finish(end: String) -> void:
		is_over = true
		result["end"] = end
		result["status"] = tls.get_status()
		result["cause"] = tls.get_last_error_code()
		result["error"] = tls.get_last_error()
		result["sent"] = sent
		result["received"] = incoming.size()
		if plan.has("want"):
			var wanted: PackedByteArray = FileAccess.get_file_as_bytes(plan["want"])
			result["same"] = incoming.slice(incoming.size() - wanted.size()) == wanted


	func close() -> void:
		tls.disconnect_from_stream()
		finish("closed")


	## What to send next may be decided only now.
	func prepare() -> void:
		pass


	func is_ready() -> bool:
		return true


	func is_complete() -> bool:
		return false


	func _end_that_poll_saw() -> String:
		if not result["connected"]:
			return "refused"
		return "eof" if tls.get_last_error_code() == RustlsStreamPeerTLS.CAUSE_CLOSED else "cut"


	func _note_what_was_agreed() -> void:
		if result["connected"]:
			return
		result["connected"] = true
		result["version"] = tls.get_protocol_version()
		result["cipher"] = tls.get_cipher_suite()
		result["group"] = tls.get_key_exchange_group()
		result["server_name"] = tls.get_server_name()


	func _move() -> void:
		prepare()
		if sent < outgoing.size():
			var put: Array = tls.put_partial_data(outgoing.slice(sent, sent + CHUNK))
			if put[0] != OK:
				finish("cut")
				return
			sent += put[1]
		var got: Array = tls.get_partial_data(CHUNK)
		incoming.append_array(got[1])
		if got[0] == ERR_FILE_EOF:
			finish("eof")
		elif got[0] != OK:
			finish("cut")
		elif is_complete():
			close()
		else:
			tls.poll()


class ClientTalk:
	extends Talk

	var _has_begun: bool = false


	func _init(job: int, the_plan: Dictionary) -> void:
		super(job, the_plan)
		if plan.has("send"):
			outgoing = FileAccess.get_file_as_bytes(plan["send"])
		if plan.has("dial"):
			_has_begun = true
			_check(tls.connect_to_host(plan["dial"], int(plan["port"]), _options()))
		else:
			base = StreamPeerTCP.new()
			_check(base.connect_to_host("127.0.0.1", int(plan["port"])))


	func is_ready() -> bool:
		if _has_begun:
			return true
		base.poll()
		if base.get_status() == StreamPeerTCP.STATUS_CONNECTING:
			return false
		_has_begun = true
		_check(tls.connect_to_stream(base, plan.get("name", "localhost"), _options()))
		return not is_over


	func is_complete() -> bool:
		return not plan.get("until_end", false) and incoming.size() >= int(plan.get("expect", 0)) \
				and sent == outgoing.size()


	func _options() -> RustlsTLSOptions:
		if plan.get("unsafe", false):
			return Driver.versions(RustlsTLSOptions.client_unsafe(), plan)
		var trusted: String = Driver.text(plan["trust"])
		return Driver.versions(RustlsTLSOptions.client_from_pem(trusted, plan.get("override", "")), plan)


	func _check(error: Error) -> void:
		if error != OK:
			finish("start %s" % error_string(error))


class ServerTalk:
	extends Talk

	var _echoed: int = 0


	func _init(
		job: int, the_plan: Dictionary, the_base: StreamPeerTCP, options: RustlsTLSOptions, number: int
	) -> void:
		super(job, the_plan)
		base = the_base
		result["connection"] = number
		var error: Error = tls.accept_stream(base, options)
		if error != OK:
			finish("start %s" % error_string(error))


	func prepare() -> void:
		match plan["serve"]:
			"echo":
				if sent == outgoing.size() and _echoed < incoming.size():
					outgoing = incoming.slice(_echoed)
					_echoed = incoming.size()
					sent = 0
			"greet":
				if outgoing.is_empty():
					outgoing = FileAccess.get_file_as_bytes(plan["send"])
			"http":
				if outgoing.is_empty():
					outgoing = _answer()


	func is_complete() -> bool:
		return plan["serve"] == "greet" and sent == outgoing.size()


	## The answer to the request in `incoming`, or nothing while that is incomplete.
	func _answer() -> PackedByteArray:
		var head: String = incoming.slice(0, 4096).get_string_from_ascii()
		var end: int = head.find("\r\n\r\n")
		if end < 0:
			return []
		for line: String in head.left(end).split("\r\n"):
			var wanted: int = line.get_slice(":", 1).to_int()
			if line.to_lower().begins_with("content-length:") and incoming.size() < end + 4 + wanted:
				return []
		var body: PackedByteArray = incoming.slice(end + 4)
		if head.begins_with("GET "):
			body = FileAccess.get_file_as_bytes(plan["send"])
		var answer: String = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % body.size()
		return answer.to_ascii_buffer() + body

extends SceneTree
## Runs the jobs of a JSON file over the addon's classes, all at once, as a client or as a server.
##
## `godot --headless --path PROJECT -s driver.gd -- JOBS.json`. Prints `LISTENING job port` for each server,
## `RESULT {…}` for each connection and `DONE` at the end. A job is an object with these members:
## - `role`: `client` or `server`; `connections`: how many, a client's one after the other with the same options;
##   `seconds`: the limit of the whole job. Or `call`, which is done at once (`calls.gd`), before the jobs that follow:
##   `method` (of RustlsCrypto), `arguments`, `into` (file for what it returns). Or `http`: requests (`http.gd`)
## - options of both (`options.gd` makes them): `min`, `max` (allowed TLS versions as in RustlsTLSOptions), `alpn`,
##   `resumption`, `pins` (as the properties), `revoked` (PEM file with revocation lists), `key_log` (file), `key` and
##   `chain` (PEM files; a client's must end as the engine's loader wants it)
## - both: `export` (a label of which 32 bytes are exported)
## - client: `port` on 127.0.0.1 or `dial` (a host to find and connect to in the background), `name`, `trust` (PEM
##   file), `override`, `unsafe`, `handshake_timeout`; `send` (file with what to send), `expect` (how many bytes to wait
##   for), `until_end` (go on reading until the peer closes), `want` (file that what came must end with)
## - server: `files` (key and chain are looked at again while it runs), `identities` (more of them: a list of `name`,
##   `key`, `chain`), `clients` (`optional` or `required`) and `client_trust`; `until` (serve any number until this file
##   exists), `node` (true: RustlsTLSServer accepts, and not a TCPServer), `serve`: `echo` (until the peer closes), `greet` (sends the file `send`, then closes) or `http` (answers GET
##   with the file `send`, else with the body)


const Calls := preload("calls.gd")
const Http := preload("http.gd")
const Options := preload("options.gd")

const CHUNK := 65536
## A server waits this long for clients that come one after the other, on machines that may be busy.
const DEFAULT_SECONDS := 120.0
## Rounds of all connections in one frame, so that a transfer does not wait for frames.
const ROUNDS := 50
const EXPORTED_BYTES := 32

var _talks: Array[Talk] = []
var _jobs: Array[Job] = []
var _fetching: Array[Http] = []


func _initialize() -> void:
	var arguments: PackedStringArray = OS.get_cmdline_user_args()
	var plans: Array = JSON.parse_string(FileAccess.get_file_as_string(arguments[0]))
	for index: int in plans.size():
		var plan: Dictionary = plans[index]
		match plan["role"]:
			"call":
				_tell_of_call(index, plan)
			"http":
				_fetching.append(Http.new(index, plan, root))
			"server":
				var is_node: bool = plan.get("node", false)
				_jobs.append(NodeListener.new(index, plan, root) if is_node else Listener.new(index, plan))
			_:
				_jobs.append(Caller.new(index, plan))


func _process(_delta: float) -> bool:
	for job: Job in _jobs:
		_talks.append_array(job.take_connections())
	for http: Http in _fetching:
		http.step()
	for _round: int in ROUNDS:
		for talk: Talk in _talks:
			talk.step()
	for talk: Talk in _talks:
		talk.report_once()
	_talks = _talks.filter(func(talk: Talk) -> bool: return not talk.is_over)
	_jobs = _jobs.filter(func(job: Job) -> bool: return not job.is_over())
	_fetching = _fetching.filter(func(http: Http) -> bool: return not http.is_over())
	if not _talks.is_empty() or not _jobs.is_empty() or not _fetching.is_empty():
		return false
	print("DONE")
	return true


func _tell_of_call(job: int, plan: Dictionary) -> void:
	var result: Dictionary = {"job": job, "connection": 0}
	result.merge(Calls.result_of(plan))
	print("RESULT %s" % JSON.stringify(result))


## Where connections come from. All of a job share its options.
class Job:
	extends RefCounted

	var job: int
	var plan: Dictionary
	var left: int
	var count: int = 0
	var options: RustlsTLSOptions
	var deadline: int


	func _init(the_job: int, the_plan: Dictionary, the_options: RustlsTLSOptions) -> void:
		job = the_job
		plan = the_plan
		options = the_options
		left = plan.get("connections", 1)
		deadline = Time.get_ticks_msec() + int(plan.get("seconds", DEFAULT_SECONDS) * 1000.0)
		if not options.get_error().is_empty():
			print("options of job %d: %s" % [job, options.get_error()])


	func take_connections() -> Array[Talk]:
		return []


	func is_over() -> bool:
		return left == 0 or Time.get_ticks_msec() > deadline


class Caller:
	extends Job

	var _current: ClientTalk = null


	func _init(the_job: int, the_plan: Dictionary) -> void:
		super(the_job, the_plan, Options.client(the_plan))


	func take_connections() -> Array[Talk]:
		if left == 0 or (_current != null and not _current.is_over):
			return []
		left -= 1
		_current = ClientTalk.new(job, plan, options, count)
		count += 1
		return [_current]


class Listener:
	extends Job

	var _server: TCPServer = TCPServer.new()


	func _init(the_job: int, the_plan: Dictionary) -> void:
		super(the_job, the_plan, Options.server(the_plan))
		_server.listen(0, "127.0.0.1")
		print("LISTENING %d %d" % [job, _server.get_local_port()])


	func take_connections() -> Array[Talk]:
		var taken: Array[Talk] = []
		while (left > 0 or plan.has("until")) and _server.is_connection_available():
			left -= 1
			var talk := ServerTalk.new(job, plan, count)
			talk.accept(_server.take_connection(), options)
			taken.append(talk)
			count += 1
		return taken


	func is_over() -> bool:
		if plan.has("until"):
			return FileAccess.file_exists(plan["until"]) or Time.get_ticks_msec() > deadline
		return super()


## A server node: connections come with their handshakes done, or fail.
class NodeListener:
	extends Job

	var _server: RustlsTLSServer = RustlsTLSServer.new()
	var _taken: Array[Talk] = []


	func _init(the_job: int, the_plan: Dictionary, root: Node) -> void:
		super(the_job, the_plan, Options.server(the_plan))
		# The tree is not ready to take children yet, and without it nobody listens.
		_server.ready.connect(_listen, CONNECT_ONE_SHOT)
		root.add_child.call_deferred(_server)


	func take_connections() -> Array[Talk]:
		var taken: Array[Talk] = _taken
		_taken = []
		return taken


	func is_over() -> bool:
		var ends: bool = super()
		if ends:
			_server.queue_free()
		return ends


	func _listen() -> void:
		_server.connected.connect(_take)
		_server.failed.connect(func(_address: String, error: String) -> void: _take(null, error))
		var error: Error = _server.listen(0, options, "127.0.0.1")
		print("LISTENING %d %d" % [job, _server.get_local_port()] if error == OK else _server.get_last_error())


	func _take(peer: RustlsStreamPeerTLS, error: String = "") -> void:
		left -= 1
		var talk := ServerTalk.new(job, plan, count)
		count += 1
		if peer != null:
			talk.tls = peer
		else:
			talk.finish("refused")
			talk.result["error"] = error
		_taken.append(talk)


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


	func _init(job: int, the_plan: Dictionary, number: int) -> void:
		plan = the_plan
		result = {"job": job, "connection": number, "connected": false, "end": ""}
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
		result["alpn"] = tls.get_alpn_protocol()
		result["resumed"] = tls.is_session_resumed()
		result["peer"] = tls.get_peer_certificates().map(
			func(shown: RustlsCertificateInfo) -> Array: return [shown.subject, shown.sha256_fingerprint]
		)
		if plan.has("export"):
			var none: PackedByteArray = []
			result["exported"] = tls.export_keying_material(plan["export"], none, EXPORTED_BYTES).hex_encode()


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

	var _options: RustlsTLSOptions
	var _has_begun: bool = false


	func _init(job: int, the_plan: Dictionary, options: RustlsTLSOptions, number: int) -> void:
		super(job, the_plan, number)
		_options = options
		if plan.has("send"):
			outgoing = FileAccess.get_file_as_bytes(plan["send"])
		if plan.has("dial"):
			_has_begun = true
			_check(tls.connect_to_host(plan["dial"], int(plan["port"]), _options))
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
		_check(tls.connect_to_stream(base, plan.get("name", "localhost"), _options))
		return not is_over


	func is_complete() -> bool:
		return not plan.get("until_end", false) and incoming.size() >= int(plan.get("expect", 0)) \
				and sent == outgoing.size()


	func _check(error: Error) -> void:
		if error != OK:
			finish("start %s" % error_string(error))


class ServerTalk:
	extends Talk

	var _echoed: int = 0


	func accept(the_base: StreamPeerTCP, options: RustlsTLSOptions) -> void:
		base = the_base
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

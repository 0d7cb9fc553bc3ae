extends RefCounted
## Requests of one node, for a job of driver.gd: by RustlsHTTPRequest.fetch(), or by the engine's HTTPRequest where the
## job says `engine`.
##
## Further members of such a job (`role`: `http`), beside those of a client's options:
## - `requests`: a list of objects with `url`; `method` (a name), `headers`, `send` (a file that is the body), `fields`
##   and `files` (objects, of which a form is made), `into` (a file for the body)
## - `together` (all at once; else one after the other), `shared` (the same options object as other such jobs have, and so
##   their connections), `properties` of the node, `http_proxy` and `https_proxy` (host
##   and port)
## Each request has a result: `result`, `code`, `headers`, `size` and `sha256` of the body, `error` and what else the
## response knows.

const Options := preload("options.gd")

static var _shared: RustlsTLSOptions = null

var _job: int
var _plan: Dictionary
var _requests: Array
var _root: Node
var _nodes: Array[Node] = []
var _begun: int = 0
var _ended: int = 0


func _init(job: int, plan: Dictionary, root: Node) -> void:
	_job = job
	_plan = plan
	_requests = plan["requests"]
	_root = root


## Begins what is to be begun.
func step() -> void:
	while _begun < _requests.size() and (_plan.get("together", false) or _begun == _ended):
		_begin(_begun)
		_begun += 1


func is_over() -> bool:
	if _ended < _requests.size():
		return false
	for node: Node in _nodes:
		node.queue_free()
	return true


func _begin(number: int) -> void:
	var request: Dictionary = _requests[number]
	var method: HTTPClient.Method = ClassDB.class_get_integer_constant(
		"HTTPClient", "METHOD_%s" % request.get("method", "GET")
	)
	var headers: PackedStringArray = request.get("headers", [])
	if _plan.get("engine", false):
		var node: HTTPRequest = _engine_node()
		node.request_completed.connect(_tell_of_engine.bind(number))
		var error: Error = node.request_raw(request["url"], headers, method, _data(request))
		if error != OK:
			_tell_of_engine(-error, 0, [], [], number)
		return
	if _nodes.is_empty():
		_nodes.append(_node())
	var response: RustlsHTTPResponse = (_nodes[0] as RustlsHTTPRequest).fetch(
		request["url"], headers, method, _form(request) if request.has("files") else _data(request)
	)
	response.completed.connect(_tell.bind(number))


func _node() -> RustlsHTTPRequest:
	var node: RustlsHTTPRequest = RustlsHTTPRequest.new()
	if not _plan.get("shared", false):
		node.tls_options = Options.client(_plan)
	else:
		if _shared == null:
			_shared = Options.client(_plan)
		node.tls_options = _shared
	for kind: String in ["http_proxy", "https_proxy"]:
		if _plan.has(kind):
			node.call("set_" + kind, _plan[kind][0], int(_plan[kind][1]))
	_prepare(node)
	return node


## It does one request at a time.
func _engine_node() -> HTTPRequest:
	var node: HTTPRequest = HTTPRequest.new()
	var trust: X509Certificate = X509Certificate.new()
	trust.load(_plan["trust"])
	node.set_tls_options(TLSOptions.client(trust))
	_prepare(node)
	_nodes.append(node)
	return node


func _prepare(node: Node) -> void:
	var properties: Dictionary = _plan.get("properties", {})
	for property: String in properties:
		node.set(property, properties[property])
	_root.add_child(node)


func _data(request: Dictionary) -> PackedByteArray:
	return FileAccess.get_file_as_bytes(request["send"]) if request.has("send") else PackedByteArray()


func _form(request: Dictionary) -> RustlsMultipartForm:
	var form: RustlsMultipartForm = RustlsMultipartForm.new()
	var fields: Dictionary = request.get("fields", {})
	for name: String in fields:
		form.add_field(name, fields[name])
	var files: Dictionary = request["files"]
	for name: String in files:
		form.add_file(name, files[name])
	return form


func _tell(response: RustlsHTTPResponse, number: int) -> void:
	var result: Dictionary = _result(
		number, response.result, response.response_code, response.headers, response.body
	)
	result["error"] = response.error
	result["version"] = response.http_version
	result["tls"] = response.tls_version
	result["redirects"] = response.redirects
	result["url"] = response.url
	result["downloaded"] = response.get_downloaded_bytes()
	result["peer"] = response.get_peer_certificates().map(
		func(shown: RustlsCertificateInfo) -> Array: return [shown.subject, shown.sha256_fingerprint]
	)
	print("RESULT %s" % JSON.stringify(result))


func _tell_of_engine(
	outcome: int, code: int, headers: PackedStringArray, body: PackedByteArray, number: int
) -> void:
	print("RESULT %s" % JSON.stringify(_result(number, outcome, code, headers, body)))


func _result(
	number: int, outcome: int, code: int, headers: PackedStringArray, body: PackedByteArray
) -> Dictionary:
	_ended += 1
	var into: String = _requests[number].get("into", "")
	if not into.is_empty():
		FileAccess.open(into, FileAccess.WRITE).store_buffer(body)
	var context: HashingContext = HashingContext.new()
	context.start(HashingContext.HASH_SHA256)
	if not body.is_empty():
		context.update(body)
	return {
		"job": _job,
		"connection": number,
		"result": outcome,
		"code": code,
		"headers": headers,
		"size": body.size(),
		"sha256": context.finish().hex_encode(),
	}

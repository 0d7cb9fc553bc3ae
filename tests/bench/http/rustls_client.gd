extends "res://http/http_client.gd"
## The addon's RustlsHTTPRequest: all requests on one node. Loaded only when its classes exist.


var _node: RustlsHTTPRequest
## One after another, as the engine's twin has it.
var _is_single: bool


func label() -> String:
	return "rustls"


func prepare(count: int, trusted: X509Certificate) -> void:
	_is_single = count == 1
	_node = RustlsHTTPRequest.new()
	_node.request_completed.connect(_on_request_completed)
	# Options of its own have connections of their own: the first one is made within the sample.
	_node.tls_options = RustlsTLSOptions.client(trusted, Site.NAME)
	add_child(_node)


func ask(_place: int, url: String) -> bool:
	if _is_single:
		return _node.request(url) == OK
	_node.fetch(url).completed.connect(_on_completed)
	return true


func _on_completed(response: RustlsHTTPResponse) -> void:
	_judge(response.result, response.response_code, response.body, response.error)


func _on_request_completed(result: int, code: int, _headers: PackedStringArray, body: PackedByteArray) -> void:
	_judge(result, code, body, _node.get_last_error())

extends "res://http/http_client.gd"
## The engine's HTTPRequest, as it is when nothing is set: one request a node.


var _nodes: Array[HTTPRequest] = []


func label() -> String:
	return "engine"


func prepare(count: int, trusted: X509Certificate) -> void:
	var options: TLSOptions = TLSOptions.client(trusted, Site.NAME)
	for place: int in count:
		var node: HTTPRequest = HTTPRequest.new()
		node.set_tls_options(options)
		node.request_completed.connect(_on_completed)
		add_child(node)
		_nodes.append(node)


func ask(place: int, url: String) -> bool:
	return _nodes[place].request(url) == OK


func _on_completed(result: int, code: int, _headers: PackedStringArray, body: PackedByteArray) -> void:
	_judge(result, code, body, "")

extends "res://http/http_client.gd"
## The addon's RustlsHTTPRequest: all requests on one node. Loaded only when its classes exist.


var _node: RustlsHTTPRequest


func label() -> String:
	return "rustls"


func prepare(_count: int, trusted: X509Certificate) -> void:
	_node = RustlsHTTPRequest.new()
	# Options of its own have connections of their own: the first one is made within the sample.
	_node.tls_options = RustlsTLSOptions.client(trusted, Site.NAME)
	add_child(_node)


func ask(_place: int, url: String) -> bool:
	_node.fetch(url).completed.connect(_on_completed)
	return true


func _on_completed(response: RustlsHTTPResponse) -> void:
	_judge(response.result, response.response_code, response.body, response.error)

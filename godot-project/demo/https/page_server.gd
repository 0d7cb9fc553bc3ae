extends "res://demo/tls_echo/tls_server.gd"
## An HTTPS server on the loopback address with a few pages, one of them large and slow.

const PageConnection := preload("res://demo/https/page_connection.gd")


## Returns the URL of the page [param path], with [param host] as the name of the server.
func get_url(host: String, path: String) -> String:
	return "https://%s:%d%s" % [host, get_port(), path]


func _make_connection() -> TlsConnection:
	return PageConnection.new()

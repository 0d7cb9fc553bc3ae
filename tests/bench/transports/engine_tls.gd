extends "res://transports/tls_transport.gd"
## The engine's own TLS.


func label() -> String:
	return "engine"


func _make_stream() -> StreamPeer:
	return StreamPeerTLS.new()


func _make_client_options(trusted: X509Certificate) -> RefCounted:
	return TLSOptions.client(trusted)


func _make_server_options(key: CryptoKey, own: X509Certificate) -> RefCounted:
	return TLSOptions.server(key, own)

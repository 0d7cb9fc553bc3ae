extends "res://transports/tls_transport.gd"
## The addon's TLS. Loaded only when its classes exist.


func label() -> String:
	return "rustls"


func describe(end: StreamPeer) -> String:
	var tls: RustlsStreamPeerTLS = end
	return "%s, %s, %s" % [tls.get_protocol_version(), tls.get_cipher_suite(), tls.get_key_exchange_group()]


func can_resume() -> bool:
	return true


func is_resumed(end: StreamPeer) -> bool:
	return (end as RustlsStreamPeerTLS).is_session_resumed()


func _make_stream() -> StreamPeer:
	return RustlsStreamPeerTLS.new()


func _make_client_options(trusted: X509Certificate) -> RefCounted:
	return RustlsTLSOptions.client(trusted)


func _make_server_options(key: CryptoKey, own: X509Certificate) -> RefCounted:
	return RustlsTLSOptions.server(key, own)

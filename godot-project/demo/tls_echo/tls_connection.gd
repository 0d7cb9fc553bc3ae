extends RefCounted
## A client's connection to a TLS server. Derived classes do the work.

## The server's end of the TLS stream.
var stream: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()


func accept(tcp: StreamPeerTCP, options: RustlsTLSOptions) -> Error:
	tcp.set_no_delay(true)
	return stream.accept_stream(tcp, options)


## Serves the client. Returns false if the connection has ended.
func serve() -> bool:
	stream.poll()
	var status: int = stream.get_status()
	if status == RustlsStreamPeerTLS.STATUS_CONNECTED:
		return _work()
	return status == RustlsStreamPeerTLS.STATUS_HANDSHAKING


## Returns whether the handshake failed.
func is_refused() -> bool:
	return stream.get_status() == RustlsStreamPeerTLS.STATUS_ERROR


## Works on an established connection. Returns false if the connection has ended.
func _work() -> bool:
	return false

extends RefCounted
## One client of a TLS server: its stream, and whatever heirs do over it.

## The TLS stream, the server's end.
var stream: RustlsStreamPeerTLS = RustlsStreamPeerTLS.new()


func accept(tcp: StreamPeerTCP, options: RustlsTLSOptions) -> Error:
	tcp.set_no_delay(true)
	return stream.accept_stream(tcp, options)


## Serves the client; false when it is gone.
func serve() -> bool:
	stream.poll()
	var status: int = stream.get_status()
	if status == RustlsStreamPeerTLS.STATUS_CONNECTED:
		return _work()
	return status == RustlsStreamPeerTLS.STATUS_HANDSHAKING


## True when the handshake failed.
func is_refused() -> bool:
	return stream.get_status() == RustlsStreamPeerTLS.STATUS_ERROR


## What the server does for a client whose connection stands; false when it is gone.
func _work() -> bool:
	return false

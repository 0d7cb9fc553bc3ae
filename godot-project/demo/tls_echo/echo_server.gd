extends "res://demo/tls_echo/tls_server.gd"
## A TLS server on the loopback address that sends back the data it receives.

## The bytes read at once. A connection buffers no more than this, however slowly its client reads.
const CHUNK_BYTES: int = 256 * 1024

## The chunks that a connection may echo per [method poll], so that no connection starves the others.
const CHUNKS_PER_POLL: int = 8


## Asks new clients for a certificate that leads to [param trusted_chain]. Clients without a certificate
## are served too.
func ask_clients(trusted_chain: X509Certificate) -> Error:
	return _options.set_client_authentication(
			RustlsTLSOptions.CLIENT_AUTHENTICATION_OPTIONAL, trusted_chain)


## Returns the names of all clients that presented a certificate.
func get_client_names() -> PackedStringArray:
	var names: PackedStringArray = PackedStringArray()
	for connection: TlsConnection in _connections:
		for shown: RustlsCertificateInfo in connection.stream.get_peer_certificates().slice(0, 1):
			names.append(shown.common_name)
	return names


func _make_connection() -> TlsConnection:
	return EchoConnection.new()


## A client's connection and the data that must still be sent back.
class EchoConnection:
	extends "res://demo/tls_echo/tls_connection.gd"

	var _pending: PackedByteArray = PackedByteArray()


	func _work() -> bool:
		for _round: int in CHUNKS_PER_POLL:
			if _pending.is_empty():
				var received: Array = stream.get_partial_data(CHUNK_BYTES)
				if received[0] != OK:
					return false
				_pending = received[1]
				if _pending.is_empty():
					return true
			var sent: Array = stream.put_partial_data(_pending)
			if sent[0] != OK:
				return false
			var taken: int = sent[1]
			_pending = PackedByteArray() if taken == _pending.size() else _pending.slice(taken)
			if not _pending.is_empty():
				return true
		return true

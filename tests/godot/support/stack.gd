extends RefCounted
## The classes under test behind one set of calls. This base has the engine's classes, [code]rustls_stack.gd[/code] ours.
##
## Streams are typed as their common ancestor [StreamPeer] and options as [RefCounted]: ours must not be named in a
## script that also has to parse without the addon's library.


## The values of the statuses, the same for both classes.
enum Status { DISCONNECTED, HANDSHAKING, CONNECTED, ERROR, HOSTNAME_MISMATCH }


## The name of this stack in the output.
func label() -> String:
	return "engine"


## Returns whether these are the addon's classes.
func is_ours() -> bool:
	return false


## Returns a new TLS stream.
func stream() -> StreamPeer:
	return StreamPeerTLS.new()


## Returns options of a client that verifies everything.
func client(chain: X509Certificate = null, common_name_override: String = "") -> RefCounted:
	return TLSOptions.client(chain, common_name_override)


## Returns options of a client that does not verify the name, and nothing at all without a chain.
func client_unsafe(chain: X509Certificate = null) -> RefCounted:
	return TLSOptions.client_unsafe(chain)


## Returns options of a server.
func server(key: CryptoKey, certificate: X509Certificate) -> RefCounted:
	return TLSOptions.server(key, certificate)


## Returns a new object for keys, signatures, encryption and certificates.
func crypto() -> RefCounted:
	return Crypto.new()


## Returns a new node for HTTP requests.
func http_request() -> Node:
	return HTTPRequest.new()


## Returns a new polled HTTP client.
func http_client() -> RefCounted:
	return HTTPClient.new()

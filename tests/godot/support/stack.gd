extends RefCounted
## The classes under test behind one set of calls; this base is the engine's own, [code]rustls_stack.gd[/code] is ours.
##
## Streams are typed as their common ancestor [StreamPeer] and options as [RefCounted]: ours must not be named in a
## script that also has to parse without the addon's library.


## The values of the twins' statuses.
enum Status { DISCONNECTED, HANDSHAKING, CONNECTED, ERROR, HOSTNAME_MISMATCH }


## How test lines call this stack.
func label() -> String:
	return "engine"


## Whether these are the addon's classes.
func is_ours() -> bool:
	return false


## A new TLS stream.
func stream() -> StreamPeer:
	return StreamPeerTLS.new()


## Options of a client that checks everything.
func client(chain: X509Certificate = null, common_name_override: String = "") -> RefCounted:
	return TLSOptions.client(chain, common_name_override)


## Options of a client that does not check the name, and without a chain nothing at all.
func client_unsafe(chain: X509Certificate = null) -> RefCounted:
	return TLSOptions.client_unsafe(chain)


## Options of a server.
func server(key: CryptoKey, certificate: X509Certificate) -> RefCounted:
	return TLSOptions.server(key, certificate)


## A new object for keys, signatures, encryption and certificates.
func crypto() -> RefCounted:
	return Crypto.new()


## A new node for HTTP requests.
func http_request() -> Node:
	return HTTPRequest.new()


## A new polled HTTP client.
func http_client() -> RefCounted:
	return HTTPClient.new()

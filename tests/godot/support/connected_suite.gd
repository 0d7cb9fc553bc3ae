extends "res://support/suite.gd"
## Base of suites whose tests begin with a connected pair, or with a pair that must not connect.


## Causes of a failed connection.
enum Cause {
	NONE,
	UNTRUSTED_ISSUER,
	EXPIRED,
	NOT_YET_VALID,
	NAME_MISMATCH,
	REVOKED,
	PIN_MISMATCH,
	BAD_CERTIFICATE,
	NO_COMMON_VERSION,
	NO_COMMON_CIPHER,
	NOT_TLS,
	CLOSED,
	TRUNCATED,
	CLIENT_CERTIFICATE_REQUIRED,
	PEER_ALERT,
	TRANSPORT,
	OTHER,
	TIMEOUT,
}

const TLS_VERSION_1_2 := 0
const TLS_VERSION_1_3 := 1
const VERSIONS: Dictionary = {"TLS 1.2": TLS_VERSION_1_2, "TLS 1.3": TLS_VERSION_1_3}


## Returns a connected pair over loopback TCP; null and a failed check if it does not connect.
func connected(client: Stack, server: Stack, ends: Array[StreamPeer] = []) -> Link:
	var link: Link = Link.new(client, server, ends)
	link.start("localhost", trusting(client), identity(server))
	return link if check(link.handshake(), "the handshake failed") else null


## Returns two ends of ours after their handshake with these options, connected or failed.
func attempt(client_options: RefCounted, server_options: RefCounted, common_name: String = "localhost") -> Link:
	var link: Link = Link.new(our_stack, our_stack)
	link.start(common_name, client_options, server_options)
	link.handshake()
	return link


## Checks that both ends are connected, and reports the reason if they are not.
func stands(link: Link) -> bool:
	var words: Array = [link.client, link.server].map(
		func(tls: StreamPeer) -> String: return tls.call(&"get_last_error") if tls.has_method(&"get_last_error") else ""
	)
	return check(link.is_connected_on_both_sides(), "it did not connect: %s" % [words])


## Checks the cause and the parts of the error message of an end of ours that failed.
func failed_because(tls: StreamPeer, cause: Cause, parts: Array[String]) -> void:
	var words: String = tls.call(&"get_last_error")
	equal(tls.call(&"get_last_error_code"), cause as int, "the cause of \"%s\"" % words)
	has_words(tls)
	for part: String in parts:
		names(words, part, "the sentence")


## Checks that an end of ours has an error message of one line.
func has_words(tls: StreamPeer) -> void:
	var words: String = tls.call(&"get_last_error")
	check(words.length() > 10 and words.contains(" "), "get_last_error() is no sentence: \"%s\"" % words)
	check(not words.contains("\n"), "get_last_error() has several lines")


## Restricts options of ours to one TLS version.
func only(options: RefCounted, version: int) -> RefCounted:
	options.set(&"min_version", version)
	options.set(&"max_version", version)
	return options


## Returns options of ours with some properties changed.
func with(options: RefCounted, properties: Dictionary) -> RefCounted:
	for property: StringName in properties:
		options.set(property, properties[property])
	return options


## Checks that options of ours are refused with a message of these parts and start no connection.
func unusable(options: RefCounted, parts: Array[String]) -> void:
	var words: String = options.call(&"get_error")
	for part: String in parts:
		names(words, part, "get_error()")
	var tls: StreamPeer = our_stack.stream()
	var base: StreamPeer = Link.tcp_pair()[0]
	var error: int = (
		tls.call(&"accept_stream", base, options) if options.call(&"is_server")
		else tls.call(&"connect_to_stream", base, "localhost", options)
	)
	equal(error, ERR_INVALID_PARAMETER, "what starting a connection returned")
	equal(tls.call(&"get_last_error"), words, "get_last_error()")
	equal(Link.status(tls), Stack.Status.DISCONNECTED, "status")


## Returns the common name of the first certificate that a peer presented; empty without one.
func shown_name(tls: StreamPeer) -> String:
	var shown: Array = tls.call(&"get_peer_certificates")
	return "" if shown.is_empty() else shown[0].get(&"common_name")


## Returns options of a client that trusts the fixtures' root.
func trusting(stack: Stack) -> RefCounted:
	return stack.client(Fixtures.certificate("root"))


## Returns options of a server with the default certificate for localhost.
func identity(stack: Stack) -> RefCounted:
	return showing(stack, "localhost")


## Returns options of a server that presents a fixture.
func showing(stack: Stack, fixture: String) -> RefCounted:
	return stack.server(Fixtures.key(fixture), Fixtures.certificate(fixture))


## Waits until the peer's last records have arrived in the client's TCP socket, without reading them.
func wait_for_raw_bytes(base: StreamPeer, count: int) -> bool:
	return check(wait_until(func() -> bool:
		if base is StreamPeerTCP:
			(base as StreamPeerTCP).poll()
		return base.get_available_bytes() >= count), "%d raw bytes never arrived" % count)


## Reads on the client until no data of the handshake is left.
func drain(link: Link) -> void:
	link.pump_until(func() -> bool: return link.client_base.get_available_bytes() == 0)

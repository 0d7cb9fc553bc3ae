extends "res://support/suite.gd"
## A suite whose tests begin with a connected pair.


## A connected pair over loopback TCP; null, with a failed check, when it does not connect.
func connected(client: Stack, server: Stack, ends: Array[StreamPeer] = []) -> Link:
	var link: Link = Link.new(client, server, ends)
	link.start("localhost", trusting(client), identity(server))
	return link if check(link.handshake(), "the handshake failed") else null


## Options of a client that trusts the fixtures' root.
func trusting(stack: Stack) -> RefCounted:
	return stack.client(Fixtures.certificate("root"))


## Options of a server with the ordinary certificate for localhost.
func identity(stack: Stack) -> RefCounted:
	return stack.server(Fixtures.key("localhost"), Fixtures.certificate("localhost"))


## Waits until the peer's last records lie in the TCP socket of the client, without reading them.
func wait_for_raw_bytes(base: StreamPeer, count: int) -> bool:
	return check(wait_until(func() -> bool:
		if base is StreamPeerTCP:
			(base as StreamPeerTCP).poll()
		return base.get_available_bytes() >= count), "%d raw bytes never arrived" % count)


## Makes sure that nothing of the handshake is left to be read by the client.
func drain(link: Link) -> void:
	link.pump_until(func() -> bool: return link.client_base.get_available_bytes() == 0)

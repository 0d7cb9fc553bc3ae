extends "res://support/connected_suite.gd"
## Base of suites that check whether a connection resumed the session of an earlier one.


## Connects, lets the server's tickets arrive, and checks on both ends whether an earlier session was resumed.
##
## TLS 1.3 tickets arrive after the handshake, so this method waits for data that the server sends after them.
func meets(
	client: RefCounted, server: RefCounted, resumed: bool, what: String = "this connection",
	common_name: String = "localhost"
) -> Link:
	var link: Link = attempt(client, server, common_name)
	if not stands(link):
		return link
	equal(link.client.call(&"is_session_resumed"), resumed, "the client: whether %s is resumed" % what)
	equal(link.server.call(&"is_session_resumed"), resumed, "the server: whether %s is resumed" % what)
	link.server.put_data("t".to_utf8_buffer())
	equal(Link.read_exactly(link.client, 1), "t".to_utf8_buffer(), "what came behind the tickets")
	return link


## A first connection, and a second one that resumes its session.
func meets_twice(client: RefCounted, server: RefCounted, common_name: String = "localhost") -> void:
	meets(client, server, false, "the first", common_name)
	meets(client, server, true, "the second", common_name)


## A change of [param client] or [param server] discards the session; the new options start another one.
func change_forgets(client: RefCounted, server: RefCounted, change: Callable) -> void:
	meets(client, server, false, "the first")
	meets(client, server, true, "the one before the change")
	change.call()
	meets(client, server, false, "the one after the change")
	meets(client, server, true, "the second one after the change")


## Returns options of a server that presents a fixture, for one TLS version.
func serving(version: int, fixture: String = "localhost") -> RefCounted:
	return only(showing(our_stack, fixture), version)

extends "res://support/http_suite.gd"
## Base of the suites for the polled HTTP client: connects, sends requests and reads responses step by step.


enum Status {
	DISCONNECTED,
	RESOLVING,
	CANT_RESOLVE,
	CONNECTING,
	CANT_CONNECT,
	CONNECTED,
	REQUESTING,
	BODY,
	CONNECTION_ERROR,
	TLS_HANDSHAKE_ERROR,
}


## Returns the status of a client.
func status(client: RefCounted) -> int:
	return client.call(&"get_status")


## Polls until the status is none of these, and returns the result of the last poll.
func poll_while(client: RefCounted, statuses: Array) -> int:
	var error: Array[int] = [OK]
	check(wait_until(func() -> bool:
		error[0] = client.call(&"poll")
		return status(client) not in statuses), "the status stays %d" % status(client))
	return error[0]


## Returns a client that is connected to a server; null and a failed check if it does not connect.
func connected(stack: Stack, server: Peer) -> RefCounted:
	var client: RefCounted = stack.http_client()
	var options: RefCounted = stack.client() if server.url("").begins_with("https") else null
	equal(client.call(&"connect_to_host", "127.0.0.1", server.port(), options), OK, "connect_to_host()")
	poll_while(client, [Status.RESOLVING, Status.CONNECTING])
	return client if equal(status(client), Status.CONNECTED as int, "the status once connected") else null


## Sends a request on a connected client and waits for the head of the response. Returns the last poll's error.
func ask_for(client: RefCounted, path: String, method: int = 0, headers: Array = [], body: String = "") -> int:
	equal(client.call(&"request", method, path, PackedStringArray(headers), body), OK, "request()")
	equal(status(client), Status.REQUESTING as int, "the status after request()")
	return poll_while(client, [Status.REQUESTING])


## Reads the whole body.
func read_body(client: RefCounted) -> PackedByteArray:
	var body: PackedByteArray = []
	check(wait_until(func() -> bool:
		if status(client) == Status.BODY:
			body.append_array(client.call(&"read_response_body_chunk"))
		return status(client) != Status.BODY), "the body does not end")
	return body

extends RefCounted
## One way to carry bytes between two ends in this process: plain TCP here, TLS in the scripts that extend this.


## How long a connection may take before the bench gives up.
const PATIENCE_USEC := 10_000_000

var _listener: TCPServer = TCPServer.new()


func _init() -> void:
	_listener.listen(0, "127.0.0.1")


## How the report calls this way.
func label() -> String:
	return "plain TCP"


## Opens a connection and returns both of its ends, the client's first; nothing when it failed.
func open() -> Array[StreamPeer]:
	return open_tcp()


## A word on what was agreed upon, for the report.
func describe(_end: StreamPeer) -> String:
	return ""


## Opens a connection below TLS, the client's end first.
func open_tcp() -> Array[StreamPeer]:
	var near: StreamPeerTCP = StreamPeerTCP.new()
	var far: StreamPeerTCP = null
	near.connect_to_host("127.0.0.1", _listener.get_local_port())
	var deadline: int = Time.get_ticks_usec() + PATIENCE_USEC
	while far == null or near.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		near.poll()
		if far == null and _listener.is_connection_available():
			far = _listener.take_connection()
		if Time.get_ticks_usec() > deadline:
			return []
	near.set_no_delay(true)
	far.set_no_delay(true)
	return [near, far]

extends RefCounted
## A wire between two TLS ends that keeps a copy of what passes and can hold it back, change it or cut it.


const Link := preload("res://support/link.gd")

## The client's end of the near connection and the server's end of the far one.
var client_end: StreamPeer
var server_end: StreamPeer
## Everything that went from client to server, and the other way.
var to_server: PackedByteArray = []
var to_client: PackedByteArray = []
## While true, nothing passes in that direction.
var hold_to_server: bool = false
var hold_to_client: bool = false

var _near: StreamPeerTCP
var _far: StreamPeerTCP


func _init() -> void:
	var near: Array[StreamPeer] = Link.tcp_pair()
	var far: Array[StreamPeer] = Link.tcp_pair()
	client_end = near[0]
	_near = near[1]
	_far = far[0]
	server_end = far[1]


## Passes on what has arrived.
func step() -> void:
	if not hold_to_server:
		to_server.append_array(_pass(_near, _far))
	if not hold_to_client:
		to_client.append_array(_pass(_far, _near))


## Puts bytes of its own on the wire to the client.
func inject_to_client(bytes: PackedByteArray) -> void:
	_near.put_data(bytes)


## Closes the connection to the client without a word of TLS.
func cut_client() -> void:
	_near.disconnect_from_host()


func _pass(from: StreamPeerTCP, to: StreamPeerTCP) -> PackedByteArray:
	from.poll()
	to.poll()
	if from.get_status() != StreamPeerTCP.STATUS_CONNECTED or to.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		return PackedByteArray()
	var waiting: int = from.get_available_bytes()
	if waiting <= 0:
		return PackedByteArray()
	var bytes: PackedByteArray = from.get_data(waiting)[1]
	to.put_data(bytes)
	return bytes

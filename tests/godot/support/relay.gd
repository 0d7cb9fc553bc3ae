extends RefCounted
## A relay between two TLS ends that records the data and can delay it, change it or cut the connection.


const Link := preload("res://support/link.gd")

## The relay's peers: the end of the client, and the end of the server.
var client_end: StreamPeer
var server_end: StreamPeer
## The data from client to server, and from server to client.
var to_server: PackedByteArray = []
var to_client: PackedByteArray = []
## While true, no data passes in that direction.
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


## Forwards the data that has arrived.
func step() -> void:
	if not hold_to_server:
		to_server.append_array(_pass(_near, _far))
	if not hold_to_client:
		to_client.append_array(_pass(_far, _near))


## Sends bytes of the relay to the client.
func inject_to_client(bytes: PackedByteArray) -> void:
	_near.put_data(bytes)


## Closes the connection to the client without a close_notify.
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

extends "res://measures/measure.gd"
## Handshakes a second, one after the other, counted from the first call to both sides connected. TCP is not counted.


const TlsTransport := preload("res://transports/tls_transport.gd")

var _again: bool


## With [param again], all connections go to one host, as those of a game that reconnects.
func _init(again: bool) -> void:
	_again = again


func title() -> String:
	return "handshakes, same server again" if _again else "full handshakes"


func unit() -> String:
	return "1/s"


func applies_to(transport: Transport) -> bool:
	return transport is TlsTransport


func sample(transport: Transport, seconds: float) -> float:
	var tls: TlsTransport = transport
	var until: int = Time.get_ticks_usec() + int(seconds * 1e6)
	var count: int = 0
	var spent: int = 0
	while Time.get_ticks_usec() < until or count == 0:
		var ends: Array[StreamPeer] = tls.open_again() if _again else tls.open()
		if ends.is_empty():
			return NAN
		count += 1
		spent += tls.handshake_usec
	return count * 1e6 / spent

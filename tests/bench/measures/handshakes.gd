extends "res://measures/measure.gd"
## Full handshakes a second, one after the other, counted from the first call to both sides connected. TCP is not counted.


const TlsTransport := preload("res://transports/tls_transport.gd")
const Identity := preload("res://transports/identity.gd")

var _identity: Identity


func _init(identity: Identity) -> void:
	_identity = identity


func title() -> String:
	return "full handshakes, %s" % _identity.title


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
		if tls.open_as(_identity).is_empty():
			return NAN
		count += 1
		spent += tls.handshake_usec
	return count * 1e6 / spent

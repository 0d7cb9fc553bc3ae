extends "res://measures/handshake_rate.gd"
## Full handshakes, one after the other.


const Identity := preload("res://transports/identity.gd")

var _identity: Identity


func _init(identity: Identity) -> void:
	_identity = identity


func title() -> String:
	return "full handshakes, %s" % _identity.title


func shake_hands(tls: TlsTransport, tally: Tally) -> bool:
	if tls.open_as(_identity).is_empty():
		return false
	tally.add(1, tls.handshake_usec)
	return true

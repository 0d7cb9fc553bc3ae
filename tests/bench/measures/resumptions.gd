extends "res://measures/measure.gd"
## Handshakes a second with a server that was met before, as those of a game that reconnects.
##
## Of a stream that can resume its session only resumed handshakes count. The engine's cannot: all of its are full.


const TlsTransport := preload("res://transports/tls_transport.gd")
const Identity := preload("res://transports/identity.gd")

var _identity: Identity


func _init(identity: Identity) -> void:
	_identity = identity


func title() -> String:
	return "same server again, %s (engine: full, ours: resumed)" % _identity.title


func unit() -> String:
	return "1/s"


func applies_to(transport: Transport) -> bool:
	return transport is TlsTransport


func sample(transport: Transport, seconds: float) -> float:
	var tls: TlsTransport = transport
	var until: int = Time.get_ticks_usec() + int(seconds * 1e6)
	var count: int = 0
	var full: int = 0
	var spent: int = 0
	while Time.get_ticks_usec() < until or count == 0:
		var ends: Array[StreamPeer] = tls.open_again(_identity)
		if ends.is_empty():
			return NAN
		if tls.is_resumed(ends[0]) == tls.can_resume():
			count += 1
			spent += tls.handshake_usec
		else:
			full += 1
		# The first may be full. A stream that never resumes would go on for ever.
		if full > count + 1:
			printerr("%d handshakes with a known server were full, %d were resumed." % [full, count])
			return NAN
	return count * 1e6 / spent

extends "res://measures/handshake_rate.gd"
## Handshakes with a server that was met before, as those of a game that reconnects.
##
## Of a stream that can resume its session only resumed handshakes count. The engine's cannot: all of its are full.


const Identity := preload("res://transports/identity.gd")

var _identity: Identity


func _init(identity: Identity) -> void:
	_identity = identity


func title() -> String:
	return "same server again, %s (engine: full, ours: resumed)" % _identity.title


func shake_hands(tls: TlsTransport, tally: Tally) -> bool:
	var ends: Array[StreamPeer] = tls.open_again(_identity)
	if ends.is_empty():
		return false
	if tls.is_resumed(ends[0]) == tls.can_resume():
		tally.add(1, tls.handshake_usec)
	else:
		tally.others += 1
	# The first may be full. A stream that never resumes would go on for ever.
	if tally.others > tally.count + 1:
		printerr("%d handshakes with a known server were full, %d were resumed." % [tally.others, tally.count])
		return false
	return true

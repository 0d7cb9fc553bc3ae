extends "res://measures/handshake_rate.gd"
## Full handshakes while several connections shake hands at the same time, polled in turn.


const TlsPair := preload("res://transports/tls_pair.gd")

const CONNECTIONS := 16


func title() -> String:
	return "full handshakes, %d at the same time" % CONNECTIONS


func shake_hands(tls: TlsTransport, tally: Tally) -> bool:
	var bases: Array = []
	for index: int in CONNECTIONS:
		bases.append(tls.open_tcp())
	var started: int = Time.get_ticks_usec()
	if not _connect_all(tls, bases):
		return false
	tally.add(CONNECTIONS, Time.get_ticks_usec() - started)
	return true


func _connect_all(tls: TlsTransport, bases: Array) -> bool:
	var pairs: Array[TlsPair] = []
	for ends: Array[StreamPeer] in bases:
		var pair: TlsPair = tls.begin(tls.identity, ends)
		if pair == null:
			return false
		pairs.append(pair)
	var oldest: TlsPair = pairs[0]
	while not pairs.is_empty():
		var waiting: Array[TlsPair] = []
		for pair: TlsPair in pairs:
			if pair.has_failed() or oldest.age_usec() > Transport.PATIENCE_USEC:
				return false
			if not pair.is_done():
				pair.poll()
				waiting.append(pair)
		pairs = waiting
	return true

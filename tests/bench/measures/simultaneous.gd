extends "res://measures/measure.gd"
## Full handshakes a second while several connections shake hands at the same time, polled in turn.


const TlsTransport := preload("res://transports/tls_transport.gd")
const TlsPair := preload("res://transports/tls_pair.gd")

const CONNECTIONS := 16


func title() -> String:
	return "full handshakes, %d at the same time" % CONNECTIONS


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
		var bases: Array = []
		for index: int in CONNECTIONS:
			bases.append(tls.open_tcp())
		var started: int = Time.get_ticks_usec()
		if not _shake_hands(tls, bases):
			return NAN
		spent += Time.get_ticks_usec() - started
		count += CONNECTIONS
	return count * 1e6 / spent


func _shake_hands(tls: TlsTransport, bases: Array) -> bool:
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

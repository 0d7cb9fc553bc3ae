extends "res://measures/measure.gd"
## The longest single call in a handshake: poll() or the call that starts it, of either side.
##
## Each sample is the median over many handshakes, because one interruption by the system would be the maximum.


const TlsTransport := preload("res://transports/tls_transport.gd")


func title() -> String:
	return "longest single poll()"


func unit() -> String:
	return "ms"


func larger_is_better() -> bool:
	return false


func applies_to(transport: Transport) -> bool:
	return transport is TlsTransport


func sample(transport: Transport, seconds: float) -> float:
	var tls: TlsTransport = transport
	var until: int = Time.get_ticks_usec() + int(seconds * 1e6)
	var longest: PackedInt64Array = []
	while Time.get_ticks_usec() < until or longest.is_empty():
		if tls.open().is_empty():
			return NAN
		longest.append(tls.longest_call_usec)
	longest.sort()
	return longest[longest.size() / 2] / 1000.0

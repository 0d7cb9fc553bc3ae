extends "res://measures/measure.gd"
## Handshakes a second, counted from the first call to both sides connected. TCP is not counted.


const TlsTransport := preload("res://transports/tls_transport.gd")


func unit() -> String:
	return "1/s"


func applies_to(transport: Transport) -> bool:
	return transport is TlsTransport


func sample(transport: Transport, seconds: float) -> float:
	var tls: TlsTransport = transport
	var until: int = Time.get_ticks_usec() + int(seconds * 1e6)
	var tally: Tally = Tally.new()
	while Time.get_ticks_usec() < until or tally.count == 0:
		if not shake_hands(tls, tally):
			return NAN
	return tally.count * 1e6 / tally.usec


## Some handshakes, added to the tally when they count. False when they failed.
func shake_hands(_tls: TlsTransport, _tally: Tally) -> bool:
	return false


## What a sample came to so far.
class Tally:
	extends RefCounted

	var count: int = 0
	## How long they took.
	var usec: int = 0
	## Those that do not count.
	var others: int = 0

	func add(handshakes: int, spent_usec: int) -> void:
		count += handshakes
		usec += spent_usec

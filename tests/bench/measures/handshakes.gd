extends "res://measures/measure.gd"
## Connections a second, each from nothing to both sides connected, one after the other.


func title() -> String:
	return "full handshakes"


func unit() -> String:
	return "1/s"


func sample(transport: Transport, seconds: float) -> float:
	var started: int = Time.get_ticks_usec()
	var until: int = started + int(seconds * 1e6)
	var count: int = 0
	while Time.get_ticks_usec() < until:
		if transport.open().is_empty():
			return NAN
		count += 1
	return count * 1e6 / (Time.get_ticks_usec() - started)

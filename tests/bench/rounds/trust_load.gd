extends RefCounted
## The first look at the trust store in a process, when the certificates are read. Needs a process of its own.
## Loaded only when the addon's classes exist.


const Measure := preload("res://measures/measure.gd")
const Figure := preload("res://measures/figure.gd")

const OURS := "rustls"

var _time: Figure = Figure.new("first load of the trust store", "ms")
var _count: Figure = Figure.new("certificates in it", "", true)


## False when nobody is trusted.
func take() -> bool:
	var started: int = Time.get_ticks_usec()
	var count: int = RustlsTrustStore.get_certificate_count()
	_time.add(OURS, (Time.get_ticks_usec() - started) / 1000.0)
	_count.add(OURS, count)
	return count > 0


## The rows of the report.
func rows() -> Array[Measure]:
	for row: Figure in [_time, _count]:
		row.group = "Start"
	return [_time, _count]

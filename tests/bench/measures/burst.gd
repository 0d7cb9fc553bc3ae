extends "res://measures/measure.gd"
## Many clients come at once to a server with a long key: what single calls on the main thread take, and all of it.
##
## Both ends of all connections live on one thread, as in a game: all begin in one go, then those that are not connected
## are polled once a frame. A frame lasts as long as at 60 a second, or longer when the calls do.


const Figure := preload("res://measures/figure.gd")
const TlsTransport := preload("res://transports/tls_transport.gd")
const TlsPair := preload("res://transports/tls_pair.gd")
const Identity := preload("res://transports/identity.gd")

const CLIENTS := 200
const FRAME_USEC := 16_667
const PATIENCE_USEC := 120_000_000
const PERCENTILE := 0.999

var _identity: Identity
var _rows: Dictionary = {}


func _init(identity: Identity) -> void:
	_identity = identity
	for what: String in ["connect and accept", "poll()"]:
		_rows[what] = Figure.new("%s: %s, 99.9th percentile" % [title(), what], "ms")
		_rows[what + ", longest"] = Figure.new("%s: %s, longest" % [title(), what], "ms")
	_rows["all"] = Figure.new("%s: until all are connected" % title(), "ms")


func title() -> String:
	return "%d clients at once, %s" % [CLIENTS, _identity.title]


func applies_to(transport: Transport) -> bool:
	return transport is TlsTransport


func rows() -> Array:
	return _rows.values()


func take(transport: Transport, _seconds: float) -> bool:
	var tls: TlsTransport = transport
	var bases: Array = []
	for index: int in CLIENTS:
		bases.append(tls.open_tcp())
	var pairs: Array[TlsPair] = []
	for ends: Array[StreamPeer] in bases:
		var pair: TlsPair = tls.begin(_identity, ends)
		if pair == null:
			return false
		pairs.append(pair)
	if not _connect_all(pairs):
		return false
	var label: String = tls.label()
	(_rows["all"] as Figure).add(label, pairs[0].age_usec() / 1000.0)
	_keep("connect and accept", label, pairs, &"begin_usec")
	_keep("poll()", label, pairs, &"poll_usec")
	return true


func _connect_all(pairs: Array[TlsPair]) -> bool:
	var waiting: Array[TlsPair] = pairs
	while true:
		var frame_begun: int = Time.get_ticks_usec()
		var next: Array[TlsPair] = []
		for pair: TlsPair in waiting:
			if pair.has_failed() or pairs[0].age_usec() > PATIENCE_USEC:
				return false
			pair.poll()
			if not pair.is_done():
				next.append(pair)
		if next.is_empty():
			return true
		waiting = next
		OS.delay_usec(maxi(FRAME_USEC - (Time.get_ticks_usec() - frame_begun), 0))
	return false


func _keep(what: String, label: String, pairs: Array[TlsPair], calls: StringName) -> void:
	var all: PackedInt64Array = []
	for pair: TlsPair in pairs:
		all.append_array(pair.get(calls))
	all.sort()
	(_rows[what] as Figure).add(label, all[ceili(PERCENTILE * all.size()) - 1] / 1000.0)
	(_rows[what + ", longest"] as Figure).add(label, all[-1] / 1000.0)

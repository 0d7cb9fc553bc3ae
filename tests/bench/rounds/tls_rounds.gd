extends RefCounted
## The measures of TLS connections and of Crypto: the addon, the engine, and what is below both.


const Transport := preload("res://transports/transport.gd")
const Transports := preload("res://transports/transports.gd")
const Identity := preload("res://transports/identity.gd")
const PlainRustls := preload("res://transports/plain_rustls.gd")
const Measure := preload("res://measures/measure.gd")
const Burst := preload("res://measures/burst.gd")
const CryptoCalls := preload("res://measures/crypto_calls.gd")
const Handshakes := preload("res://measures/handshakes.gd")
const Latency := preload("res://measures/latency.gd")
const LongestCall := preload("res://measures/longest_call.gd")
const Memory := preload("res://measures/memory.gd")
const Resumptions := preload("res://measures/resumptions.gd")
const Simultaneous := preload("res://measures/simultaneous.gd")
const Throughput := preload("res://measures/throughput.gd")

const KEY_BITS := 2048
const LONG_KEY_BITS := 4096
const WRITE_SIZES: Array[int] = [1024, 16 * 1024, 64 * 1024]

## What the connections agreed upon, in words.
var connection: String = ""

var _measures: Array[Measure] = []


## Takes all samples; false when one could not be taken. Without the path of a program the column of plain Rust stays
## empty.
func take(rounds: int, seconds: float, plain_rustls: String) -> bool:
	var rsa: Identity = Identity.rsa(KEY_BITS)
	var transports: Array[Transport] = Transports.secured(rsa)
	transports.append(Transport.new())
	connection = Transports.warm_up(transports)
	if connection.is_empty():
		return false
	if plain_rustls.is_empty():
		print("Plain Rust is left out: no program was named (cargo xtask bench builds it)")
	else:
		transports.append(PlainRustls.new(plain_rustls))
	# Memory first: see there.
	var memory: Array[Measure] = []
	_add("Memory", [Memory.new()], memory)
	var timed: Array[Measure] = _timed(rsa)
	if not _take_rounds("memory", memory, transports, rounds, seconds):
		return false
	if not _take_rounds("time", timed, transports, rounds, seconds):
		return false
	_measures = timed + memory
	return true


## The rows of the report.
func rows() -> Array[Measure]:
	var all: Array[Measure] = []
	for measure: Measure in _measures:
		for row: Measure in measure.rows():
			row.group = measure.group
			all.append(row)
	return all


func _timed(rsa: Identity) -> Array[Measure]:
	var all: Array[Measure] = []
	var p256: Identity = Identity.p256()
	_add("Handshakes", [
		Handshakes.new(rsa), Handshakes.new(p256), Resumptions.new(rsa), Resumptions.new(p256), Simultaneous.new(),
		LongestCall.new(), Burst.new(Identity.rsa(LONG_KEY_BITS)),
	], all)
	_add("Data", WRITE_SIZES.map(func(size: int) -> Measure: return Throughput.new(size)) + [Latency.new()], all)
	_add("Crypto", CryptoCalls.all(), all)
	return all


func _add(group: String, measures: Array, to: Array[Measure]) -> void:
	for measure: Measure in measures:
		measure.group = group
		to.append(measure)


func _take_rounds(
	what: String, measures: Array[Measure], transports: Array[Transport], rounds: int, seconds: float
) -> bool:
	for round: int in rounds:
		for measure: Measure in measures:
			for turn: int in transports.size():
				# Each round begins with another one, so that none always runs on a cold or a warm machine.
				var transport: Transport = transports[(round + turn) % transports.size()]
				if measure.applies_to(transport) and not measure.take(transport, seconds):
					printerr("%s could not be measured over %s." % [measure.title(), transport.label()])
					return false
		print("round %d of %d: %s" % [round + 1, rounds, what])
	return true

extends RefCounted
## What connections cost while many others are open and idle.


const Transport := preload("res://transports/transport.gd")
const TlsTransport := preload("res://transports/tls_transport.gd")
const Transports := preload("res://transports/transports.gd")
const Identity := preload("res://transports/identity.gd")
const Measure := preload("res://measures/measure.gd")
const Figure := preload("res://measures/figure.gd")
const Resident := preload("res://measures/resident.gd")
const Crowd := preload("res://rounds/crowd.gd")

const KEY_BITS := 2048
## Open connections, both ends of each in this process.
const LEVELS: Array[int] = [1, 10, 100, 1000, 5000]
## The engine's handshakes take too long for more.
const MOST_OF_ENGINE := 1000
const OURS := "rustls"
const MEMORY := "resident memory an end"
const ALL_MEMORY := "resident memory of all ends"
const LIMITS := "/proc/self/limits"
const LIMIT := "Max open files"
## Files that are open besides connections, and connections that are opened for a moment.
const RESERVE := 200
## Where the system does not tell how many files may be open.
const CAREFUL_LIMIT := 1024

## What the connections agreed upon, in words.
var connection: String = ""

## Rows by name, in the order of the report.
var _rows: Dictionary = {}
var _crowds: Array[Crowd] = []


## Takes all samples; false when one could not be taken.
func take(rounds: int) -> bool:
	var transports: Array[Transport] = Transports.secured(Identity.rsa(KEY_BITS))
	connection = Transports.warm_up(transports)
	if connection.is_empty():
		return false
	var levels: Array[int] = _levels()
	if levels.is_empty():
		return false
	for transport: TlsTransport in transports:
		var most: int = levels[-1] if transport.label() == OURS else mini(levels[-1], MOST_OF_ENGINE)
		_crowds.append(Crowd.new(transport, most))
	_prepare_rows(levels)
	for level: int in levels:
		if not _take_level(level, rounds):
			return false
	for crowd: Crowd in _crowds:
		_report_growth(crowd)
	return true


## The rows of the report.
func rows() -> Array[Measure]:
	var all: Array[Measure] = []
	for row: Measure in _rows.values():
		if not row.samples.is_empty():
			row.group = "Many connections"
			all.append(row)
	return all


func _take_level(level: int, rounds: int) -> bool:
	var grown: Array[Crowd] = []
	for crowd: Crowd in _crowds:
		if level <= crowd.limit:
			var resident: float = Resident.bytes()
			if not crowd.grow(level):
				return false
			crowd.resident_bytes += Resident.bytes() - resident
			grown.append(crowd)
	for round: int in rounds:
		for turn: int in grown.size():
			var crowd: Crowd = grown[(round + turn) % grown.size()]
			var label: String = crowd.transport.label()
			for what: String in Crowd.COSTS:
				var cost: float = crowd.cost(what)
				if is_nan(cost):
					printerr("%s could not be measured over %s with %d open connections." % [what, label, level])
					return false
				_row(_title(what, level)).add(label, cost)
	print("%d open connections" % level)
	return true


func _prepare_rows(levels: Array[int]) -> void:
	for what: String in Crowd.COSTS:
		for level: int in levels:
			_rows[_title(what, level)] = Figure.new(_title(what, level), Crowd.COSTS[what])
		_rows[_growth(what)] = Figure.new(_growth(what), "times")
	_rows[MEMORY] = Figure.new("%s, %s" % [MEMORY, _most_open()], "KiB")
	_rows[ALL_MEMORY] = Figure.new("%s, %d open" % [ALL_MEMORY, levels[-1]], "MiB")


func _report_growth(crowd: Crowd) -> void:
	var label: String = crowd.transport.label()
	for what: String in Crowd.COSTS:
		var first: Array = _row(_title(what, LEVELS[0])).samples[label]
		var last: Array = _row(_title(what, crowd.size())).samples[label]
		for round: int in first.size():
			_row(_growth(what)).add(label, last[round] / first[round])
	if is_nan(crowd.resident_bytes):
		return
	_row(MEMORY).add(label, crowd.resident_bytes / 1024.0 / (2 * crowd.size()))
	if label == OURS:
		_row(ALL_MEMORY).add(label, crowd.resident_bytes / 1024.0 / 1024.0)


func _row(title: String) -> Figure:
	return _rows[title]


func _title(what: String, level: int) -> String:
	return "%s, %d open" % [what, level]


func _growth(what: String) -> String:
	return "%s, %s against 1" % [what, _most_open()]


func _most_open() -> String:
	return "%d open (engine: %d)" % [_crowds[-1].limit, _crowds[0].limit]


## Those for which enough files may be open: both ends of every connection, the engine's and ours.
func _levels() -> Array[int]:
	var most: int = _most_files()
	var affordable: Array[int] = []
	for level: int in LEVELS:
		var files: int = RESERVE + 2 * (level + mini(level, MOST_OF_ENGINE))
		if files <= most:
			affordable.append(level)
		else:
			print("%d open connections are left out: of %d files, %d may be open (ulimit -n)" % [level, files, most])
	return affordable


func _most_files() -> int:
	var file: FileAccess = FileAccess.open(LIMITS, FileAccess.READ)
	while file != null and not file.eof_reached():
		var line: String = file.get_line()
		if line.begins_with(LIMIT):
			var limit: String = line.trim_prefix(LIMIT).strip_edges().get_slice(" ", 0)
			return limit.to_int() if limit.is_valid_int() else LEVELS[-1] * 8
	return CAREFUL_LIMIT

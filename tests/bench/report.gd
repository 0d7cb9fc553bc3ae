extends RefCounted
## The measurements as a table for people and as JSON for programs.


const Measure := preload("res://measures/measure.gd")

const ENGINE := "engine"
const OURS := "rustls"
## Columns of their own, where anything was measured.
const RIVALS: Array[String] = ["plain TCP", "plain Rust rustls"]

var _measures: Array[Measure] = []
var _facts: Dictionary = {}
var _rivals: Array[String] = [ENGINE]


func _init(measures: Array[Measure], facts: Dictionary) -> void:
	_measures = measures
	_facts = facts
	for rival: String in RIVALS:
		if measures.any(func(measure: Measure) -> bool: return measure.samples.has(rival)):
			_rivals.append(rival)


## The table. Ratios say how many times better ours is: above 1 is better, whatever the unit.
func table() -> String:
	var heading: PackedStringArray = ["medians", "unit"]
	heading.append_array(PackedStringArray(_columns()))
	for rival: String in _rivals:
		heading.append("ours : %s" % rival)
	var rows: Array[PackedStringArray] = [heading]
	var group: String = ""
	for measure: Measure in _measures:
		if measure.group != group:
			group = measure.group
			rows.append_array([PackedStringArray(), PackedStringArray([group.to_upper()])])
		rows.append(_row(measure))
	return "%s\n\n%s" % [_heading(), _aligned(rows)]


## Everything, with every single sample.
func json() -> String:
	var results: Array[Dictionary] = []
	for measure: Measure in _measures:
		var result: Dictionary = {
			"group": measure.group, "name": measure.title(), "unit": measure.unit(),
			"larger_is_better": measure.larger_is_better(), "medians": {}, "ours_to": {}, "samples": {},
		}
		for label: String in measure.samples:
			result["medians"][label] = _or_null(measure.median(label))
			result["samples"][label] = (measure.samples[label] as Array).map(_or_null)
		for rival: String in _rivals:
			if measure.samples.has(rival):
				result["ours_to"][rival] = _or_null(measure.ratio(OURS, rival))
		results.append(result)
	return JSON.stringify({"facts": _facts, "results": results}, "\t", false)


func _row(measure: Measure) -> PackedStringArray:
	var row: PackedStringArray = [measure.title(), measure.unit()]
	for label: String in _columns():
		row.append(_figure(measure.median(label)))
	for rival: String in _rivals:
		row.append(_ratio(measure.ratio(OURS, rival)))
	return row


func _columns() -> Array[String]:
	var labels: Array[String] = _rivals.duplicate()
	labels.insert(1, OURS)
	return labels


func _heading() -> String:
	var lines: PackedStringArray = []
	for fact: String in _facts:
		lines.append("%s: %s" % [fact.replace("_", " "), _facts[fact]])
	return "\n".join(lines)


func _aligned(rows: Array[PackedStringArray]) -> String:
	var widths: PackedInt32Array = []
	widths.resize(rows[0].size())
	for row: PackedStringArray in rows:
		for column: int in row.size():
			widths[column] = maxi(widths[column], row[column].length())
	var lines: PackedStringArray = []
	for row: PackedStringArray in rows:
		var cells: PackedStringArray = []
		for column: int in row.size():
			# Words to the left, figures to the right.
			cells.append(row[column].rpad(widths[column]) if column < 2 else row[column].lpad(widths[column]))
		lines.append("  ".join(cells).strip_edges(false))
	return "\n".join(lines)


func _figure(value: float) -> String:
	if is_nan(value):
		return "-"
	return "%.0f" % value if absf(value) >= 100.0 else "%.2f" % value


func _ratio(value: float) -> String:
	return "-" if is_nan(value) or is_inf(value) else "%.2f" % value


func _or_null(value: float) -> Variant:
	return null if is_nan(value) or is_inf(value) else value

extends RefCounted
## The measurements as a table for people and as JSON for programs.


const Measure := preload("res://measures/measure.gd")

const ENGINE := "engine"
const OURS := "rustls"
const PLAIN := "plain TCP"

var _measures: Array[Measure] = []
var _facts: Dictionary = {}


func _init(measures: Array[Measure], facts: Dictionary) -> void:
	_measures = measures
	_facts = facts


## The table. Ratios say how many times better ours is: above 1 is better, whatever the unit.
func table() -> String:
	var rows: Array[PackedStringArray] = [
		["median of %d rounds" % _facts["rounds"], "unit", ENGINE, OURS, PLAIN, "ours : engine", "ours : plain"]
	]
	for measure: Measure in _measures:
		rows.append(PackedStringArray([
			measure.title(), measure.unit(),
			_figure(measure.median(ENGINE)), _figure(measure.median(OURS)), _figure(measure.median(PLAIN)),
			_ratio(measure.ratio(OURS, ENGINE)), _ratio(measure.ratio(OURS, PLAIN)),
		]))
	return "%s\n\n%s" % [_heading(), _aligned(rows)]


## Everything, with every single sample.
func json() -> String:
	var results: Array[Dictionary] = []
	for measure: Measure in _measures:
		var result: Dictionary = {
			"name": measure.title(), "unit": measure.unit(), "larger_is_better": measure.larger_is_better(),
			"ours_to_engine": _or_null(measure.ratio(OURS, ENGINE)), "ours_to_plain": _or_null(measure.ratio(OURS, PLAIN)),
		}
		for label: String in measure.samples:
			var values: Array = measure.samples[label]
			result[label] = {"median": _or_null(measure.median(label)), "samples": values.map(_or_null)}
		results.append(result)
	return JSON.stringify({"facts": _facts, "results": results}, "\t", false)


func _heading() -> String:
	return "Godot %s, %s, %d cores (%s)\n%s" % [
		_facts["godot"], _facts["system"], _facts["cores"], _facts["processor"], _facts["connection"],
	]


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

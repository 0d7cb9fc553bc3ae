extends "res://measures/measure.gd"
## A row whose samples are added from elsewhere: several rows come from one sample, or another run took them.


var _title: String
var _unit: String
var _larger_is_better: bool


func _init(what: String, in_unit: String, larger_is_better_here: bool = false) -> void:
	_title = what
	_unit = in_unit
	_larger_is_better = larger_is_better_here


func title() -> String:
	return _title


func unit() -> String:
	return _unit


func larger_is_better() -> bool:
	return _larger_is_better


## Keeps a sample that was taken elsewhere.
func add(label: String, value: float) -> void:
	(samples.get_or_add(label, []) as Array).append(value)

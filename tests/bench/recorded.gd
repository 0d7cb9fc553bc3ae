extends RefCounted
## Figures that another process took and wrote down, as rows of this report.


const Measure := preload("res://measures/measure.gd")
const Figure := preload("res://measures/figure.gd")

## By heading and name: a name that comes again brings more samples.
var _rows: Dictionary = {}


## Reads a file that a run wrote with `--json`; false, with a word why, when it holds no figures.
func read(path: String) -> bool:
	if not FileAccess.file_exists(path):
		printerr("%s does not exist: name figures by their whole path." % path)
		return false
	var text: String = FileAccess.get_file_as_string(path)
	var content: Variant = JSON.parse_string(text)
	if not (content is Dictionary and (content as Dictionary).get("results") is Array):
		printerr("%s holds no figures: %s" % [path, text.left(80)])
		return false
	for result: Dictionary in content["results"]:
		_add(result)
	return true


## The rows of the report.
func rows() -> Array[Measure]:
	var all: Array[Measure] = []
	all.assign(_rows.values())
	return all


func _add(result: Dictionary) -> void:
	var key: String = "%s: %s" % [result["group"], result["name"]]
	if not _rows.has(key):
		var row: Figure = Figure.new(result["name"], result["unit"], result["larger_is_better"])
		row.group = result["group"]
		_rows[key] = row
	for label: String in result["samples"]:
		for value: Variant in result["samples"][label]:
			(_rows[key] as Figure).add(label, NAN if value == null else value)

extends Node
## Measures the addon's TLS, crypto and HTTP, the engine's and what is below both, in rounds that take turns, and reports
## medians. `arguments.gd` says what can be asked for. Exit code 0 only when every sample could be taken.


const Arguments := preload("res://arguments.gd")
const Facts := preload("res://facts.gd")
const HttpRounds := preload("res://http/http_rounds.gd")
const ManyRounds := preload("res://rounds/many_rounds.gd")
const Measure := preload("res://measures/measure.gd")
const Recorded := preload("res://recorded.gd")
const Report := preload("res://report.gd")
const Site := preload("res://http/site.gd")
const TlsRounds := preload("res://rounds/tls_rounds.gd")

const OUR_CLASS := &"RustlsStreamPeerTLS"
const TRUST_LOAD := "res://rounds/trust_load.gd"

var _arguments: Arguments = Arguments.new()
var _facts: Dictionary = Facts.gather()
var _recorded: Recorded = Recorded.new()
var _rows: Array[Measure] = []


func _ready() -> void:
	_run.call_deferred()


func _run() -> void:
	var is_well: bool = _arguments.read()
	if is_well and not _arguments.new_site.is_empty():
		is_well = Site.make(_arguments.new_site)
	elif is_well:
		# What others recorded comes first: a file that cannot be read is told before minutes have passed.
		is_well = _is_loaded() and _read_recorded() and await _measure() and _report()
	get_tree().quit(0 if is_well else 1)


func _is_loaded() -> bool:
	if not ClassDB.class_exists(OUR_CLASS):
		printerr("The class %s does not exist: build and stage the addon's library first." % OUR_CLASS)
		return false
	if _facts["test_library"]:
		push_warning("This library was built for tests: its figures say nothing about a released one.")
	return true


func _measure() -> bool:
	match _arguments.only:
		"many":
			return _measure_many()
		"trust":
			return _measure_trust()
		"tls":
			return _measure_tls()
		"http":
			return await _measure_http()
	return _measure_tls() and await _measure_http()


func _measure_tls() -> bool:
	var tls: TlsRounds = TlsRounds.new()
	if not tls.take(_arguments.rounds, _arguments.seconds, _arguments.plain_rustls):
		return false
	_facts["connection"] = tls.connection
	_rows.append_array(tls.rows())
	return true


func _measure_many() -> bool:
	var many: ManyRounds = ManyRounds.new()
	if not many.take(_arguments.rounds):
		return false
	_facts["connection"] = many.connection
	_rows.append_array(many.rows())
	return true


func _measure_trust() -> bool:
	var load_of_it: RefCounted = (load(TRUST_LOAD) as GDScript).new()
	if not load_of_it.call(&"take"):
		printerr("Nothing is trusted.")
		return false
	_rows.append_array(load_of_it.call(&"rows"))
	return true


func _measure_http() -> bool:
	if _arguments.http_port == 0:
		print("HTTP is left out: no server was named (cargo xtask bench starts one when nginx is installed)")
		return true
	var http: HttpRounds = HttpRounds.new(_arguments.http_port, _arguments.http_site)
	add_child(http)
	var is_well: bool = await http.take(_arguments.rounds)
	_rows.append_array(http.figures())
	http.queue_free()
	return is_well


func _read_recorded() -> bool:
	for path: String in _arguments.add:
		if not _recorded.read(path):
			return false
	return true


func _report() -> bool:
	_rows.append_array(_recorded.rows())
	_facts["rounds"] = _arguments.rounds
	_facts["seconds_a_sample"] = _arguments.seconds
	_facts.merge(_arguments.facts)
	var report: Report = Report.new(_rows, _facts)
	print("\n%s" % report.table())
	if _arguments.json.is_empty():
		return true
	var file: FileAccess = FileAccess.open(_arguments.json, FileAccess.WRITE)
	if file == null:
		printerr("%s cannot be written: %s" % [_arguments.json, error_string(FileAccess.get_open_error())])
		return false
	file.store_string(report.json() + "\n")
	return true

extends Node
## Measures the addon's TLS, the engine's and plain TCP in one process, in rounds that take turns, and reports medians.
##
## User arguments (after `--`): `--json=PATH` writes every sample, `--rounds=N` (at least 5 unless asked otherwise),
## `--seconds=S` is the length of one sample. `--http-port=P` and `--http-site=FOLDER` name a server for the HTTP measures
## whose folder an earlier call with `--make-site=FOLDER` wrote; `--only=tls` and `--only=http` leave the others out.
## Exit code 0 only when every sample could be taken.


const Transport := preload("res://transports/transport.gd")
const TlsTransport := preload("res://transports/tls_transport.gd")
const EngineTls := preload("res://transports/engine_tls.gd")
const Measure := preload("res://measures/measure.gd")
const CryptoCalls := preload("res://measures/crypto_calls.gd")
const Handshakes := preload("res://measures/handshakes.gd")
const LongestCall := preload("res://measures/longest_call.gd")
const Throughput := preload("res://measures/throughput.gd")
const Memory := preload("res://measures/memory.gd")
const HttpRounds := preload("res://http/http_rounds.gd")
const Site := preload("res://http/site.gd")
const Report := preload("res://report.gd")

const OUR_TRANSPORT := "res://transports/rustls_tls.gd"
const OUR_CLASS := &"RustlsStreamPeerTLS"
## Only libraries built for the suites have this class, and they are not optimised.
const TEST_CLASS := &"RustlsTestStream"
const WRITE_SIZES: Array[int] = [1024, 16 * 1024, 64 * 1024]

var _rounds: int = 7
var _seconds: float = 0.5
var _json_path: String = ""
var _http_port: int = 0
var _http_site: String = ""
var _new_site: String = ""
var _only: String = ""
var _connection: String = ""


func _ready() -> void:
	_run.call_deferred()


func _run() -> void:
	var is_well: bool = _read_arguments()
	if is_well and not _new_site.is_empty():
		is_well = Site.make(_new_site)
	elif is_well:
		is_well = await _measure()
	get_tree().quit(0 if is_well else 1)


func _read_arguments() -> bool:
	for argument: String in OS.get_cmdline_user_args():
		if argument.begins_with("--json="):
			_json_path = argument.trim_prefix("--json=")
		elif argument.begins_with("--rounds="):
			_rounds = maxi(argument.trim_prefix("--rounds=").to_int(), 1)
		elif argument.begins_with("--seconds="):
			_seconds = maxf(argument.trim_prefix("--seconds=").to_float(), 0.01)
		elif argument.begins_with("--http-port="):
			_http_port = argument.trim_prefix("--http-port=").to_int()
		elif argument.begins_with("--http-site="):
			_http_site = argument.trim_prefix("--http-site=")
		elif argument.begins_with("--make-site="):
			_new_site = argument.trim_prefix("--make-site=")
		elif argument in ["--only=tls", "--only=http"]:
			_only = argument.trim_prefix("--only=")
		else:
			printerr("Unknown argument: %s" % argument)
			return false
	return true


func _measure() -> bool:
	var transports: Array[Transport] = _make_transports()
	if transports.is_empty() or not _warm_up(transports):
		return false
	var measures: Array[Measure] = []
	if _only != "http" and not _measure_tls(transports, measures):
		return false
	if _only != "tls" and not await _measure_http(measures):
		return false
	var report: Report = Report.new(measures, _facts())
	print("\n%s" % report.table())
	return _write_json(report)


func _measure_tls(transports: Array[Transport], measures: Array[Measure]) -> bool:
	var memory: Memory = Memory.new(Memory.Kind.ENGINE_ALLOCATOR)
	var early: Array[Measure] = [memory, Memory.new(Memory.Kind.RESIDENT, memory)]
	var timed: Array[Measure] = [Handshakes.new(false), Handshakes.new(true)]
	for size: int in WRITE_SIZES:
		timed.append(Throughput.new(size))
	timed.append(LongestCall.new())
	timed.append_array(CryptoCalls.all())
	if not _take_rounds(early, transports) or not _take_rounds(timed, transports):
		return false
	measures.append_array(timed + early)
	return true


func _measure_http(measures: Array[Measure]) -> bool:
	if _http_port == 0:
		print("HTTP is left out: no server was named (cargo xtask bench starts one when nginx is installed)")
		return true
	var http: HttpRounds = HttpRounds.new(_http_port, _http_site)
	add_child(http)
	var is_well: bool = await http.take(_rounds)
	measures.append_array(http.figures())
	http.queue_free()
	return is_well


func _make_transports() -> Array[Transport]:
	if not ClassDB.class_exists(OUR_CLASS):
		printerr("The class %s does not exist: build and stage the addon's library first." % OUR_CLASS)
		return []
	if ClassDB.class_exists(TEST_CLASS):
		push_warning("This library was built for tests: its figures say nothing about a released one.")
	var crypto: Crypto = Crypto.new()
	var key: CryptoKey = crypto.generate_rsa(TlsTransport.KEY_BITS)
	var subject: String = "CN=%s,O=Bench,C=IT" % TlsTransport.CERTIFICATE_NAME
	var certificate: X509Certificate = crypto.generate_self_signed_certificate(key, subject)
	var ours: TlsTransport = (load(OUR_TRANSPORT) as GDScript).new()
	var engine: TlsTransport = EngineTls.new()
	for transport: TlsTransport in [engine, ours]:
		transport.use_identity(key, certificate)
	return [engine, ours, Transport.new()]


## One connection of each, so that no sample pays for what is done once.
func _warm_up(transports: Array[Transport]) -> bool:
	for transport: Transport in transports:
		var ends: Array[StreamPeer] = transport.open()
		if ends.is_empty():
			printerr("No connection over %s." % transport.label())
			return false
		if not transport.describe(ends[0]).is_empty():
			_connection = transport.describe(ends[0])
	return true


func _take_rounds(measures: Array[Measure], transports: Array[Transport]) -> bool:
	for round: int in _rounds:
		for measure: Measure in measures:
			for turn: int in transports.size():
				# Each round begins with another one, so that none always runs on a cold or a warm machine.
				var transport: Transport = transports[(round + turn) % transports.size()]
				if not measure.applies_to(transport):
					continue
				if not measure.take(transport, _seconds) and not _may_be_missing(measure):
					printerr("%s could not be measured over %s." % [measure.title(), transport.label()])
					return false
		print("round %d of %d: %s" % [round + 1, _rounds, ", ".join(measures.map(_title))])
	return true


## Resident memory is told by Linux only.
func _may_be_missing(measure: Measure) -> bool:
	return measure is Memory and OS.get_name() != "Linux"


func _title(measure: Measure) -> String:
	return measure.title()


func _facts() -> Dictionary:
	return {
		"godot": Engine.get_version_info()["string"],
		"system": "%s %s" % [OS.get_name(), Engine.get_architecture_name()],
		"cores": OS.get_processor_count(),
		"processor": OS.get_processor_name(),
		"debug_engine": OS.is_debug_build(),
		"test_library": ClassDB.class_exists(TEST_CLASS),
		"connection": "%s, RSA %d, certificate verified" % [_connection, TlsTransport.KEY_BITS],
		"rounds": _rounds,
		"seconds_a_sample": _seconds,
	}


func _write_json(report: Report) -> bool:
	if _json_path.is_empty():
		return true
	var file: FileAccess = FileAccess.open(_json_path, FileAccess.WRITE)
	if file == null:
		printerr("%s cannot be written: %s" % [_json_path, error_string(FileAccess.get_open_error())])
		return false
	file.store_string(report.json() + "\n")
	return true

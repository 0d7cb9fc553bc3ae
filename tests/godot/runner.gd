extends Node
## Runs the suites and prints one line per test, then `== N passed, M failed, K skipped ==`.
##
## User arguments (after `--`): `--suite=NAME`, `--test=NAME`, `--engine-only` (run without the addon's library, which
## otherwise must exist). The exit code is 0 only if tests ran and none failed.


const Suite := preload("res://support/suite.gd")
const Stack := preload("res://support/stack.gd")
const Watchdog := preload("res://support/watchdog.gd")

const SUITES := "res://suites"
const OUR_STACK := "res://support/rustls_stack.gd"
const ERROR_LOG := "res://support/error_log.gd"
const OUR_CLASS := &"RustlsStreamPeerTLS"
## Seconds beyond its limit that a test may block the main thread before the process is killed.
const GRACE_SECONDS := 5.0

enum LogKind { ERROR = 0, SCRIPT = 2 }

var _passed: int = 0
var _failed: int = 0
var _skipped: int = 0
var _only_suite: String = ""
var _only_test: String = ""
var _engine_only: bool = false
var _engine: Stack = Stack.new()
var _ours: Stack = null
var _log: Object = null
var _watchdog: Watchdog = Watchdog.new()


func _ready() -> void:
	_read_arguments()
	_install_log()
	_load_our_stack()
	_watchdog.start()
	# Suites may change the tree, which is locked while it calls _ready.
	_run.call_deferred()


func _run() -> void:
	for file: String in _suite_files():
		await _run_suite(file)
	_watchdog.stop()
	Suite.Fixtures.clear_scratch()
	if _log != null:
		OS.call(&"remove_logger", _log)
	if _passed + _failed == 0:
		_fail("runner.found_no_test", "no test matches suite \"%s\", test \"%s\"" % [_only_suite, _only_test])
	print(_summary())
	get_tree().quit(0 if _failed == 0 and _passed > 0 else 1)


func _read_arguments() -> void:
	for argument: String in OS.get_cmdline_user_args():
		if argument.begins_with("--suite="):
			_only_suite = argument.trim_prefix("--suite=")
		elif argument.begins_with("--test="):
			_only_test = argument.trim_prefix("--test=")
		elif argument == "--engine-only":
			_engine_only = true
		else:
			_fail("runner.arguments", "unknown argument %s" % argument)


func _install_log() -> void:
	if ClassDB.class_exists(&"Logger"):
		_log = (load(ERROR_LOG) as GDScript).new()
		OS.call(&"add_logger", _log)


func _load_our_stack() -> void:
	if _engine_only:
		return
	if not ClassDB.class_exists(OUR_CLASS):
		_fail("runner.addon", "the class %s does not exist: build the addon's library first" % OUR_CLASS)
		return
	_ours = (load(OUR_STACK) as GDScript).new()


func _suite_files() -> PackedStringArray:
	var found: PackedStringArray = []
	for file: String in DirAccess.get_files_at(SUITES):
		if file.begins_with("test_") and file.ends_with(".gd"):
			found.append(file)
	found.sort()
	return found


func _run_suite(file: String) -> void:
	var suite_name: String = file.trim_prefix("test_").trim_suffix(".gd")
	if not _only_suite.is_empty() and suite_name != _only_suite:
		return
	var script: GDScript = load(SUITES.path_join(file))
	if script == null or not script.can_instantiate():
		_fail(suite_name, "the suite does not parse")
		return
	for method: Dictionary in script.get_script_method_list():
		var test_name: String = method["name"]
		if not test_name.begins_with("test_"):
			continue
		if not _only_test.is_empty() and test_name.trim_prefix("test_") != _only_test.trim_prefix("test_"):
			continue
		for stacks: Array in _stacks_for(method["args"]):
			await _run_test(script, suite_name, test_name, stacks)


## Returns the argument lists of a test; suite.gd explains the names of the parameters.
func _stacks_for(parameters: Array) -> Array[Array]:
	var lists: Array[Array] = [[]]
	for parameter: Dictionary in parameters:
		var choices: Array[Stack] = []
		match (parameter["name"] as String).trim_prefix("_"):
			"engine":
				choices = [_engine]
			"ours":
				choices = [_ours]
			_:
				choices = [_engine, _ours]
		var longer: Array[Array] = []
		for list: Array in lists:
			for choice: Stack in choices:
				longer.append(list + [choice])
		lists = longer
	return lists


func _run_test(script: GDScript, suite_name: String, test_name: String, stacks: Array) -> void:
	var label: String = "%s.%s" % [suite_name, test_name.trim_prefix("test_")]
	if not stacks.is_empty():
		var labels: PackedStringArray = []
		for stack: Stack in stacks:
			labels.append(stack.label() if stack != null else "rustls")
		label += "[%s]" % ",".join(labels)
	if stacks.has(null):
		_skip(label, "the addon's classes are not loaded")
		return
	if _log != null:
		_log.call(&"clear")
	var suite: Suite = script.new()
	suite.attach(get_tree(), _log, _ours)
	var done: Array[bool] = [false]
	suite.limit_changed = _arm.bind(suite, label)
	_arm(suite, label)
	_drive(suite, test_name, stacks, done)
	var started: int = Time.get_ticks_msec()
	while not done[0]:
		_arm(suite, label)
		if Time.get_ticks_msec() - started > suite.limit_seconds * 1000.0:
			suite.failures.append("still waiting after %d s" % suite.limit_seconds)
			break
		await get_tree().process_frame
	_arm(suite, label)
	suite.clean_up()
	_report(suite, label)


func _arm(suite: Suite, label: String) -> void:
	var words: String = "FAIL %s: blocked the main thread for over %d s\n%s" % [label, suite.limit_seconds, _summary(1)]
	_watchdog.arm(suite.limit_seconds + GRACE_SECONDS, words)


func _drive(suite: Suite, test_name: String, stacks: Array, done: Array[bool]) -> void:
	suite.before_each()
	@warning_ignore("redundant_await")
	await suite.callv(test_name, stacks)
	done[0] = true


func _report(suite: Suite, label: String) -> void:
	var failures: PackedStringArray = suite.failures
	if _log != null:
		# A script error ends the test's method early and silently: the test must fail, declared or not.
		for line: String in _log.call(&"lines", LogKind.SCRIPT):
			failures.append("script error: %s" % line)
		for line: String in _log.call(&"lines", LogKind.ERROR):
			if not suite.errors_expected:
				failures.append("printed an error it did not declare: %s" % line)
			elif line.contains("panic"):
				failures.append("panicked: %s" % line)
	if suite.errors_expected:
		print("EXPECT-ERRORS end")
	if not failures.is_empty():
		_fail(label, "; ".join(failures).replace("\n", " "))
	elif not suite.skip_reason.is_empty():
		_skip(label, suite.skip_reason)
	elif suite.checks == 0:
		_fail(label, "checked nothing")
	else:
		_passed += 1
		print("ok %s" % label)


func _fail(label: String, reason: String) -> void:
	_failed += 1
	print("FAIL %s: %s" % [label, reason])


func _skip(label: String, reason: String) -> void:
	_skipped += 1
	print("skip %s: %s" % [label, reason])


func _summary(also_failed: int = 0) -> String:
	return "== %d passed, %d failed, %d skipped ==" % [_passed, _failed + also_failed, _skipped]

extends RefCounted
## Base of every suite: checks that continue after a failure, declared errors, waiting with a deadline.
##
## A test is a method whose name begins with `test_`. Its parameters select the classes: `stack` is run once with
## the engine's classes and once with ours, `ours` and `engine` with one of the two, `client, server` with all four
## combinations, and no parameter at all means one plain run. A test without a single check fails.


const Stack := preload("res://support/stack.gd")
const Link := preload("res://support/link.gd")
const Fixtures := preload("res://support/fixtures.gd")
const Wire := preload("res://support/wire.gd")

const DEFAULT_LIMIT_SECONDS := 30.0

## The running tree, for tests that await frames.
var tree: SceneTree
## The failures so far, one entry per failed check.
var failures: PackedStringArray = []
## The number of checks.
var checks: int = 0
## The reason why the test is not applicable; empty if it is.
var skip_reason: String = ""
## True if the test has declared that the engine or the addon prints errors.
var errors_expected: bool = false
## The time limit of the test.
var limit_seconds: float = DEFAULT_LIMIT_SECONDS
## Called by the suite when the limit changes.
var limit_changed: Callable
## Our stack, null when the addon is not loaded; for tests without parameters.
var our_stack: Stack

var _log: Object
var _row: String = ""
var _cleanups: Array[Callable] = []


## Passes the runner's tree to the suite and, if the engine supports it, the log of errors.
func attach(scene_tree: SceneTree, error_log: Object, ours: Stack) -> void:
	tree = scene_tree
	_log = error_log
	our_stack = ours


## Called before each test; suites override it.
func before_each() -> void:
	pass


## Undoes what the test registered with [method after].
func clean_up() -> void:
	_cleanups.reverse()
	for cleanup: Callable in _cleanups:
		cleanup.call()
	_cleanups.clear()
	# The callable is bound to this suite, which would otherwise keep itself alive.
	limit_changed = Callable()


## Runs [param cleanup] when the test has ended, also after a failure.
func after(cleanup: Callable) -> void:
	_cleanups.append(cleanup)


## Names the case of a table that the following checks are about.
func row(label: String) -> void:
	_row = label


## Records a failure unless [param condition] is true. Returns the condition, so that a test can stop early.
func check(condition: bool, message: String) -> bool:
	checks += 1
	if not condition:
		failures.append(message if _row.is_empty() else "[%s] %s" % [_row, message])
	return condition


## Checks that two values have the same type and are equal.
func equal(actual: Variant, expected: Variant, what: String) -> bool:
	var same: bool = typeof(actual) == typeof(expected) and actual == expected
	return check(same, "%s is %s, not %s" % [what, _short(actual), _short(expected)])


## Checks that [param value] is one of [param allowed].
func one_of(value: Variant, allowed: Array, what: String) -> bool:
	return check(value in allowed, "%s is %s, none of %s" % [what, _short(value), allowed])


## Checks that [param text] contains [param part]; case is ignored.
func names(text: String, part: String, what: String) -> bool:
	return check(text.to_lower().contains(part.to_lower()), "%s does not name \"%s\": \"%s\"" % [what, part, text])


## Ends the test as not applicable here.
func skip(reason: String) -> void:
	skip_reason = reason


## Declares that the engine or the addon prints errors in the rest of the test.
func expect_errors() -> void:
	if not errors_expected:
		errors_expected = true
		print("EXPECT-ERRORS begin")


## Allows the test more time than the default.
func allow_seconds(seconds: float) -> void:
	limit_seconds = seconds
	limit_changed.call()


## Returns whether this engine lets scripts read printed messages.
func can_read_log() -> bool:
	return _log != null


## Returns the errors printed since the start of the test or [method forget_errors].
func printed_errors() -> PackedStringArray:
	return _log.call("lines", 0) if _log != null else PackedStringArray()


## Returns the warnings printed since the start of the test or [method forget_errors].
func printed_warnings() -> PackedStringArray:
	return _log.call("lines", 1) if _log != null else PackedStringArray()


## Removes the errors and warnings printed so far. Only for tests that declared errors.
func forget_errors() -> void:
	if _log != null:
		_log.call("clear")


## Calls [param condition] until it is true, for at most [param seconds]. [param condition] has to pump by itself.
func wait_until(condition: Callable, seconds: float = 10.0) -> bool:
	return Link.wait_until(condition, seconds)


## Sets a project setting until the end of the test.
func with_setting(setting: String, value: Variant) -> void:
	var had: bool = ProjectSettings.has_setting(setting)
	var before: Variant = ProjectSettings.get_setting(setting) if had else null
	ProjectSettings.set_setting(setting, value)
	after(func() -> void: ProjectSettings.set_setting(setting, before))


func _short(value: Variant) -> String:
	if value is PackedByteArray and (value as PackedByteArray).size() > 24:
		return "%d bytes" % (value as PackedByteArray).size()
	return var_to_str(value) if value is String or value is StringName else str(value)

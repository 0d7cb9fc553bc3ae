extends RefCounted
## What every suite builds on: checks that go on after a failure, declared errors, waiting with a deadline.
##
## A test is a method whose name begins with `test_`. Its parameters say what it runs against: `stack` is run once with
## the engine's classes and once with ours, `ours` and `engine` with one of the two, `client, server` with all four
## combinations, and no parameter at all means one plain run. A test without a single check fails.


const Stack := preload("res://support/stack.gd")
const Link := preload("res://support/link.gd")
const Fixtures := preload("res://support/fixtures.gd")
const Wire := preload("res://support/wire.gd")

const DEFAULT_LIMIT_SECONDS := 30.0

## The running tree, for tests that await frames.
var tree: SceneTree
## What went wrong so far, one entry a failed check.
var failures: PackedStringArray = []
## How many checks were made.
var checks: int = 0
## Why the test was given up as not applicable; empty when it was not.
var skip_reason: String = ""
## Whether the test declared that it makes the engine or the addon print errors.
var errors_expected: bool = false
## How long the test may take.
var limit_seconds: float = DEFAULT_LIMIT_SECONDS
## What the runner wants to hear when the limit changes.
var limit_changed: Callable
## Our stack, null when the addon is not loaded; for tests without parameters.
var our_stack: Stack

var _log: Object
var _row: String = ""
var _cleanups: Array[Callable] = []


## Gives the suite what the runner has: the tree and, where the engine has one, the log of errors.
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
	# It is bound to this suite, which would otherwise keep itself alive.
	limit_changed = Callable()


## Runs [param cleanup] when the test is over, also when it failed.
func after(cleanup: Callable) -> void:
	_cleanups.append(cleanup)


## Names the case of a table that the following checks are about.
func row(label: String) -> void:
	_row = label


## Records a failure unless [param condition] holds. Returns the condition, so that a test can stop early.
func check(condition: bool, message: String) -> bool:
	checks += 1
	if not condition:
		failures.append(message if _row.is_empty() else "[%s] %s" % [_row, message])
	return condition


## Checks that two values are of one type and equal.
func equal(actual: Variant, expected: Variant, what: String) -> bool:
	var same: bool = typeof(actual) == typeof(expected) and actual == expected
	return check(same, "%s is %s, not %s" % [what, _short(actual), _short(expected)])


## Checks that [param value] is one of [param allowed].
func one_of(value: Variant, allowed: Array, what: String) -> bool:
	return check(value in allowed, "%s is %s, none of %s" % [what, _short(value), allowed])


## Checks that [param text] names [param part], whatever the case of its letters.
func names(text: String, part: String, what: String) -> bool:
	return check(text.to_lower().contains(part.to_lower()), "%s does not name \"%s\": \"%s\"" % [what, part, text])


## Gives the test up as not applicable here.
func skip(reason: String) -> void:
	skip_reason = reason


## Declares that the rest of the test makes the engine or the addon print errors.
func expect_errors() -> void:
	if not errors_expected:
		errors_expected = true
		print("EXPECT-ERRORS begin")


## Allows the test more time than the default.
func allow_seconds(seconds: float) -> void:
	limit_seconds = seconds
	limit_changed.call()


## Whether this engine lets scripts read what is printed.
func can_read_log() -> bool:
	return _log != null


## The errors printed since the test began or [method forget_errors].
func printed_errors() -> PackedStringArray:
	return _log.call("lines", 0) if _log != null else PackedStringArray()


## The warnings printed since the test began or [method forget_errors].
func printed_warnings() -> PackedStringArray:
	return _log.call("lines", 1) if _log != null else PackedStringArray()


## Forgets the errors and warnings printed so far. Only in tests that declared errors.
func forget_errors() -> void:
	if _log != null:
		_log.call("clear")


## Calls [param condition] until it is true, at most [param seconds] long. What it pumps is its own business.
func wait_until(condition: Callable, seconds: float = 10.0) -> bool:
	return Link.wait_until(condition, seconds)


## Sets a project setting until the test is over.
func with_setting(setting: String, value: Variant) -> void:
	var had: bool = ProjectSettings.has_setting(setting)
	var before: Variant = ProjectSettings.get_setting(setting) if had else null
	ProjectSettings.set_setting(setting, value)
	after(func() -> void: ProjectSettings.set_setting(setting, before))


func _short(value: Variant) -> String:
	if value is PackedByteArray and (value as PackedByteArray).size() > 24:
		return "%d bytes" % (value as PackedByteArray).size()
	return var_to_str(value) if value is String or value is StringName else str(value)

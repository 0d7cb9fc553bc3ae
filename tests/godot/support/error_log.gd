extends Logger
## Records the errors and warnings that the engine prints, so that the runner can assign them to tests.
##
## Loaded only where the engine has the class [Logger] (4.5 and newer).


enum Kind { ERROR, WARNING, SCRIPT, SHADER }

var _mutex: Mutex = Mutex.new()
var _lines: Array[PackedStringArray] = [[], [], [], []]


## Returns the lines of [param kind] since the last [method clear].
func lines(kind: Kind) -> PackedStringArray:
	_mutex.lock()
	var copy: PackedStringArray = _lines[kind].duplicate()
	_mutex.unlock()
	return copy


## Removes all recorded lines.
func clear() -> void:
	_mutex.lock()
	_lines = [[], [], [], []]
	_mutex.unlock()


func _log_error(
	_function: String,
	_file: String,
	_line: int,
	code: String,
	rationale: String,
	_editor_notify: bool,
	error_type: int,
	_script_backtraces: Array[ScriptBacktrace]
) -> void:
	# May be called from any thread.
	_mutex.lock()
	_lines[error_type].append(code if rationale.is_empty() else rationale)
	_mutex.unlock()

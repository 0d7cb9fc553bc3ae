extends Logger
## Calls a script back for each printed error or warning, within the call that prints it.
##
## Loaded only where the engine has the class [Logger] (4.5 and newer).


## The callback; it returns true if it reached its end.
var answer: Callable
## The number of complete callbacks.
var done: int = 0
## The number of callbacks that ended early.
var failed: int = 0

var _is_answering: bool = false


func _log_error(
	_function: String,
	_file: String,
	_line: int,
	_code: String,
	_rationale: String,
	_editor_notify: bool,
	_error_type: int,
	_script_backtraces: Array[ScriptBacktrace]
) -> void:
	# Messages that the callback prints itself are ignored.
	if _is_answering:
		return
	_is_answering = true
	# A script error in the callback ends it early and returns null.
	if answer.call() == true:
		done += 1
	else:
		failed += 1
	_is_answering = false

extends Logger
## Calls a script back whenever something is printed as an error or a warning, in the middle of whatever printed it.
##
## Loaded only where the engine has the class [Logger] (4.5 and newer).


## What to do then; true when it could be done to its end.
var answer: Callable
## How often it was done.
var done: int = 0
## How often it broke off.
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
	# What the answer itself prints is not answered.
	if _is_answering:
		return
	_is_answering = true
	# A script error in there ends it early, and gives null.
	if answer.call() == true:
		done += 1
	else:
		failed += 1
	_is_answering = false

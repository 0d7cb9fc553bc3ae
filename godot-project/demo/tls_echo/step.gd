extends RefCounted
## One step of the main job: its title, state and result.

## Emitted when [member state] or [member words] has changed.
signal changed

enum State { WAITING, RUNNING, DONE, FAILED }

## The title, a short command.
var title: String

## The state.
var state: State = State.WAITING

## The result, or the error message.
var words: String = ""

## The duration in microseconds.
var duration_usec: int = 0

var _action: Callable
var _started_usec: int = 0


## [param action] is a function or coroutine that takes the step and ends with [method finish] or
## [method fail].
func _init(step_title: String, action: Callable) -> void:
	title = step_title
	_action = action


## Runs the step. Must be awaited.
func run() -> void:
	_started_usec = Time.get_ticks_usec()
	_become(State.RUNNING, "")
	await _action.call(self)
	if state == State.RUNNING:
		fail("the step ended without a result")


## Restores the state before the first run.
func reset() -> void:
	duration_usec = 0
	_become(State.WAITING, "")


## Ends the step successfully.
func finish(result: String) -> void:
	_become(State.DONE, result)


## Ends the step with an error message.
func fail(reason: String) -> void:
	_become(State.FAILED, reason if not reason.is_empty() else "no reason was given")


func _become(new_state: State, new_words: String) -> void:
	if state == State.RUNNING:
		duration_usec = Time.get_ticks_usec() - _started_usec
	state = new_state
	words = new_words
	changed.emit()

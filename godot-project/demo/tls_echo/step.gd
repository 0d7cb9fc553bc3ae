extends RefCounted
## One step of the main job: what it is called, how far it is, and what came of it in words.

## Emitted when [member state] or [member words] changed.
signal changed

enum State { WAITING, RUNNING, DONE, FAILED }

## What the step does, as a short command.
var title: String

## How far the step is.
var state: State = State.WAITING

## What came of it: a result or the reason of a failure.
var words: String = ""

## How long the step ran, in microseconds.
var duration_usec: int = 0

var _action: Callable
var _started_usec: int = 0


## A step that does [param action], a function (or coroutine) that takes the step and ends with
## [method finish] or [method fail].
func _init(step_title: String, action: Callable) -> void:
	title = step_title
	_action = action


## Does the step; await it.
func run() -> void:
	_started_usec = Time.get_ticks_usec()
	_become(State.RUNNING, "")
	await _action.call(self)
	if state == State.RUNNING:
		fail("the step ended without a result")


## Back to the state before the first run.
func reset() -> void:
	duration_usec = 0
	_become(State.WAITING, "")


## Ends the step well.
func finish(result: String) -> void:
	_become(State.DONE, result)


## Ends the step with the reason why it did not succeed.
func fail(reason: String) -> void:
	_become(State.FAILED, reason if not reason.is_empty() else "no reason was given")


func _become(new_state: State, new_words: String) -> void:
	if state == State.RUNNING:
		duration_usec = Time.get_ticks_usec() - _started_usec
	state = new_state
	words = new_words
	changed.emit()

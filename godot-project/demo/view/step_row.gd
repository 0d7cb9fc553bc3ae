extends HBoxContainer
## One step of the main job in the list: its mark, title, duration and result.

const Palette := preload("res://demo/view/palette.gd")
const StateMark := preload("res://demo/view/state_mark.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## A narrower row hides the duration to make room for the title.
const TIME_MIN_WIDTH: float = 290.0

var _step: Step = null

@onready var _mark: StateMark = %StateMark
@onready var _title: Label = %Title
@onready var _time: Label = %Time
@onready var _words: Label = %Words


func _ready() -> void:
	resized.connect(_on_resized)


## Shows [param step] from now on. Call it when the row is in the scene tree.
func show_step(step: Step) -> void:
	_step = step
	_title.text = step.title
	step.changed.connect(_on_step_changed)
	_on_step_changed()


func _on_step_changed() -> void:
	var is_over: bool = _step.state == Step.State.DONE or _step.state == Step.State.FAILED
	_mark.state = _step.state
	_title.modulate = Color.WHITE if _step.state != Step.State.WAITING else Color(1.0, 1.0, 1.0, 0.6)
	_time.text = Words.duration(_step.duration_usec) if is_over else ""
	_words.text = _step.words
	_words.visible = not _step.words.is_empty()
	if _step.state == Step.State.FAILED:
		_words.add_theme_color_override(&"font_color", Palette.FAILED)
	else:
		_words.remove_theme_color_override(&"font_color")


func _on_resized() -> void:
	_time.visible = size.x >= TIME_MIN_WIDTH

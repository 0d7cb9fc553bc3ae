extends HBoxContainer
## The result of an action of the user: a mark, a headline, and a text that can be copied.

const Palette := preload("res://demo/view/palette.gd")
const StateMark := preload("res://demo/view/state_mark.gd")
const Step := preload("res://demo/tls_echo/step.gd")

@onready var _mark: StateMark = %StateMark
@onready var _headline: Label = %Headline
@onready var _words: RichTextLabel = %Words


## Shows a state. Returns whether it is a result.
func show_state(state: Step.State, headline: String, words: String) -> bool:
	_mark.state = state
	_headline.text = headline
	_words.text = words
	_words.visible = not words.is_empty()
	_headline.modulate = Palette.FAILED if state == Step.State.FAILED else Color.WHITE
	_words.modulate = Palette.MUTED if state == Step.State.WAITING else Color.WHITE
	var is_result: bool = state == Step.State.DONE or state == Step.State.FAILED
	_words.focus_mode = Control.FOCUS_ALL if is_result else Control.FOCUS_NONE
	return is_result

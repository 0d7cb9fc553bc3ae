extends PanelContainer
## The default trusted roots, and a certificate bundle to trust instead.

## Emitted when the user has changed the bundle.
signal result_shown

const Palette := preload("res://demo/view/palette.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const StateMark := preload("res://demo/view/state_mark.gd")
const Trust := preload("res://demo/tls_echo/trust.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## The text if there are no problems and no bundle.
const HINT: String = "A bundle replaces them. Try user://dev_ca/ca.crt, the demo's own CA."

## Further problems are only counted.
const PROBLEMS_SHOWN: int = 3

@onready var _path: LineEdit = %Path
@onready var _choose: Button = %Choose
@onready var _clear: Button = %Clear
@onready var _mark: StateMark = %StateMark
@onready var _summary: Label = %Summary
@onready var _problems: RichTextLabel = %Problems
@onready var _dialog: FileDialog = %BundleDialog


func _ready() -> void:
	_path.text_submitted.connect(use_bundle)
	_choose.pressed.connect(choose_bundle)
	_clear.pressed.connect(use_bundle.bind(""))
	_dialog.file_selected.connect(use_bundle)
	show_store()


## Opens the dialog for choosing a bundle.
func choose_bundle() -> void:
	if not _choose.disabled:
		_dialog.popup_centered_clamped(_dialog.size, 0.9)


## Trusts only the certificates in the file [param path], or the default trusted roots if it is empty.
func use_bundle(path: String) -> void:
	Trust.set_override(path.strip_edges())
	show_store()
	result_shown.emit()


## Shows the current contents of the store.
func show_store() -> void:
	var bundle: String = Trust.get_override()
	var problems: PackedStringArray = RustlsTrustStore.get_problems()
	var count: int = RustlsTrustStore.get_certificate_count()
	_path.text = bundle
	_enable_clear(not bundle.is_empty())
	_mark.state = Step.State.DONE if count > 0 else Step.State.FAILED
	_summary.text = "Nothing is trusted"
	if count > 0:
		_summary.text = "%s from: %s" % [
				Words.counted(count, "trusted root", "trusted roots"), Trust.source()]
	_problems.text = "\n".join(problems.slice(0, PROBLEMS_SHOWN))
	if problems.size() > PROBLEMS_SHOWN:
		_problems.text += "\nand %d more" % (problems.size() - PROBLEMS_SHOWN)
	_problems.modulate = Color.WHITE
	if problems.is_empty() and bundle.is_empty():
		_problems.text = HINT
		_problems.modulate = Palette.MUTED
	_problems.focus_mode = Control.FOCUS_NONE if problems.is_empty() else Control.FOCUS_ALL
	_problems.visible = not _problems.text.is_empty()



## Sets whether the user can change the bundle.
func set_enabled(enabled: bool) -> void:
	_path.editable = enabled
	_choose.disabled = not enabled
	_enable_clear(enabled and not Trust.get_override().is_empty())


func _enable_clear(enabled: bool) -> void:
	if not enabled and _clear.has_focus():
		_path.grab_focus()
	_clear.disabled = not enabled
	_clear.focus_mode = Control.FOCUS_ALL if enabled else Control.FOCUS_NONE

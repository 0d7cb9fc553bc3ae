extends CenterContainer
## The content of the window if the addon's library could not be loaded.

@onready var _command: LineEdit = %Command
@onready var _copy: Button = %Copy
@onready var _quit: Button = %Quit


func _ready() -> void:
	_copy.pressed.connect(_on_copy_pressed)
	_quit.pressed.connect(_on_quit_pressed)
	_quit.grab_focus()


func _notification(what: int) -> void:
	if what == NOTIFICATION_WM_CLOSE_REQUEST:
		_on_quit_pressed()


func _unhandled_key_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"ui_cancel"):
		_on_quit_pressed()


func _on_copy_pressed() -> void:
	DisplayServer.clipboard_set(_command.text)
	_copy.text = "Copied"


func _on_quit_pressed() -> void:
	get_tree().quit(1)

extends ScrollContainer
## A scroll area without focusable controls that can be scrolled with the keyboard.

const LINE_PIXELS: int = 40


func _gui_input(event: InputEvent) -> void:
	var pixels: int = 0
	if event.is_action_pressed(&"ui_down", true):
		pixels = LINE_PIXELS
	elif event.is_action_pressed(&"ui_up", true):
		pixels = -LINE_PIXELS
	elif event.is_action_pressed(&"ui_page_down", true):
		pixels = int(size.y)
	elif event.is_action_pressed(&"ui_page_up", true):
		pixels = -int(size.y)
	if pixels != 0:
		scroll_vertical += pixels
		accept_event()


func _notification(what: int) -> void:
	if what == NOTIFICATION_FOCUS_ENTER or what == NOTIFICATION_FOCUS_EXIT:
		queue_redraw()


func _draw() -> void:
	if has_focus():
		draw_style_box(get_theme_stylebox(&"focus"), Rect2(Vector2.ZERO, size))

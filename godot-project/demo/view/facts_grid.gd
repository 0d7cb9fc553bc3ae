extends GridContainer
## Facts in two columns: a caption, and a text that can be selected and copied.

## The font size of the texts.
const FONT_SIZE: int = 13


## Removes all facts.
func clear() -> void:
	for child: Node in get_children():
		remove_child(child)
		child.queue_free()


## Adds a fact, unless [param value] is empty.
func add(caption: String, value: String) -> void:
	if value.is_empty():
		return
	var label: Label = Label.new()
	label.text = caption
	label.theme_type_variation = &"Caption"
	label.size_flags_vertical = Control.SIZE_SHRINK_BEGIN
	add_child(label)
	var text: RichTextLabel = RichTextLabel.new()
	text.text = value
	text.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	text.add_theme_font_size_override(&"normal_font_size", FONT_SIZE)
	text.fit_content = true
	text.scroll_active = false
	text.selection_enabled = true
	text.focus_mode = Control.FOCUS_ALL
	add_child(text)

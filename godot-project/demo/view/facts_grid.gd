extends GridContainer
## Facts in two columns: what each is about, and the text of it to read and copy.

## The size of what is long.
const FONT_SIZE: int = 13


## Removes all.
func clear() -> void:
	for child: Node in get_children():
		remove_child(child)
		child.queue_free()


## A fact; an empty one is left out.
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

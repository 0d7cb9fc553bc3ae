extends SceneTree
## Reads the class reference as the addon gives it to the editor, and checks every text in it. Prints a line that
## begins with FAULT for each fault, and how much was read at the end.

const Examples := preload("res://examples.gd")

## Tags of BBCode that stand alone or in pairs. `lb` and `rb` are brackets.
const PLAIN_TAGS: PackedStringArray = ["b", "/b", "i", "/i", "br", "lb", "rb"]
const REFERENCES: PackedStringArray = ["method", "member", "signal", "constant", "enum", "param"]

var faults: int = 0
var texts: int = 0
var examples: int = 0
var compound := RegEx.create_from_string(r"\w+_\w+")
var tag := RegEx.create_from_string(r"\[([^\]]*)\]")
var code := RegEx.create_from_string(r"(?s)\[(codeblock|code)([^\]]*)\](.*?)\[/\1\]")


func _initialize() -> void:
	var documents: PackedStringArray = ClassDB.class_call_static(&"RustlsTestReference", &"documents")
	var classes: int = 0
	for document: String in documents:
		var entries: Dictionary = read(document)
		if not str(entries["class"]).begins_with("RustlsTest"):
			classes += 1
			check_class(entries)
	print("CHECKED %d classes, %d texts, %d examples" % [classes, texts, examples])
	quit()


func fault(place: String, what: String) -> void:
	faults += 1
	print("FAULT %s: %s" % [place, what])


## Returns the class's name, and the text of each member by kind and name ("method get_error").
func read(document: String) -> Dictionary:
	var parser := XMLParser.new()
	parser.open_buffer(document.to_utf8_buffer())
	var entries: Dictionary = {}
	var entry: String = ""
	while parser.read() == OK:
		match parser.get_node_type():
			XMLParser.NODE_ELEMENT:
				var element: String = parser.get_node_name()
				if element == "class":
					entries["class"] = parser.get_named_attribute_value("name")
				elif element in ["brief_description", "description"] and entry.is_empty():
					entry = element
					entries[entry] = ""
				elif element in ["method", "member", "signal", "constant"]:
					entry = "%s %s" % [element, parser.get_named_attribute_value("name")]
					entries[entry] = ""
			XMLParser.NODE_TEXT:
				if not entry.is_empty():
					entries[entry] += parser.get_node_data()
			XMLParser.NODE_ELEMENT_END:
				var element: String = parser.get_node_name()
				if entry.get_slice(" ", 0) == element:
					entry = ""
	return entries


func check_class(entries: Dictionary) -> void:
	var name: String = entries["class"]
	for entry: String in entries:
		if entry != "class":
			texts += 1
			check_text(name, entry, str(entries[entry]).strip_edges())
	for expected: String in registered(name):
		if not entries.has(expected):
			fault("%s, %s" % [name, expected], "there is no text")


## Members that ClassDB knows, apart from accessors of properties, which the editor does not list.
func registered(name: String) -> PackedStringArray:
	var found: PackedStringArray = []
	var accessors: PackedStringArray = []
	for property: Dictionary in ClassDB.class_get_property_list(name, true):
		var property_name: String = property["name"]
		var getter: StringName = ClassDB.class_get_property_getter(name, property_name)
		if not getter.is_empty():
			found.append("member " + property_name)
			accessors.append(getter)
			accessors.append(ClassDB.class_get_property_setter(name, property_name))
	for method: Dictionary in ClassDB.class_get_method_list(name, true):
		var method_name: String = method["name"]
		if not method_name.begins_with("_") and not accessors.has(method_name):
			found.append("method " + method_name)
	for signal_info: Dictionary in ClassDB.class_get_signal_list(name, true):
		found.append("signal " + str(signal_info["name"]))
	for constant: String in ClassDB.class_get_integer_constant_list(name, true):
		found.append("constant " + constant)
	return found


func check_text(name: String, entry: String, text: String) -> void:
	var place: String = "%s, %s" % [name, entry]
	if text.length() < 3 or not text.contains(" ") and not entry.begins_with("constant"):
		fault(place, "the text is empty or no sentence: \"%s\"" % text)
		return
	for entity: String in ["&#39;", "&quot;", "&amp;", "&lt;", "&gt;"]:
		if text.contains(entity):
			fault(place, "%s is shown as it is" % entity)
	for found: RegExMatch in code.search_all(text):
		if found.get_string(1) == "codeblock":
			check_example(place, found.get_string(2), found.get_string(3))
		else:
			check_code(place, name, found.get_string(3))
	var prose: String = code.sub(text, " ", true)
	if not text.ends_with(".") and not text.ends_with("[/codeblock]"):
		fault(place, "the text ends without a full stop")
	for leftover: String in ["\\", "`", "**", "]("]:
		if prose.contains(leftover):
			fault(place, "\"%s\" stands outside of code" % leftover)
	for found: RegExMatch in tag.search_all(prose):
		check_tag(place, name, entry, found.get_string(1))
	for found: RegExMatch in compound.search_all(tag.sub(prose, " ", true)):
		check_unlinked(place, name, found.get_string())


## Text in `[code]` is shown as it is: tags inside are a text that Markdown changed.
func check_code(place: String, name: String, text: String) -> void:
	for changed: String in ["[url", "[i]", "[/i]", "[b]", "[/b]", "[br]"]:
		if text.contains(changed):
			fault(place, "%s stands in the code \"%s\"" % [changed, text])
	if text in ["", ","]:
		fault(place, "the code \"%s\" lost its backslash" % text)
	check_unlinked(place, name, text.trim_suffix("()"))


## A word that names a member must be a link to it.
func check_unlinked(place: String, name: String, text: String) -> void:
	var owner: String = name
	var word: String = text
	if text.get_slice_count(".") == 2 and ClassDB.class_exists(text.get_slice(".", 0)):
		owner = text.get_slice(".", 0)
		word = text.get_slice(".", 1)
	if not word.is_valid_ascii_identifier():
		return
	for kind: String in ["method", "member", "signal", "constant"]:
		if has_own_member(owner, kind, word):
			fault(place, "\"%s\" names a %s: link it" % [text, kind])


func check_tag(place: String, name: String, entry: String, text: String) -> void:
	if PLAIN_TAGS.has(text) or text.begins_with("url=http") or text == "/url":
		return
	var kind: String = text.get_slice(" ", 0)
	var target: String = text.trim_prefix(kind).strip_edges()
	if kind == "param":
		if not parameters(name, entry).has(target):
			fault(place, "[%s]: there is no such parameter" % text)
	elif REFERENCES.has(kind):
		var owner: String = name
		if target.contains("."):
			owner = target.get_slice(".", 0)
			target = target.get_slice(".", 1)
		if not has_member(owner, kind, target):
			fault(place, "[%s]: there is no such %s" % [text, kind])
	elif not ClassDB.class_exists(text) and not Examples.compiles("var value: %s" % text):
		fault(place, "[%s]: there is no such tag or class" % text)


func parameters(name: String, entry: String) -> Array:
	var list: Array[Dictionary] = []
	match entry.get_slice(" ", 0):
		"method":
			list = ClassDB.class_get_method_list(name, true)
		"signal":
			list = ClassDB.class_get_signal_list(name, true)
	for info: Dictionary in list:
		if info["name"] == entry.get_slice(" ", 1):
			return (info["args"] as Array).map(func(argument: Dictionary) -> String: return argument["name"])
	return []


func has_member(owner: String, kind: String, target: String) -> bool:
	if has_own_member(owner, kind, target):
		return true
	match kind:
		"method":
			return owner.begins_with("@") and Examples.compiles("var value: Callable = %s" % target)
		"constant":
			return target == target.to_upper() and Examples.compiles("const VALUE: int = %s" % target)
		"enum":
			return Examples.compiles("var value: %s" % target)
	return false


func has_own_member(owner: String, kind: String, target: String) -> bool:
	match kind:
		"method":
			return ClassDB.class_has_method(owner, target)
		"member":
			var list: Array[Dictionary] = ClassDB.class_get_property_list(owner)
			return list.any(func(info: Dictionary) -> bool: return info["name"] == target)
		"signal":
			return ClassDB.class_has_signal(owner, target)
		"constant":
			return ClassDB.class_has_integer_constant(owner, target)
		"enum":
			return ClassDB.class_has_enum(owner, target)
	return false


func check_example(place: String, attributes: String, text: String) -> void:
	examples += 1
	if attributes != " lang=gdscript":
		fault(place, "an example is no GDScript: \"%s\"" % attributes)
	for what: String in Examples.faults_of(text):
		fault(place, what)

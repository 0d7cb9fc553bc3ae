extends SceneTree
## Writes what the engine knows of the addon's classes into the JSON file `--out=FILE`: members, types and defaults from
## ClassDB, texts from the class reference.

const GROUPS := PROPERTY_USAGE_GROUP | PROPERTY_USAGE_SUBGROUP | PROPERTY_USAGE_CATEGORY
const ENUMS := PROPERTY_USAGE_CLASS_IS_ENUM | PROPERTY_USAGE_CLASS_IS_BITFIELD


func _initialize() -> void:
	var path: String = ""
	for argument: String in OS.get_cmdline_user_args():
		path = argument.trim_prefix("--out=")
	var documents: PackedStringArray = ClassDB.class_call_static(&"RustlsTestReference", &"documents")
	var texts: Dictionary = {}
	for document: String in documents:
		read(document, texts)
	var classes: Array[Dictionary] = []
	var names: Array = Array(ClassDB.get_class_list()).filter(is_public)
	names.sort()
	for name: String in names:
		classes.append(describe(name, texts.get(name, {})))
	var file: FileAccess = FileAccess.open(path, FileAccess.WRITE)
	file.store_string(JSON.stringify(classes))
	file.close()
	quit()


func is_public(name: String) -> bool:
	return name.begins_with("Rustls") and not name.begins_with("RustlsTest")


## Puts the texts of a class into `into`, by kind and name of the member ("method get_error").
func read(document: String, into: Dictionary) -> void:
	var parser := XMLParser.new()
	parser.open_buffer(document.to_utf8_buffer())
	var texts: Dictionary = {}
	var entry: String = ""
	while parser.read() == OK:
		match parser.get_node_type():
			XMLParser.NODE_ELEMENT:
				var element: String = parser.get_node_name()
				if element == "class":
					into[parser.get_named_attribute_value("name")] = texts
				elif element in ["brief_description", "description"] and entry.is_empty():
					entry = element
				elif element in ["method", "member", "signal", "constant"]:
					entry = "%s %s" % [element, parser.get_named_attribute_value("name")]
			XMLParser.NODE_TEXT:
				if not entry.is_empty():
					texts[entry] = texts.get(entry, "") + parser.get_node_data()
			XMLParser.NODE_ELEMENT_END:
				if entry.get_slice(" ", 0) == parser.get_node_name():
					entry = ""


func describe(name: String, texts: Dictionary) -> Dictionary:
	var accessors: Dictionary = {}
	var properties: Array[Dictionary] = properties_of(name, texts, accessors)
	return {
		"name": name,
		"inherits": ClassDB.get_parent_class(name),
		"can_instantiate": ClassDB.can_instantiate(name),
		"brief": text_of(texts, "brief_description"),
		"description": text_of(texts, "description"),
		"properties": properties,
		"accessors": accessors,
		"methods": methods_of(name, texts, accessors),
		"signals": signals_of(name, texts),
		"enums": enums_of(name, texts),
	}


func text_of(texts: Dictionary, entry: String) -> String:
	return str(texts.get(entry, "")).strip_edges()


## Puts the property of each getter and setter into `accessors`: the editor lists no methods for them.
func properties_of(name: String, texts: Dictionary, accessors: Dictionary) -> Array[Dictionary]:
	var fresh: Object = ClassDB.instantiate(name) if ClassDB.can_instantiate(name) else null
	var found: Array[Dictionary] = []
	for info: Dictionary in ClassDB.class_get_property_list(name, true):
		if info["usage"] & GROUPS:
			continue
		var property: StringName = info["name"]
		var getter: StringName = ClassDB.class_get_property_getter(name, property)
		# Without a getter it is there for saving alone.
		if getter.is_empty():
			continue
		var setter: StringName = ClassDB.class_get_property_setter(name, property)
		accessors[getter] = property
		var entry: Dictionary = {
			"name": property,
			"type": type_of(info),
			"is_read_only": setter.is_empty(),
			"text": text_of(texts, "member " + property),
		}
		if not setter.is_empty():
			accessors[setter] = property
		if fresh != null:
			entry["default"] = var_to_str(fresh.get(property))
		found.append(entry)
	if fresh is Node:
		(fresh as Node).free()
	return found


func methods_of(name: String, texts: Dictionary, accessors: Dictionary) -> Array[Dictionary]:
	var found: Array[Dictionary] = []
	for info: Dictionary in ClassDB.class_get_method_list(name, true):
		var method: String = info["name"]
		if method.begins_with("_") or accessors.has(StringName(method)):
			continue
		found.append({
			"name": method,
			"is_static": info["flags"] & METHOD_FLAG_STATIC != 0,
			"returns": type_of(info["return"]),
			"arguments": arguments_of(info),
			"text": text_of(texts, "method " + method),
		})
	return found


func signals_of(name: String, texts: Dictionary) -> Array[Dictionary]:
	var found: Array[Dictionary] = []
	for info: Dictionary in ClassDB.class_get_signal_list(name, true):
		found.append({
			"name": info["name"],
			"arguments": arguments_of(info),
			"text": text_of(texts, "signal " + str(info["name"])),
		})
	return found


func arguments_of(info: Dictionary) -> Array[Dictionary]:
	var arguments: Array = info["args"]
	var defaults: Array = info["default_args"]
	var found: Array[Dictionary] = []
	for index: int in arguments.size():
		var argument: Dictionary = arguments[index]
		var entry: Dictionary = {"name": argument["name"], "type": type_of(argument)}
		# Defaults belong to the last arguments.
		var place: int = index - (arguments.size() - defaults.size())
		if place >= 0:
			entry["default"] = var_to_str(defaults[place])
		found.append(entry)
	return found


func enums_of(name: String, texts: Dictionary) -> Array[Dictionary]:
	var found: Array[Dictionary] = []
	for enum_name: String in ClassDB.class_get_enum_list(name, true):
		var values: Array[Dictionary] = []
		for constant: String in ClassDB.class_get_enum_constants(name, enum_name, true):
			values.append({
				"name": constant,
				"value": ClassDB.class_get_integer_constant(name, constant),
				"text": text_of(texts, "constant " + constant),
			})
		found.append({"name": enum_name, "values": values})
	return found


## Returns a type as scripts write it, with its kind.
func type_of(info: Dictionary) -> Dictionary:
	var type: int = info["type"]
	var class_of: String = info["class_name"]
	var hint: String = info["hint_string"]
	if type == TYPE_INT and info["usage"] & ENUMS and not class_of.is_empty():
		return {"name": class_of, "kind": "enum"}
	if type == TYPE_OBJECT:
		return {"name": class_of if class_of else "Object", "kind": "class"}
	if type == TYPE_ARRAY and info["hint"] == PROPERTY_HINT_ARRAY_TYPE:
		return {"name": "Array[%s]" % hint, "kind": "array"}
	if type == TYPE_NIL:
		var is_any: bool = info["usage"] & PROPERTY_USAGE_NIL_IS_VARIANT
		return {"name": "Variant" if is_any else "void", "kind": "builtin"}
	return {"name": type_string(type), "kind": "builtin"}

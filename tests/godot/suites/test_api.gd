extends "res://support/api_suite.gd"
## The public names: every required method, property and constant, compared with the engine's counterpart by reflection.


func test_the_classes_exist_under_the_right_parents(_ours: Stack) -> void:
	for our_class: StringName in PARENTS:
		row(our_class)
		if check(ClassDB.class_exists(our_class), "the class does not exist"):
			equal(ClassDB.get_parent_class(our_class), PARENTS[our_class], "its parent")
			equal(ClassDB.can_instantiate(our_class), CAN_BE_MADE[our_class], "whether it can be made with new()")


func test_every_method_of_a_twin_is_there_with_the_same_signature(_ours: Stack) -> void:
	for our_class: StringName in TWINS:
		for expected: Dictionary in ClassDB.class_get_method_list(TWINS[our_class], true):
			row("%s.%s" % [our_class, expected["name"]])
			var method: Dictionary = _method(our_class, expected["name"])
			if not check(not method.is_empty(), "the method does not exist"):
				continue
			_take_off_further_arguments("%s.%s" % [our_class, expected["name"]], method)
			equal(_argument_types(method), _argument_types(expected), "the arguments' types")
			equal(_argument_names(method), _argument_names(expected), "the arguments' names")
			equal(str(method["default_args"]), str(expected["default_args"]), "the defaults")
			equal(method["return"]["type"], expected["return"]["type"], "the return type")
			equal(_return_class(method), _our_name(_return_class(expected)), "the returned class")
			equal(_is_static(method), _is_static(expected), "whether it is static")


func test_every_constant_of_a_twin_is_there_with_the_same_value(_ours: Stack) -> void:
	for our_class: StringName in TWINS:
		var twin: StringName = TWINS[our_class]
		for constant: String in ClassDB.class_get_integer_constant_list(twin, true):
			row("%s.%s" % [our_class, constant])
			_check_constant(our_class, constant, ClassDB.class_get_integer_constant(twin, constant))


func test_every_property_of_a_twin_is_there_with_the_same_default(_ours: Stack) -> void:
	for our_class: StringName in TWINS:
		for expected: Dictionary in ClassDB.class_get_property_list(TWINS[our_class], true):
			row("%s.%s" % [our_class, expected["name"]])
			var property: Dictionary = _property(our_class, expected["name"])
			if not check(not property.is_empty(), "the property does not exist"):
				continue
			for part: String in ["type", "class_name", "usage"]:
				equal(property[part], expected[part], part)
			if expected["usage"] & PROPERTY_USAGE_EDITOR and not expected["name"] in OTHER_HINTS:
				equal([property["hint"], property["hint_string"]], [expected["hint"], expected["hint_string"]], "the hint")
			for part: StringName in [&"class_get_property_setter", &"class_get_property_getter"]:
				var ours: StringName = ClassDB.call(part, our_class, expected["name"])
				equal(ours, ClassDB.call(part, TWINS[our_class], expected["name"]), part)
			var value: Variant = _first_value(our_class, expected["name"])
			check(value == _first_value(TWINS[our_class], expected["name"]), "at first it is %s" % [value])


func test_every_signal_of_a_twin_is_there_with_the_same_arguments(_ours: Stack) -> void:
	for our_class: StringName in TWINS:
		for expected: Dictionary in ClassDB.class_get_signal_list(TWINS[our_class], true):
			row("%s.%s" % [our_class, expected["name"]])
			var found: Dictionary = ClassDB.class_get_signal(our_class, expected["name"])
			if check(not found.is_empty(), "the signal does not exist"):
				equal(_argument_types(found), _argument_types(expected), "the arguments' types")
				equal(_argument_names(found), _argument_names(expected), "the arguments' names")


func test_our_additions_have_their_signatures(_ours: Stack) -> void:
	for our_class: StringName in METHODS:
		for method_name: StringName in METHODS[our_class]:
			row("%s.%s" % [our_class, method_name])
			var expected: Array = METHODS[our_class][method_name]
			var method: Dictionary = _method(our_class, method_name)
			if not check(not method.is_empty(), "the method does not exist"):
				continue
			equal(_argument_types(method), PackedInt32Array(expected[0]), "the arguments' types")
			equal(str(method["default_args"]).replace("<Object#null>", "<null>"), str(expected[1]), "the defaults")
			equal(method["return"]["type"], expected[2], "the return type")
			equal(_is_static(method), expected[3], "whether it is static")


func test_our_additions_name_their_arguments_and_what_they_return(_ours: Stack) -> void:
	for our_class: StringName in SIGNATURES:
		for method_name: StringName in SIGNATURES[our_class]:
			row("%s.%s" % [our_class, method_name])
			var method: Dictionary = _method(our_class, method_name)
			if check(not method.is_empty(), "the method does not exist"):
				equal(_argument_names(method), PackedStringArray(SIGNATURES[our_class][method_name][0]), "the arguments")
				equal(_return_class(method), SIGNATURES[our_class][method_name][1], "the returned class")


func test_our_signals_have_their_arguments(_ours: Stack) -> void:
	for our_class: StringName in PARENTS:
		var expected: Dictionary = SIGNALS.get(our_class, {})
		row(our_class)
		var found: Array[Dictionary] = ClassDB.class_get_signal_list(our_class, true)
		equal(found.size(), expected.size(), "how many signals there are")
		for found_signal: Dictionary in found:
			var arguments: Array = (found_signal["args"] as Array).map(
				func(argument: Dictionary) -> Array: return [argument["name"], argument["type"], argument["class_name"]]
			)
			equal(arguments, expected.get(StringName(found_signal["name"])), "the arguments of %s" % found_signal["name"])


func test_arrays_of_certificates_are_typed(_ours: Stack) -> void:
	for method: Array in RETURNS_INFOS:
		row("%s.%s" % method)
		var returned: Dictionary = _method(method[0], method[1]).get("return", {})
		equal(returned.get("hint"), PROPERTY_HINT_ARRAY_TYPE, "the hint of what it returns")
		equal(returned.get("hint_string"), "RustlsCertificateInfo", "the class in the array")


func test_our_properties_have_their_types_and_defaults(_ours: Stack) -> void:
	for our_class: StringName in PROPERTIES:
		for property: StringName in PROPERTIES[our_class]:
			row("%s.%s" % [our_class, property])
			var found: Dictionary = _property(our_class, property)
			if not check(not found.is_empty(), "the property does not exist"):
				continue
			equal(found["type"], PROPERTIES[our_class][property][0], "the type")
			var value: Variant = _first_value(our_class, property)
			check(value == type_convert(PROPERTIES[our_class][property][1], found["type"]), "at first it is %s" % [value])


func test_what_is_only_told_cannot_be_set(ours: Stack) -> void:
	var node: Node = ClassDB.instantiate(&"RustlsHTTPRequest")
	var told: Dictionary = {
		&"RustlsCertificateInfo": (ours.call(&"certificate_infos", Fixtures.certificate("localhost")) as Array)[0],
		&"RustlsHTTPResponse": node.call(&"fetch", "https://localhost/"),
	}
	node.free()
	for our_class: StringName in READ_ONLY_PROPERTIES:
		var properties: Dictionary = READ_ONLY_PROPERTIES[our_class]
		var object: Object = told[our_class]
		for property: StringName in properties:
			row("%s.%s" % [our_class, property])
			equal(_property(our_class, property).get("type"), properties[property], "the type")
			equal(ClassDB.class_get_property_setter(our_class, property), &"", "what sets it")
			check(not ClassDB.class_has_method(our_class, "set_%s" % property), "there is a method that sets it")
			var before: Variant = object.get(property)
			object.set(property, type_convert("1", properties[property]))
			equal(object.get(property), before, "its value after it was set")


func test_no_method_changes_a_certificate(ours: Stack) -> void:
	var info: Object = (ours.call(&"certificate_infos", Fixtures.certificate("localhost")) as Array)[0]
	var names_of_it: PackedStringArray = info.get(&"subject_alternative_names")
	names_of_it.append("victim.example.test")
	equal(info.get(&"subject_alternative_names"), PackedStringArray(["localhost"]), "the names of the certificate")


func test_options_and_nodes_show_their_properties_in_the_inspector(_ours: Stack) -> void:
	for our_class: StringName in [&"RustlsTLSOptions", &"RustlsHTTPRequest"]:
		for property: StringName in PROPERTIES[our_class]:
			row("%s.%s" % [our_class, property])
			var usage: int = _property(our_class, property).get("usage", 0)
			var is_open: bool = property not in SCRIPT_PROPERTIES
			equal(usage & PROPERTY_USAGE_EDITOR != 0, is_open, "whether the inspector shows it")
			equal(usage & PROPERTY_USAGE_STORAGE != 0, is_open, "whether it is stored")
	row("")
	equal(_property(&"RustlsTLSOptions", &"mode").get("hint"), PROPERTY_HINT_ENUM, "the hint of mode")
	equal(_property(&"RustlsHTTPRequest", &"tls_options").get("hint_string"), "RustlsTLSOptions", "whose resource")


func test_the_setting_for_the_main_threads_share_of_http_is_there(_ours: Stack) -> void:
	var setting: String = "network/tls/rustls/http_main_thread_budget_ms"
	for property: Dictionary in ProjectSettings.get_property_list():
		if property["name"] == setting:
			equal(property["type"], TYPE_FLOAT, "its type")
			equal(property["hint"], PROPERTY_HINT_RANGE, "its hint")
	equal(ProjectSettings.property_get_revert(setting), 1.0, "its default")


func test_the_setting_for_the_threads_of_handshakes_is_there(_ours: Stack) -> void:
	var setting: String = "network/tls/rustls/handshake_threads"
	for property: Dictionary in ProjectSettings.get_property_list():
		if property["name"] == setting:
			equal(property["type"], TYPE_INT, "its type")
			equal(property["hint"], PROPERTY_HINT_RANGE, "its hint")
	equal(ProjectSettings.property_get_revert(setting), -1, "its default")


func test_our_constants_have_their_values(_ours: Stack) -> void:
	for our_class: StringName in CONSTANTS:
		for constant: StringName in CONSTANTS[our_class]:
			row("%s.%s" % [our_class, constant])
			_check_constant(our_class, constant, CONSTANTS[our_class][constant])
	for our_class: StringName in [&"RustlsHTTPRequest", &"RustlsHTTPResponse", &"RustlsHTTPClient"]:
		for constant: StringName in HTTP_CAUSES:
			row("%s.%s" % [our_class, constant])
			_check_constant(our_class, constant, HTTP_CAUSES[constant])


func test_there_is_nothing_public_that_nobody_decided_on(_ours: Stack) -> void:
	for our_class: StringName in METHODS:
		var known: Array = METHODS[our_class].keys()
		if TWINS.has(our_class):
			known += ClassDB.class_get_method_list(TWINS[our_class], true).map(
				func(method: Dictionary) -> StringName: return StringName(method["name"])
			)
		for property: StringName in PROPERTIES.get(our_class, {}):
			known += [StringName("get_%s" % property), StringName("set_%s" % property)]
		for property: StringName in READ_ONLY_PROPERTIES.get(our_class, {}):
			known.append(StringName("get_%s" % property))
		for method: Dictionary in ClassDB.class_get_method_list(our_class, true):
			var method_name: String = method["name"]
			if not method_name.begins_with("_"):
				check(StringName(method_name) in known, "%s.%s is in no design" % [our_class, method_name])


## Checks the additional arguments of our method and removes them, so that the rest can be compared.
func _take_off_further_arguments(method_name: String, method: Dictionary) -> void:
	if not FURTHER_ARGUMENTS.has(method_name):
		return
	var further: Dictionary = (method["args"] as Array).pop_back()
	var expected: Array = FURTHER_ARGUMENTS[method_name]
	equal([further["name"], further["type"]], expected.slice(0, 2), "the further argument")
	equal(str((method["default_args"] as Array).pop_back()), str(expected[2]), "its default")


func _check_constant(our_class: StringName, constant: StringName, value: int) -> void:
	if check(ClassDB.class_has_integer_constant(our_class, constant), "the constant does not exist"):
		equal(ClassDB.class_get_integer_constant(our_class, constant), value, "its value")


func _property(of_class: StringName, property_name: StringName) -> Dictionary:
	for property: Dictionary in ClassDB.class_get_property_list(of_class, true):
		if property["name"] == property_name:
			return property
	return {}


func _argument_types(method: Dictionary) -> PackedInt32Array:
	var types: PackedInt32Array = []
	for argument: Dictionary in method["args"]:
		types.append(argument["type"])
	return types


func _argument_names(method: Dictionary) -> PackedStringArray:
	var argument_names: PackedStringArray = []
	for argument: Dictionary in method["args"]:
		argument_names.append(argument["name"])
	return argument_names


## Returns the class that a method returns. Enums are integers in our classes and count as no class.
func _return_class(method: Dictionary) -> StringName:
	return method["return"]["class_name"] if method["return"]["type"] == TYPE_OBJECT else &""


func _our_name(engine_class: StringName) -> StringName:
	for our_class: StringName in TWINS:
		if TWINS[our_class] == engine_class:
			return our_class
	return engine_class


func _is_static(method: Dictionary) -> bool:
	return bool(method["flags"] & METHOD_FLAG_STATIC)

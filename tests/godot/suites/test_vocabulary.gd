extends "res://support/suite.gd"
## Error messages advise only settings that exist: properties, methods and arguments of the class or its options, and
## project settings.


const TEST_CLASS := &"RustlsTestVocabulary"
const OPTIONS := &"RustlsTLSOptions"


func test_every_setting_that_a_message_names_exists(_ours: Stack) -> void:
	if not check(ClassDB.class_exists(TEST_CLASS), "%s is missing: build the library with its test classes" % TEST_CLASS):
		return
	var names: Dictionary = ClassDB.call(&"class_call_static", TEST_CLASS, &"names")
	equal(names.size(), 4, "the classes")
	for class_of_message: StringName in names:
		for setting: String in names[class_of_message]:
			row("%s: %s" % [class_of_message, setting])
			check(_exists(class_of_message, setting), "nothing of this name exists")


func test_a_setting_that_does_not_exist_is_noticed(_ours: Stack) -> void:
	for setting: String in [
		"no_such_property", "no_such_method()", "RustlsTLSOptions.no_such_method()", "the project setting network/no/such",
		"network/tls/no_such_setting", "the time limit",
	]:
		row(setting)
		check(not _exists(&"RustlsHTTPRequest", setting), "it is found")


## "name" or "name()" of the class or of the options, "Class.name()", or a project setting.
func _exists(class_of_message: StringName, setting: String) -> bool:
	setting = setting.trim_prefix("the project setting ")
	if setting.contains("/"):
		return ProjectSettings.has_setting(setting)
	if setting.contains("."):
		return _has_method(setting.get_slice(".", 0), setting.get_slice(".", 1))
	for owner: StringName in [class_of_message, OPTIONS]:
		if setting.ends_with("()"):
			if _has_method(owner, setting):
				return true
		elif _has_property(owner, setting) or _has_argument(owner, setting):
			return true
	return false


func _has_method(owner: StringName, call: String) -> bool:
	return ClassDB.class_has_method(owner, call.trim_suffix("()"), true)


func _has_property(owner: StringName, property: String) -> bool:
	return ClassDB.class_get_property_list(owner, true).any(func(known: Dictionary) -> bool:
		return known["name"] == property and known["usage"] & PROPERTY_USAGE_EDITOR)


func _has_argument(owner: StringName, argument: String) -> bool:
	return ClassDB.class_get_method_list(owner, true).any(func(method: Dictionary) -> bool:
		return method["args"].any(func(known: Dictionary) -> bool: return known["name"] == argument))

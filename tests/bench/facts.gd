extends RefCounted
## What the figures depend on: the machine, and the versions that are compared.


## Only libraries built for the suites have this class, and they are not optimised.
const TEST_CLASS := &"RustlsTestStream"
## The files that are mapped into this process (Linux).
const MAPS := "/proc/self/maps"
const ENGINE_TLS := "libmbedtls.so."


## Everything that this process knows about itself.
static func gather() -> Dictionary:
	return {
		"godot": Engine.get_version_info()["string"],
		"mbedtls": _mbedtls(),
		"system": "%s %s" % [OS.get_name(), Engine.get_architecture_name()],
		"cores": OS.get_processor_count(),
		"processor": OS.get_processor_name(),
		"debug_engine": OS.is_debug_build(),
		"test_library": ClassDB.class_exists(TEST_CLASS),
	}


## The version of the engine's mbedTLS. Where it is a library beside the engine, the file's name has it; where it is part
## of the engine, nothing tells.
static func _mbedtls() -> String:
	var file: FileAccess = FileAccess.open(MAPS, FileAccess.READ)
	while file != null and not file.eof_reached():
		var name: String = file.get_line().get_file()
		if name.begins_with(ENGINE_TLS):
			return name.trim_prefix(ENGINE_TLS)
	return "the engine's own"

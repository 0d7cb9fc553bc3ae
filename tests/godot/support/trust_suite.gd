extends "res://support/verdict_suite.gd"
## A suite that changes the default trust: the settings and the system's store are as they were after each test.


const OVERRIDE := "network/tls/certificate_bundle_override"
const TRUST := "network/tls/rustls/trust"
const EXTRA := "network/tls/rustls/extra_certificates"
const TRUST_SYSTEM := 1


func before_each() -> void:
	if our_stack == null:
		return
	var saved: Dictionary = {}
	for setting: String in [OVERRIDE, TRUST, EXTRA]:
		saved[setting] = ProjectSettings.get_setting(setting)
	var ours: Stack = our_stack
	after(func() -> void:
		for setting: String in saved:
			ProjectSettings.set_setting(setting, saved[setting])
		ours.call(&"trust_reload"))


## Each variable replaces its own half of what the system has: one file, and folders, here none.
func pretend_the_system_has(file: String) -> void:
	_set_environment("SSL_CERT_FILE", file)
	_set_environment("SSL_CERT_DIR", ProjectSettings.globalize_path("user://no_such_folder"))


## Whether the system's certificates come from files.
func is_unix() -> bool:
	return OS.get_name() in ["Linux", "FreeBSD", "OpenBSD", "NetBSD", "BSD"]


func _set_environment(variable: String, value: String) -> void:
	var before: String = OS.get_environment(variable)
	OS.set_environment(variable, value)
	after(func() -> void:
		if before.is_empty():
			OS.unset_environment(variable)
		else:
			OS.set_environment(variable, before))

extends "res://support/verdict_suite.gd"
## Base of suites that change the default trusted roots. Settings and environment are restored after each test.


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


func pretend_the_system_has(file: String) -> void:
	set_the_variable("SSL_CERT_FILE", file)


## Sets one of the two variables that name certificates, and clears the other.
func set_the_variable(variable: String, path: String) -> void:
	for known: String in ["SSL_CERT_FILE", "SSL_CERT_DIR"]:
		_set_environment(known, path if known == variable else "")


## Returns whether the system's certificates come from files.
func is_unix() -> bool:
	return OS.get_name() in ["Linux", "FreeBSD", "OpenBSD", "NetBSD", "BSD"]


func _set_environment(variable: String, value: String) -> void:
	var before: String = OS.get_environment(variable)
	var set_or_unset: Callable = func(to: String) -> void:
		if to.is_empty():
			OS.unset_environment(variable)
		else:
			OS.set_environment(variable, to)
	set_or_unset.call(value)
	after(set_or_unset.bind(before))

extends RefCounted
## The override setting of the trust store, and descriptions of the store.

const Words := preload("res://demo/tls_echo/words.gd")

const OVERRIDE_SETTING: String = "network/tls/certificate_bundle_override"


## Makes the certificates in the file [param path] the only trusted ones, or restores the default trusted
## roots if [param path] is empty. The setting is not saved.
static func set_override(path: String) -> Error:
	ProjectSettings.set_setting(OVERRIDE_SETTING, path)
	return RustlsTrustStore.reload()


## Returns the file whose certificates replace the default trusted roots; empty for none.
static func get_override() -> String:
	return ProjectSettings.get_setting_with_override(OVERRIDE_SETTING)


## Returns the source of the trusted certificates.
static func source() -> String:
	match RustlsTrustStore.get_source():
		RustlsTrustStore.SOURCE_OVERRIDE:
			return "override bundle"
		RustlsTrustStore.SOURCE_SYSTEM:
			return "operating system"
		RustlsTrustStore.SOURCE_MOZILLA:
			return "Mozilla's bundle of %s" % RustlsTrustStore.get_mozilla_bundle_date()
		RustlsTrustStore.SOURCE_SYSTEM_AND_MOZILLA:
			return "operating system and Mozilla"
	return "none"


## Returns the source and the number of trusted certificates.
static func summary() -> String:
	var count: int = RustlsTrustStore.get_certificate_count()
	return "%s, %s" % [source(), Words.counted(count, "trusted root", "trusted roots")]

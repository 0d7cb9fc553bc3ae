extends RefCounted
## The trust store's override setting, and what the store says about itself in words.

const Words := preload("res://demo/tls_echo/words.gd")

const OVERRIDE_SETTING: String = "network/tls/certificate_bundle_override"


## Trusts exactly the certificates in the file [param path] from now on, or the default ones again
## when it is empty. The setting is not saved.
static func set_override(path: String) -> Error:
	ProjectSettings.set_setting(OVERRIDE_SETTING, path)
	return RustlsTrustStore.reload()


## The file whose certificates replace the default ones; empty for none.
static func get_override() -> String:
	return ProjectSettings.get_setting_with_override(OVERRIDE_SETTING)


## Where the trusted certificates come from.
static func source() -> String:
	match RustlsTrustStore.get_source():
		RustlsTrustStore.SOURCE_OVERRIDE:
			return "override bundle"
		RustlsTrustStore.SOURCE_SYSTEM:
			return "operating system"
		RustlsTrustStore.SOURCE_MOZILLA:
			return "Mozilla's list of %s" % RustlsTrustStore.get_mozilla_bundle_date()
		RustlsTrustStore.SOURCE_SYSTEM_AND_MOZILLA:
			return "operating system and Mozilla"
	return "nobody"


## Source and number of trusted certificates.
static func summary() -> String:
	var count: int = RustlsTrustStore.get_certificate_count()
	return "%s, %s" % [source(), Words.counted(count, "anchor", "anchors")]

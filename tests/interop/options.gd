extends RefCounted
## The addon's options for a job; what its members mean stands in driver.gd.


static func client(plan: Dictionary) -> RustlsTLSOptions:
	var options: RustlsTLSOptions = RustlsTLSOptions.client_unsafe()
	if not plan.get("unsafe", false):
		options = RustlsTLSOptions.client_from_pem(_text(plan["trust"]), plan.get("override", ""))
	if plan.has("key"):
		options.set_identity(load(plan["key"]), load(plan["chain"]))
	return _with_terms(options, plan)


static func server(plan: Dictionary) -> RustlsTLSOptions:
	var options: RustlsTLSOptions
	if plan.get("files", false):
		options = RustlsTLSOptions.server_from_files(plan["key"], plan["chain"])
	else:
		options = RustlsTLSOptions.server_from_pem(_text(plan["key"]), _text(plan["chain"]))
	for identity: Dictionary in plan.get("identities", []):
		options.add_server_identity(identity["name"], load(identity["key"]), load(identity["chain"]))
	match plan.get("clients"):
		"optional":
			options.set_client_authentication(
				RustlsTLSOptions.CLIENT_AUTHENTICATION_OPTIONAL, load(plan["client_trust"])
			)
		"required":
			options.set_client_authentication(
				RustlsTLSOptions.CLIENT_AUTHENTICATION_REQUIRED, load(plan["client_trust"])
			)
	return _with_terms(options, plan)


static func _with_terms(options: RustlsTLSOptions, plan: Dictionary) -> RustlsTLSOptions:
	options.min_version = plan.get("min", RustlsTLSOptions.TLS_VERSION_1_2)
	options.max_version = plan.get("max", RustlsTLSOptions.TLS_VERSION_1_3)
	options.alpn_protocols = plan.get("alpn", [])
	options.session_resumption = plan.get("resumption", true)
	options.pinned_public_keys = plan.get("pins", [])
	options.key_log_path = plan.get("key_log", "")
	if plan.has("revoked"):
		options.revocation_lists_pem = _text(plan["revoked"])
	return options


static func _text(path: String) -> String:
	return FileAccess.get_file_as_string(path)

extends "res://support/trust_suite.gd"
## The default trusted roots: their sources, the effect of the project settings, and invalid settings.


const ROOT_SUBJECT := "CN=Fixture Root,O=Fixtures"
const OTHER_SUBJECT := "CN=Fixture Other Root,O=Fixtures"
const PROJECT_SCRATCH := "res://scratch"

const SOURCE_NONE := 0
const SOURCE_OVERRIDE := 1
const SOURCE_SYSTEM := 2
const SOURCE_MOZILLA := 3
const SOURCE_SYSTEM_AND_MOZILLA := 4

const TRUST_AUTOMATIC := 0
const TRUST_SYSTEM_AND_MOZILLA := 2
const TRUST_MOZILLA := 3


func before_each() -> void:
	super()
	after(func() -> void: Fixtures.clear_scratch(PROJECT_SCRATCH))


func test_the_override_of_the_project_is_the_whole_default_trust(ours: Stack) -> void:
	equal(ours.call(&"trust_source"), SOURCE_OVERRIDE, "get_source()")
	equal(ours.call(&"trust_count"), 1, "get_certificate_count()")
	equal(ours.call(&"trust_subjects"), PackedStringArray([ROOT_SUBJECT]), "get_subjects()")
	equal(ours.call(&"trust_problems"), PackedStringArray(), "get_problems()")
	expect_errors()
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), true)
	var refused: Verdict = verdict(ours, ours.client(), "localhost", ["localhost_other"])
	expect_verdict(ours, refused, false, CAUSE_UNTRUSTED_ISSUER)


func test_both_stacks_have_the_same_default_trust(stack: Stack) -> void:
	expect_errors()
	for leaf: String in ["localhost", "localhost_other"]:
		row(leaf)
		expect_verdict(stack, verdict(stack, stack.client(), "localhost", [leaf]), leaf == "localhost")


func test_the_override_may_lie_anywhere(ours: Stack) -> void:
	expect_errors()
	var bytes: PackedByteArray = Fixtures.pem("other_root").to_utf8_buffer()
	var in_project: String = Fixtures.write_scratch("bundle.crt", bytes, PROJECT_SCRATCH)
	var in_user: String = Fixtures.write_scratch("bundle.pem", bytes)
	var paths: Dictionary = {
		"in the project": in_project,
		"in the user folder": in_user,
		"absolute": Fixtures.path("other_root.crt"),
		"relative": in_project.trim_prefix("res://"),
		"relative, upwards": "../fixtures/certs/other_root.crt",
	}
	for label: String in paths:
		row("%s: %s" % [label, paths[label]])
		_use_override(ours, paths[label])
		equal(ours.call(&"trust_source"), SOURCE_OVERRIDE, "get_source()")
		equal(ours.call(&"trust_subjects"), PackedStringArray([OTHER_SUBJECT]), "get_subjects()")
		expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost_other"]), true)
		expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), false, CAUSE_UNTRUSTED_ISSUER)


func test_an_override_that_cannot_be_used_trusts_nobody_and_says_why(ours: Stack) -> void:
	expect_errors()
	var paths: Dictionary = {
		"missing": "res://no_such_bundle.crt",
		"empty": Fixtures.write_scratch("empty.crt", []),
		"broken": Fixtures.write_scratch("broken.crt", "no certificate".to_utf8_buffer()),
		"noise": Fixtures.write_scratch("noise.crt", Crypto.new().generate_random_bytes(5000)),
		"a folder": "res://suites",
	}
	for label: String in paths:
		row(label)
		forget_errors()
		_use_override(ours, paths[label], false)
		equal(ours.call(&"trust_count"), 0, "get_certificate_count()")
		var problems: PackedStringArray = ours.call(&"trust_problems")
		if check(not problems.is_empty(), "no problem is reported"):
			names(problems[0], (paths[label] as String).get_file(), "the problem")
		if can_read_log():
			equal(printed_errors(), problems, "what is printed")
		var result: Verdict = verdict(ours, ours.client(), "localhost", ["localhost"])
		expect_verdict(ours, result, false)


func test_a_changed_setting_waits_for_reload(ours: Stack) -> void:
	ours.call(&"trust_count")
	ProjectSettings.set_setting(OVERRIDE, Fixtures.path("other_root.crt"))
	equal(ours.call(&"trust_subjects"), PackedStringArray([ROOT_SUBJECT]), "get_subjects() before reload()")
	equal(ours.call(&"trust_reload"), OK, "reload()")
	equal(ours.call(&"trust_subjects"), PackedStringArray([OTHER_SUBJECT]), "get_subjects() after reload()")


func test_reload_counts_for_options_that_already_exist(ours: Stack) -> void:
	expect_errors()
	var options: RefCounted = ours.client()
	expect_verdict(ours, verdict(ours, options, "localhost", ["localhost"]), true)
	_use_override(ours, Fixtures.path("other_root.crt"))
	expect_verdict(ours, verdict(ours, options, "localhost", ["localhost"]), false, CAUSE_UNTRUSTED_ISSUER)
	expect_verdict(ours, verdict(ours, options, "localhost", ["localhost_other"]), true)


func test_reload_reports_a_bundle_that_cannot_be_used(ours: Stack) -> void:
	expect_errors()
	ProjectSettings.set_setting(OVERRIDE, "res://no_such_bundle.crt")
	check(ours.call(&"trust_reload") != OK, "reload() returned OK")


func test_a_chain_of_the_options_keeps_working_without_default_trust(ours: Stack) -> void:
	expect_errors()
	_use_override(ours, "res://no_such_bundle.crt", false)
	var options: RefCounted = ours.client(Fixtures.certificate("root"))
	expect_verdict(ours, verdict(ours, options, "localhost", ["localhost"]), true)


func test_without_override_the_setting_chooses_the_source(ours: Stack) -> void:
	# The system's certificates depend on the machine; Mozilla's bundle is part of the addon and never empty.
	_use_override(ours, "")
	var sources: Dictionary = {
		TRUST_AUTOMATIC: [SOURCE_SYSTEM, SOURCE_MOZILLA, SOURCE_SYSTEM_AND_MOZILLA],
		TRUST_SYSTEM: [SOURCE_SYSTEM, SOURCE_NONE],
		TRUST_SYSTEM_AND_MOZILLA: [SOURCE_SYSTEM_AND_MOZILLA, SOURCE_MOZILLA],
		TRUST_MOZILLA: [SOURCE_MOZILLA],
	}
	expect_errors()
	for choice: int in sources:
		row("setting %d" % choice)
		ProjectSettings.set_setting(TRUST, choice)
		ours.call(&"trust_reload")
		one_of(ours.call(&"trust_source"), sources[choice], "get_source()")
		var empty: bool = ours.call(&"trust_source") == SOURCE_NONE
		equal(ours.call(&"trust_count") == 0, empty, "whether there are no anchors")
		equal((ours.call(&"trust_subjects") as PackedStringArray).size(), ours.call(&"trust_count"), "the subjects' number")
		expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), false)


func test_the_variables_for_the_systems_files_are_honoured(ours: Stack) -> void:
	if not is_unix():
		skip("this system's certificates do not come from files")
		return
	expect_errors()
	_use_override(ours, "")
	ProjectSettings.set_setting(TRUST, TRUST_SYSTEM)
	pretend_the_system_has(Fixtures.path("root.crt"))
	equal(ours.call(&"trust_reload"), OK, "reload()")
	equal(ours.call(&"trust_source"), SOURCE_SYSTEM, "get_source()")
	equal(ours.call(&"trust_subjects"), PackedStringArray([ROOT_SUBJECT]), "get_subjects()")
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), true)
	var refused: Verdict = verdict(ours, ours.client(), "localhost", ["localhost_other"])
	expect_verdict(ours, refused, false, CAUSE_UNTRUSTED_ISSUER)


func test_the_systems_list_is_not_the_users_own_trust(ours: Stack) -> void:
	if not is_unix():
		skip("this system's certificates do not come from files")
		return
	expect_errors()
	_use_override(ours, "")
	ProjectSettings.set_setting(TRUST, TRUST_SYSTEM)
	# Neither its self-signed certificates nor common names alone are accepted for servers.
	for certificate: String in ["self_signed_openssl", "self_signed_openssl_cn"]:
		row(certificate)
		pretend_the_system_has(Fixtures.path(certificate + ".crt"))
		ours.call(&"trust_reload")
		expect_verdict(ours, verdict(ours, ours.client(), "localhost", [certificate]), false)
	row("common name only")
	pretend_the_system_has(Fixtures.path("root.crt"))
	ours.call(&"trust_reload")
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["name_cn_only"]), false, CAUSE_NAME_MISMATCH)


func test_a_variable_that_names_nothing_usable_trusts_nobody_and_is_named_in_the_problem(ours: Stack) -> void:
	expect_errors()
	_use_override(ours, "")
	ProjectSettings.set_setting(TRUST, TRUST_AUTOMATIC)
	var empty: String = ProjectSettings.globalize_path(Fixtures.write_scratch("none.pem", []))
	var cases: Dictionary = {
		"an empty file": ["SSL_CERT_FILE", empty],
		"a missing file": ["SSL_CERT_FILE", empty + ".missing"],
		"a folder": ["SSL_CERT_FILE", empty.get_base_dir()],
		"a missing folder": ["SSL_CERT_DIR", empty + ".missing"],
	}
	for label: String in cases:
		row(label)
		var variable: String = cases[label][0]
		set_the_variable(variable, cases[label][1])
		equal(ours.call(&"trust_reload"), ERR_CANT_ACQUIRE_RESOURCE, "reload()")
		equal(ours.call(&"trust_source"), SOURCE_NONE, "get_source()")
		equal(ours.call(&"trust_count"), 0, "get_certificate_count()")
		var problems: PackedStringArray = ours.call(&"trust_problems")
		if check(problems.size() == 1, "the problems are %s" % [problems]):
			names(problems[0], variable, "the problem")
		expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), false)


func test_a_relative_path_of_a_variable_counts_from_the_project(ours: Stack) -> void:
	_use_override(ours, "")
	set_the_variable("SSL_CERT_FILE", "../fixtures/certs/root.crt")
	equal(ours.call(&"trust_reload"), OK, "reload()")
	equal(ours.call(&"trust_subjects"), PackedStringArray([ROOT_SUBJECT]), "get_subjects()")


func test_settings_for_a_feature_tag_count(ours: Stack) -> void:
	var tagged: String = "%s.%s" % [OVERRIDE, OS.get_name().to_lower()]
	ProjectSettings.set_setting(tagged, Fixtures.path("other_root.crt"))
	after(func() -> void: ProjectSettings.set_setting(tagged, null))
	equal(ours.call(&"trust_reload"), OK, "reload()")
	equal(ours.call(&"trust_subjects"), PackedStringArray([OTHER_SUBJECT]), "get_subjects()")


func test_mozillas_list_has_well_over_a_hundred_authorities_and_a_date(ours: Stack) -> void:
	_use_override(ours, "")
	ProjectSettings.set_setting(TRUST, TRUST_MOZILLA)
	ours.call(&"trust_reload")
	check(ours.call(&"trust_count") > 100, "there are %d" % ours.call(&"trust_count"))
	var date: String = ours.call(&"mozilla_bundle_date")
	check(date.length() == 10 and date.begins_with("20") and date.count("-") == 2, "the date is \"%s\"" % date)


func test_extra_certificates_are_added_to_the_list(ours: Stack) -> void:
	expect_errors()
	_use_override(ours, "")
	ProjectSettings.set_setting(TRUST, TRUST_MOZILLA)
	ours.call(&"trust_reload")
	var before: int = ours.call(&"trust_count")
	var extra: String = Fixtures.write_scratch("extra.crt", Fixtures.pem("root").to_utf8_buffer(), PROJECT_SCRATCH)
	ProjectSettings.set_setting(EXTRA, extra)
	equal(ours.call(&"trust_reload"), OK, "reload()")
	equal(ours.call(&"trust_count"), before + 1, "get_certificate_count()")
	check(ROOT_SUBJECT in ours.call(&"trust_subjects"), "the extra authority is not among the subjects")
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), true)
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost_other"]), false, CAUSE_UNTRUSTED_ISSUER)


func test_a_missing_extra_file_is_reported_and_the_rest_stays(ours: Stack) -> void:
	expect_errors()
	_use_override(ours, "")
	ProjectSettings.set_setting(TRUST, TRUST_MOZILLA)
	for path: String in ["res://no_such_extra.crt", Fixtures.write_scratch("broken.crt", "rubbish".to_utf8_buffer())]:
		row(path)
		ProjectSettings.set_setting(EXTRA, path)
		ours.call(&"trust_reload")
		check(ours.call(&"trust_count") > 100, "there are %d anchors" % ours.call(&"trust_count"))
		var problems: PackedStringArray = ours.call(&"trust_problems")
		if check(problems.size() == 1, "the problems are %s" % [problems]):
			names(problems[0], path.get_file(), "the problem")


func test_extra_certificates_do_not_count_beside_an_override(ours: Stack) -> void:
	expect_errors()
	ProjectSettings.set_setting(EXTRA, Fixtures.path("root.crt"))
	_use_override(ours, Fixtures.path("other_root.crt"))
	equal(ours.call(&"trust_subjects"), PackedStringArray([OTHER_SUBJECT]), "get_subjects()")
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), false, CAUSE_UNTRUSTED_ISSUER)


func test_a_self_signed_certificate_in_the_override_is_trusted_for_itself(ours: Stack) -> void:
	expect_errors()
	_use_override(ours, Fixtures.path("self_signed_openssl_cn.crt"))
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["self_signed_openssl_cn"]), true)
	var other: Verdict = verdict(ours, ours.client(), "localhost", ["self_signed_openssl"])
	expect_verdict(ours, other, false, CAUSE_UNTRUSTED_ISSUER)


func test_a_bundle_of_five_thousand_authorities_works(ours: Stack) -> void:
	allow_seconds(120.0)
	expect_errors()
	var bundle: String = Fixtures.numbered_bundle(5000, "root")
	_use_override(ours, Fixtures.write_scratch("large.crt", bundle.to_utf8_buffer()))
	equal(ours.call(&"trust_count"), 5001, "get_certificate_count()")
	equal(ours.call(&"trust_problems"), PackedStringArray(), "get_problems()")
	var started: int = Time.get_ticks_msec()
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost"]), true)
	expect_verdict(ours, verdict(ours, ours.client(), "localhost", ["localhost_other"]), false, CAUSE_UNTRUSTED_ISSUER)
	var spent: int = Time.get_ticks_msec() - started
	check(spent < 10000, "two handshakes took %d ms" % spent)


func test_the_settings_stand_beside_the_engines_own(_ours: Stack) -> void:
	for setting: String in [TRUST, EXTRA]:
		row(setting)
		check(ProjectSettings.has_setting(setting), "the setting is not registered")
	row("")
	var found: Dictionary = {}
	for property: Dictionary in ProjectSettings.get_property_list():
		found[property["name"]] = property
	equal(found.get(TRUST, {}).get("type"), TYPE_INT, "the type of the trust setting")
	equal(found.get(TRUST, {}).get("hint"), PROPERTY_HINT_ENUM, "the hint of the trust setting")
	var choices: PackedStringArray = (found.get(TRUST, {}).get("hint_string", "") as String).split(",")
	equal(choices.size(), 4, "the number of choices in %s" % [choices])
	equal(found.get(EXTRA, {}).get("type"), TYPE_STRING, "the type of the extra setting")
	equal(found.get(EXTRA, {}).get("hint"), PROPERTY_HINT_FILE, "the hint of the extra setting")
	equal(ProjectSettings.get_setting(TRUST), TRUST_AUTOMATIC, "the default of the trust setting")
	equal(ProjectSettings.get_setting(EXTRA), "", "the default of the extra setting")


func _use_override(ours: Stack, path: String, usable: bool = true) -> void:
	ProjectSettings.set_setting(OVERRIDE, path)
	var error: int = ours.call(&"trust_reload")
	equal(error == OK, usable, "whether reload() returned OK (it gave %d)" % error)

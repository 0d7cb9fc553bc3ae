extends "res://support/trust_suite.gd"
## Verdicts of a client on certificates: every row of the verification matrix is checked with
## verify_certificate_chain(), and many rows with a handshake too.


const Matrix := preload("res://support/verification_matrix.gd")

## The minimum number of rows, so that none is removed unnoticed.
const LEAST_ROWS := 60
const LEAST_SHARE_OF_HANDSHAKES := 0.25

var _matrix: Matrix = Matrix.new()


func test_the_matrix_is_whole_and_a_quarter_of_it_are_handshakes() -> void:
	equal(_matrix.problems, PackedStringArray(), "the rows that cannot be read")
	var judged: Dictionary = {}
	var handshakes: int = 0
	for case: Matrix.Case in _matrix.cases:
		var key: String = str([case.is_system, case.trusted, case.sent, case.name, case.unix_time])
		check(not judged.has(key), "two rows ask the same: \"%s\" and \"%s\"" % [judged.get(key), case.what])
		judged[key] = case.what
		handshakes += 0 if case.server.is_empty() else 1
	check(_matrix.cases.size() >= LEAST_ROWS, "there are %d rows" % _matrix.cases.size())
	check(handshakes >= ceili(_matrix.cases.size() * LEAST_SHARE_OF_HANDSHAKES), "only %d are handshakes" % handshakes)
	print("%d rows, %d of them by a handshake as well" % [_matrix.cases.size(), handshakes])


func test_every_table_of_the_matrix_is_tried() -> void:
	var tried: PackedStringArray = []
	for line: String in (get_script() as GDScript).source_code.split("\n"):
		if line.begins_with("\t_try("):
			tried.append(line.get_slice("\"", 1))
	equal(tried, _matrix.groups(), "the tables that tests ask for")


func test_validity_counts_to_the_second_for_every_certificate_of_a_chain(ours: Stack) -> void:
	_try(ours, "Validity")


func test_alternative_names_match_exactly_and_within_their_kind(ours: Stack) -> void:
	_try(ours, "Alternative names")


func test_a_wildcard_stands_for_one_leftmost_label_and_nothing_else(ours: Stack) -> void:
	_try(ours, "Wildcards")


func test_a_common_name_counts_in_ones_own_trust_without_alternative_names(ours: Stack) -> void:
	_try(ours, "Common names")


func test_a_common_name_never_counts_under_an_authority_of_the_system(ours: Stack) -> void:
	if not is_unix():
		skip("this system's certificates do not come from files")
		return
	_try(ours, "Common names in public")


func test_name_constraints_bind_every_name_below_them(ours: Stack) -> void:
	_try(ours, "Name constraints")


func test_a_certificate_serves_only_what_it_was_made_for(ours: Stack) -> void:
	_try(ours, "Usages")


func test_a_path_is_found_in_any_order_and_never_past_a_limit(ours: Stack) -> void:
	_try(ours, "Paths")


func test_weak_keys_and_signatures_are_refused_wherever_they_count(ours: Stack) -> void:
	_try(ours, "Keys and signatures")


func test_old_versions_and_unknown_critical_extensions_are_refused(ours: Stack) -> void:
	_try(ours, "Versions and extensions")


func test_a_trusted_self_signed_certificate_vouches_for_itself_alone(ours: Stack) -> void:
	_try(ours, "Trusted as they are")


## A certificate is public, so anyone can present it; only the key proves the identity.
func test_a_trusted_certificate_shown_by_who_lacks_its_key_is_refused(ours: Stack) -> void:
	expect_errors()
	for certificate: String in ["self_signed_ca_false", "localhost"]:
		for version: int in 2:
			row("%s, version %d" % [certificate, version])
			var options: RefCounted = ours.client(Fixtures.chain([certificate, "root"]))
			options.set(&"min_version", version)
			options.set(&"max_version", version)
			# Our server refuses a key that does not belong to the certificate; the engine's does not.
			var impostor: Stack = Stack.new()
			var link: Link = Link.new(ours, impostor)
			var key: CryptoKey = Fixtures.key("self_signed_impostor")
			link.start("localhost", options, impostor.server(key, Fixtures.certificate(certificate)))
			check(not link.handshake(), "it connected")
			equal(Link.status(link.client), Stack.Status.ERROR, "status")
			names(link.client.call(&"get_last_error"), "private key", "the reason")
			# The certificate itself is valid; the signature of the handshake failed.
			var words: String = options.call(&"verify_certificate_chain", Fixtures.pem(certificate), "localhost")
			equal(words, "", "the verdict on the certificate alone")


func test_a_trusted_certificate_whose_own_signature_is_damaged_is_refused(ours: Stack) -> void:
	var damaged: PackedByteArray = Fixtures.der("self_signed_ca_false")
	damaged[-1] ^= 1
	var pem: String = Fixtures.armored(damaged)
	var options: RefCounted = ours.call(&"client_from_pem", pem)
	var words: String = options.call(&"verify_certificate_chain", pem, "localhost")
	names(words, "signature", "the reason")


func test_bytes_behind_a_certificate_are_refused(ours: Stack) -> void:
	for certificate: String in ["self_signed_ca_false", "localhost"]:
		row(certificate)
		var options: RefCounted = ours.call(&"client_from_pem", Fixtures.joined_pem([certificate, "root"]))
		for tail: PackedByteArray in [[0], [0x30, 0x00], Fixtures.der("root")]:
			var pem: String = Fixtures.armored(Fixtures.der(certificate) + tail)
			var words: String = options.call(&"verify_certificate_chain", pem, "localhost")
			names(words, "%d bytes follow" % tail.size(), "the reason")


func test_a_crowd_of_superfluous_certificates_neither_hides_a_path_nor_makes_one(ours: Stack) -> void:
	var crowd: String = Fixtures.pem("leaf_of_intermediate") + Fixtures.numbered_bundle(300, "intermediate")
	for trusted: String in ["root", "other_root"]:
		row(trusted)
		var options: RefCounted = ours.call(&"client_from_pem", Fixtures.pem(trusted))
		var started: int = Time.get_ticks_msec()
		var words: String = options.call(&"verify_certificate_chain", crowd, "localhost")
		equal(words.is_empty(), trusted == "root", "whether it was accepted")
		check(Time.get_ticks_msec() - started < 5000, "it took %d ms" % (Time.get_ticks_msec() - started))


func _try(ours: Stack, group: String) -> void:
	expect_errors()
	for case: Matrix.Case in _matrix.of_group(group):
		row("%s: %s" % [group, case.what])
		var options: RefCounted = _trusting(ours, case)
		if case.trusted == PackedStringArray(["localhost"]):
			names(options.call(&"get_error"), "trust its issuer", "get_error()")
		else:
			equal(options.call(&"get_error"), "", "get_error()")
		var chain: String = Fixtures.joined_pem(case.sent)
		_check_words(case, options.call(&"verify_certificate_chain", chain, case.name, case.unix_time))
		if case.server.is_empty():
			continue
		var served: RefCounted = null
		if case.server == "ours":
			served = ours.call(&"server_from_pem", Fixtures.key_pem(case.sent[0]), chain)
		var result: Verdict = verdict(ours, options, case.name, case.sent, served)
		expect_verdict(ours, result, case.cause == Matrix.ACCEPTED, case.cause)
		_check_words(case, result.error)
	row("")


func _check_words(case: Matrix.Case, words: String) -> void:
	if case.cause == Matrix.ACCEPTED:
		equal(words, "", "the reason")
	elif check(not words.is_empty(), "accepted"):
		names(words, case.words, "the reason")


func _trusting(ours: Stack, case: Matrix.Case) -> RefCounted:
	if not case.is_system:
		return ours.call(&"client_from_pem", Fixtures.joined_pem(case.trusted))
	ProjectSettings.set_setting(OVERRIDE, "")
	ProjectSettings.set_setting(TRUST, TRUST_SYSTEM)
	pretend_the_system_has(Fixtures.path(case.trusted[0] + ".crt"))
	equal(ours.call(&"trust_reload"), OK, "reload()")
	return ours.client()

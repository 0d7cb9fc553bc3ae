extends "res://support/connected_suite.gd"
## export_keying_material(): bytes that both ends derive from a connection (RFC 5705, RFC 8446 section 7.5).


const LABEL := "EXPORTER-my-game"
const LONGEST := 8160
const LONGEST_LABEL := 249

var _nothing: PackedByteArray = []


func test_both_ends_derive_the_same_and_nobody_else_does(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var link: Link = _link(version)
		var context: PackedByteArray = "a player".to_utf8_buffer()
		var seen: Array[PackedByteArray] = []
		for arguments: Array in [
			[LABEL, _nothing, 32], [LABEL, context, 32], [LABEL, context + context, 32],
			[LABEL + "2", _nothing, 32], [LABEL + "2", context, 32],
		]:
			var material: PackedByteArray = _export(link.client, arguments)
			equal(material.size(), 32, "the length for %s" % [arguments])
			equal(_export(link.server, arguments), material, "what the server derives for %s" % [arguments])
			equal(_export(link.client, arguments), material, "what the client derives again for %s" % [arguments])
			check(material not in seen, "%s gives what something else gave" % [arguments])
			seen.append(material)
		check(_export(_link(version).client, [LABEL, _nothing, 32]) not in seen, "another connection gives the same")


func test_the_shortest_and_longest_of_everything_works(_ours: Stack) -> void:
	var context: PackedByteArray = []
	context.resize(65535)
	for version: String in VERSIONS:
		row(version)
		var link: Link = _link(version)
		for arguments: Array in [
			["x", _nothing, 1], ["x".repeat(LONGEST_LABEL), _nothing, 32], [LABEL, _nothing, LONGEST],
			[LABEL, context, 32], ["spiel/ü", _nothing, 32], [LABEL, PackedByteArray([0]), 32],
		]:
			var material: PackedByteArray = _export(link.client, arguments)
			equal(material.size(), arguments[2], "the length")
			equal(_export(link.server, arguments), material, "what the server derives")


func test_what_cannot_be_derived_is_an_error_that_says_why(_ours: Stack) -> void:
	expect_errors()
	var context: PackedByteArray = []
	context.resize(65536)
	for version: String in VERSIONS:
		var link: Link = _link(version)
		var rows: Array[Array] = [
			[[LABEL, _nothing, 0], "0 bytes"], [[LABEL, _nothing, -1], "bytes"],
			[[LABEL, _nothing, LONGEST + 1], str(LONGEST)], [["", _nothing, 32], "label"],
			[["x".repeat(LONGEST_LABEL + 1), _nothing, 32], "label"], [["ü".repeat(125), _nothing, 32], "250 bytes"],
			[[LABEL, context, 32], "context"], [[LABEL, _nothing, 9223372036854775807], "bytes"],
		]
		for line: Array in rows:
			row("%s, %s" % [version, line[1]])
			forget_errors()
			equal(_export(link.client, line[0]), _nothing, "what it gave")
			if can_read_log() and check(printed_errors().size() == 1, "printed %s" % [printed_errors()]):
				names(printed_errors()[0], line[1], "the error")
		check(link.is_connected_on_both_sides(), "the connection ended")
		equal(_export(link.client, [LABEL, _nothing, 32]), _export(link.server, [LABEL, _nothing, 32]), "afterwards")


func test_there_is_nothing_to_derive_without_an_established_connection(_ours: Stack) -> void:
	expect_errors()
	var link: Link = Link.new(our_stack, our_stack)
	_check_refused(link.client, "before it began")
	link.start("localhost", trusting(our_stack), identity(our_stack))
	_check_refused(link.client, "in the handshake, the client")
	_check_refused(link.server, "in the handshake, the server")
	check(link.handshake(), "the handshake failed")
	equal(_export(link.client, [LABEL, _nothing, 32]).size(), 32, "the length when it is established")
	link.client.call(&"disconnect_from_stream")
	_check_refused(link.client, "after it ended")


func _check_refused(tls: StreamPeer, when: String) -> void:
	row(when)
	forget_errors()
	equal(_export(tls, [LABEL, _nothing, 32]), _nothing, "what it gave")
	if can_read_log() and check(printed_errors().size() == 1, "printed %s" % [printed_errors()]):
		names(printed_errors()[0], "not established", "the error")
	row("")


func _link(version: String) -> Link:
	var link: Link = attempt(only(trusting(our_stack), VERSIONS[version]), identity(our_stack))
	stands(link)
	return link


func _export(tls: StreamPeer, arguments: Array) -> PackedByteArray:
	return tls.callv(&"export_keying_material", arguments)

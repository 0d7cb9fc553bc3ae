extends "res://support/connected_suite.gd"
## The secrets of connections in a file, for debugging with Wireshark (NSS key log format).


const Relay := preload("res://support/relay.gd")

## The labels of one connection, sorted.
const LABELS := {
	"TLS 1.2": ["CLIENT_RANDOM"],
	"TLS 1.3": [
		"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "EXPORTER_SECRET",
		"SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0",
	],
}


func before_each() -> void:
	DirAccess.make_dir_recursive_absolute(Fixtures.scratch)
	after(Fixtures.clear_scratch)


func test_both_ends_write_down_the_same_secrets(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var logs: PackedStringArray = [_path("client of %s" % version), _path("server of %s" % version)]
		var client: RefCounted = with(only(trusting(our_stack), VERSIONS[version]), {&"key_log_path": logs[0]})
		stands(attempt(client, with(identity(our_stack), {&"key_log_path": logs[1]})))
		var lines: Array[PackedStringArray] = [_lines(logs[0]), _lines(logs[1])]
		for side: PackedStringArray in lines:
			side.sort()
		equal(lines[0], lines[1], "what the two ends wrote")
		var labels: Array = Array(lines[0]).map(func(line: String) -> String: return line.get_slice(" ", 0))
		equal(labels, LABELS[version], "the labels")


func test_lines_have_the_form_that_wireshark_reads(_ours: Stack) -> void:
	for version: String in VERSIONS:
		row(version)
		var relay: Relay = Relay.new()
		var log: String = _path("form of %s" % version)
		var link: Link = Link.new(our_stack, our_stack, [relay.client_end, relay.server_end])
		link.start("localhost", with(only(trusting(our_stack), VERSIONS[version]), {&"key_log_path": log}), identity(our_stack))
		check(link.pump_until(func() -> bool:
			relay.step()
			return link.is_connected_on_both_sides()), "the handshake failed")
		# RFC 8446 section 4.1.2: 32 bytes behind the header of the message and the version.
		var client_random: String = Wire.client_hello(relay.to_server).slice(6, 38).hex_encode()
		var form: RegEx = RegEx.create_from_string("^[A-Z0-9_]+ %s (?:[0-9a-f]{64}|[0-9a-f]{96})$" % client_random)
		for line: String in _lines(log):
			check(form.search(line) != null, "a line of another form: %s" % line)
		check(FileAccess.get_file_as_string(log).ends_with("\n"), "the last line does not end")


func test_connections_are_appended_to_what_was_there(_ours: Stack) -> void:
	var log: String = Fixtures.write_scratch("appended.log", "# of another program\n".to_utf8_buffer())
	for count: int in [1, 2, 3]:
		# New options each time, so that the file is opened again.
		stands(attempt(with(only(trusting(our_stack), TLS_VERSION_1_2), {&"key_log_path": log}), identity(our_stack)))
		var lines: PackedStringArray = _lines(log)
		equal(lines.size(), 1 + count, "how many lines there are")
		equal(lines[0], "# of another program", "what was there before")
	var lines: PackedStringArray = _lines(log)
	check(lines[1] != lines[2] and lines[2] != lines[3], "two connections with the same secrets")


func test_both_ends_may_share_a_file(_ours: Stack) -> void:
	var log: String = _path("shared")
	stands(attempt(with(trusting(our_stack), {&"key_log_path": log}), with(identity(our_stack), {&"key_log_path": log})))
	equal(_lines(log).size(), 2 * (LABELS["TLS 1.3"] as Array).size(), "how many lines there are")


func test_nobody_else_can_read_the_file(_ours: Stack) -> void:
	if OS.get_name() == "Windows":
		skip("files have no such permissions here")
		return
	var log: String = _path("private")
	stands(attempt(with(trusting(our_stack), {&"key_log_path": log}), identity(our_stack)))
	equal(FileAccess.get_unix_permissions(log) as int, 0x180, "the permissions, of which 0600 is 0x180")


func test_nothing_is_written_by_default_and_after_it_was_turned_off(_ours: Stack) -> void:
	var log: String = _path("off")
	var client: RefCounted = trusting(our_stack)
	stands(attempt(client, identity(our_stack)))
	equal(DirAccess.get_files_at(Fixtures.scratch), PackedStringArray(), "the files")
	client.set(&"key_log_path", log)
	stands(attempt(client, identity(our_stack)))
	var written: int = _lines(log).size()
	client.set(&"key_log_path", "")
	stands(attempt(client, identity(our_stack)))
	equal(_lines(log).size(), written, "how many lines there are after it was turned off")


func test_an_absolute_path_works_too(_ours: Stack) -> void:
	var log: String = ProjectSettings.globalize_path(_path("absolute"))
	stands(attempt(with(trusting(our_stack), {&"key_log_path": log}), identity(our_stack)))
	check(not _lines(log).is_empty(), "nothing was written")


func test_a_file_that_cannot_be_written_is_an_error_of_the_options(_ours: Stack) -> void:
	expect_errors()
	for path: String in [Fixtures.scratch.path_join("no_such_folder/keys.log"), Fixtures.scratch, "nonsense://keys.log"]:
		row(path)
		unusable(with(trusting(our_stack), {&"key_log_path": path}), ["key_log_path", path, "cannot be written"])
		unusable(with(identity(our_stack), {&"key_log_path": path}), ["key_log_path", path, "cannot be written"])


func _path(name: String) -> String:
	return Fixtures.scratch.path_join(name + ".log")


func _lines(path: String) -> PackedStringArray:
	return FileAccess.get_file_as_string(path).split("\n", false)

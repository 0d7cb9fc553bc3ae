extends "res://support/connected_suite.gd"
## A server with several certificates, chosen by the name that the client asks for (server name indication, RFC 6066).


## Server names that clients ask for, and the common name of the certificate that they receive.
const CHOICES := {
	"play.example.test": "cn.example.test",
	"PLAY.Example.Test": "cn.example.test",
	"play.example.test.": "cn.example.test",
	"other.example.test": "wild",
	"bücher.example.test": "idn",
	"xn--bcher-kva.example.test": "idn",
	# A wildcard stands for exactly one label.
	"deep.other.example.test": "localhost",
	"example.test": "localhost",
	"badexample.test": "localhost",
	"elsewhere.test": "localhost",
	"localhost": "localhost",
	# Addresses are not sent.
	"127.0.0.1": "localhost",
}


func test_each_name_is_shown_its_own_certificate(_ours: Stack) -> void:
	expect_errors()
	# An unsafe client sends the server name too, and accepts any certificate.
	var client: RefCounted = our_stack.client_unsafe()
	for version: String in VERSIONS:
		var server: RefCounted = only(_several(), VERSIONS[version])
		for asked: String in CHOICES:
			row("%s, %s" % [version, asked])
			var link: Link = attempt(client, server, asked)
			if stands(link):
				equal(shown_name(link.client), CHOICES[asked], "the certificate shown")
				var is_address: bool = asked.is_valid_ip_address()
				equal(link.server.call(&"get_server_name").is_empty(), is_address, "whether no name was sent")


func test_a_client_that_checks_gets_a_certificate_that_is_right(client: Stack) -> void:
	for asked: String in ["play.example.test", "other.example.test", "xn--bcher-kva.example.test", "localhost"]:
		row(asked)
		var link: Link = Link.new(client, our_stack)
		link.start(asked, trusting(client), _several())
		check(link.handshake(), "the handshake failed")
		equal(link.server.call(&"get_server_name"), asked, "get_server_name() of the server")


func test_exact_names_win_whatever_was_added_first(_ours: Stack) -> void:
	for exact_first: bool in [true, false]:
		row("the exact name first: %s" % exact_first)
		var server: RefCounted = identity(our_stack)
		var entries: Array[Array] = [["play.example.test", "name_mixed"], ["*.example.test", "name_wildcard_san"]]
		if not exact_first:
			entries.reverse()
		for entry: Array in entries:
			_add(server, entry[0], entry[1])
		_shows(server, "play.example.test", "cn.example.test")
		_shows(server, "other.example.test", "wild")


func test_adding_a_name_again_replaces_its_certificate(_ours: Stack) -> void:
	# Written in other ways, it is still the same name.
	for again: String in ["play.example.test", "PLAY.example.test", "play.example.test."]:
		row(again)
		var server: RefCounted = _several()
		_shows(server, "play.example.test", "cn.example.test")
		_add(server, again, "name_wildcard_san")
		_shows(server, "play.example.test", "wild")
	row("a wildcard")
	var server: RefCounted = _several()
	_add(server, "*.example.test", "name_mixed")
	expect_errors()
	var link: Link = attempt(our_stack.client_unsafe(), server, "other.example.test")
	equal(shown_name(link.client), "cn.example.test", "the certificate shown")


func test_a_name_may_be_added_while_connections_live(_ours: Stack) -> void:
	var server: RefCounted = showing(our_stack, "name_wildcard_san")
	var before: Link = attempt(trusting(our_stack), server, "play.example.test")
	stands(before)
	_add(server, "play.example.test", "name_mixed")
	_shows(server, "play.example.test", "cn.example.test")
	before.client.put_data("still here".to_utf8_buffer())
	equal(Link.read_exactly(before.server, 10), "still here".to_utf8_buffer(), "what the older connection carried")


func test_the_certificate_for_a_name_may_have_intermediates(client: Stack) -> void:
	var server: RefCounted = showing(our_stack, "name_wildcard_san")
	var chain: X509Certificate = Fixtures.chain(["leaf_of_intermediate", "intermediate"])
	equal(server.call(&"add_server_identity", "localhost", Fixtures.key("leaf_of_intermediate"), chain), OK, "adding")
	var link: Link = Link.new(client, our_stack)
	link.start("localhost", trusting(client), server)
	check(link.handshake(), "the handshake failed")


func test_replacing_the_default_leaves_the_names_alone(_ours: Stack) -> void:
	var server: RefCounted = _several()
	var replaced: int = server.call(
		&"replace_identity", Fixtures.key("localhost_p384"), Fixtures.certificate("localhost_p384")
	)
	equal(replaced, OK, "replace_identity")
	_shows(server, "play.example.test", "cn.example.test")
	var shown: Array = attempt(trusting(our_stack), server).client.call(&"get_peer_certificates")
	equal(shown[0].public_key_algorithm, "ECDSA P-384", "the default's key")


func test_what_cannot_be_served_is_refused_at_once(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.key("name_mixed")
	var certificate: X509Certificate = Fixtures.certificate("name_mixed")
	var server: RefCounted = _several()
	for name: String in [
		"", ".", "*", "*.", "a*.example.test", "*.*.example.test", "a.*.example.test", "127.0.0.1", "::1", "[::1]",
		"a b.test", "a..test", "https://play.example.test", "play.example.test:443", "x".repeat(64) + ".test",
	]:
		row(name)
		equal(server.call(&"add_server_identity", name, key, certificate), ERR_INVALID_PARAMETER, "the error")
	var name: String = "new.example.test"
	var rows: Dictionary = {
		"no key": [server, null, certificate],
		"no certificate": [server, key, null],
		"empty key": [server, CryptoKey.new(), certificate],
		"empty certificate": [server, key, X509Certificate.new()],
		"another key": [server, Fixtures.key("localhost"), certificate],
		"a client": [trusting(our_stack), key, certificate],
	}
	for label: String in rows:
		row(label)
		forget_errors()
		var error: int = rows[label][0].call(&"add_server_identity", name, rows[label][1], rows[label][2])
		equal(error, ERR_INVALID_PARAMETER, "the error")
		if can_read_log() and check(printed_errors().size() == 1, "printed %s" % [printed_errors()]) and label != "a client":
			names(printed_errors()[0], name, "the error")
	row("afterwards")
	equal(server.call(&"get_error"), "", "get_error()")
	_shows(server, "play.example.test", "cn.example.test")
	_shows(server, name, "wild")


## Returns options of a server for localhost with further names.
func _several() -> RefCounted:
	var server: RefCounted = identity(our_stack)
	_add(server, "*.example.test", "name_wildcard_san")
	_add(server, "play.example.test", "name_mixed")
	_add(server, "bücher.example.test", "name_idn")
	return server


func _add(server: RefCounted, name: String, fixture: String) -> void:
	var error: int = server.call(
		&"add_server_identity", name, Fixtures.key(fixture), Fixtures.certificate(fixture)
	)
	equal(error, OK, "add_server_identity(\"%s\")" % name)


## Checks which certificate a client with full verification receives.
func _shows(server: RefCounted, asked: String, common_name: String) -> void:
	var link: Link = attempt(trusting(our_stack), server, asked)
	if stands(link):
		equal(shown_name(link.client), common_name, "the certificate for \"%s\"" % asked)

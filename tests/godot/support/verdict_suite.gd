extends "res://support/suite.gd"
## Base of suites that check whether a client accepts a server's certificate, each time with a real handshake.


## The result of a handshake on the client's side.
class Verdict:
	var accepted: bool
	var status: int
	## Error message and cause, of our streams only.
	var error: String = ""
	var cause: int = 0


const CAUSE_UNTRUSTED_ISSUER := 1
const CAUSE_EXPIRED := 2
const CAUSE_NAME_MISMATCH := 4
const CAUSE_BAD_CERTIFICATE := 7

var _engine_server: Stack = Stack.new()


## Connects to a server of the engine that presents the certificates [param sent] with the key of the first.
##
## The engine serves any certificate, so a refusal comes from the client. Certificates that it cannot load need
## [param server_options].
func verdict(
	client: Stack,
	options: RefCounted,
	common_name: String,
	sent: PackedStringArray,
	server_options: RefCounted = null
) -> Verdict:
	var server: Stack = _engine_server
	var identity: RefCounted = server_options
	if identity == null:
		var certificates: X509Certificate = Fixtures.certificate(sent[0]) if sent.size() == 1 else Fixtures.chain(sent)
		identity = server.server(Fixtures.key(sent[0]), certificates)
	elif not (identity is TLSOptions):
		server = our_stack
	var link: Link = Link.new(client, server)
	link.start(common_name, options, identity)
	if not check(link.accept_error == OK, "the server did not start: %d" % link.accept_error):
		return Verdict.new()
	var result: Verdict = Verdict.new()
	result.accepted = link.handshake()
	result.status = Link.status(link.client)
	if client.is_ours():
		result.error = link.client.call(&"get_last_error")
		result.cause = link.client.call(&"get_last_error_code")
		_check_the_dry_run_agrees(options, common_name, sent, result)
	return result


## Checks a verdict: our stream has a cause and an error message for a refusal, and none for an acceptance.
func expect_verdict(client: Stack, result: Verdict, accepted: bool, cause: int = -1) -> void:
	check(result.accepted == accepted, "%s%s" % ["refused" if accepted else "accepted", _because(result)])
	if not client.is_ours():
		return
	check(result.error.is_empty() == accepted, "get_last_error() is \"%s\"" % result.error)
	if not accepted:
		var mismatch: bool = result.cause == CAUSE_NAME_MISMATCH
		equal(result.status == Stack.Status.HOSTNAME_MISMATCH, mismatch, "whether the status blames the name")
		if cause >= 0:
			equal(result.cause, cause, "the cause of \"%s\"" % result.error)


## verify_certificate_chain() is the verification of the handshake without a connection, so both must agree.
func _check_the_dry_run_agrees(
	options: RefCounted, common_name: String, sent: PackedStringArray, result: Verdict
) -> void:
	if not options.has_method(&"verify_certificate_chain"):
		return
	var override: String = options.call(&"get_common_name_override")
	var asked_for: String = common_name if override.is_empty() else override
	var words: String = options.call(&"verify_certificate_chain", Fixtures.joined_pem(sent), asked_for)
	check(
		words.is_empty() == result.accepted,
		"verify_certificate_chain() says \"%s\", the handshake \"%s\"" % [words, result.error]
	)


func _because(result: Verdict) -> String:
	return "" if result.error.is_empty() else " because: %s" % result.error

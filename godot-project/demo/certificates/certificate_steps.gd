extends RefCounted
## The steps of the main job that give the server its identity: a certificate authority (CA), a
## certificate issued by it, and the files that both are saved in.

## Emitted when the files have been saved.
signal saved

const Authority := preload("res://demo/certificates/authority.gd")
const Identity := preload("res://demo/certificates/identity.gd")
const IdentityFiles := preload("res://demo/certificates/identity_files.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## The names of the server's certificate; the first one is also its common name.
const SERVER_NAMES: Array[String] = ["localhost", "127.0.0.1", "::1"]

## The names of the files, without their extensions.
const AUTHORITY_FILE: String = "ca"
const SERVER_FILE: String = "server"

## The certificate authority: the same object in every run, with a new key.
var authority: Authority = Authority.new()

var _server: Identity = null
var _crypto: RustlsCrypto = RustlsCrypto.new()


func make_authority(step: Step) -> void:
	if authority.make():
		var info: RustlsCertificateInfo = authority.identity.get_info()
		step.finish("\"%s\", %s" % [info.common_name, info.public_key_algorithm])
	else:
		step.fail(authority.problem)


func issue_for_server(step: Step) -> void:
	_server = issue(SERVER_NAMES[0], SERVER_NAMES)
	if _server != null:
		step.finish("for %s" % Words.listed(SERVER_NAMES))
	else:
		step.fail(authority.problem)


## Checks that the certificate contains what was asked for, and that a client accepts it.
func look_inside(step: Step) -> void:
	var info: RustlsCertificateInfo = _server.get_info()
	if info.subject_alternative_names != PackedStringArray(SERVER_NAMES):
		step.fail("it is for %s" % Words.listed(info.subject_alternative_names))
		return
	var client: RustlsTLSOptions = RustlsTLSOptions.client(authority.identity.certificate)
	for name: String in SERVER_NAMES:
		var problem: String = client.verify_certificate_chain(info.get_pem(), name)
		if not problem.is_empty():
			step.fail(problem)
			return
	step.finish("valid until %s; a client that trusts the CA accepts each name" % Words.day(info.not_after))


func save(step: Step) -> void:
	var problem: String = IdentityFiles.save(authority.identity, AUTHORITY_FILE)
	if problem.is_empty():
		problem = IdentityFiles.save(_server, SERVER_FILE)
	if not problem.is_empty():
		step.fail(problem)
		return
	saved.emit()
	step.finish("%s and %s" % [
			IdentityFiles.certificate_path(SERVER_FILE), IdentityFiles.describe_key(SERVER_FILE)])


## Returns a new key with a certificate issued by the CA; null on failure.
func issue(common_name: String, names: PackedStringArray) -> Identity:
	return authority.issue(_crypto.generate_ecdsa(), common_name, names)

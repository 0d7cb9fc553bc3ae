extends PanelContainer
## Shows the saved certificates: the contents of each, and whether it is accepted.

const CertificateSteps := preload("res://demo/certificates/certificate_steps.gd")
const FactsGrid := preload("res://demo/view/facts_grid.gd")
const IdentityFiles := preload("res://demo/certificates/identity_files.gd")
const Words := preload("res://demo/tls_echo/words.gd")

@onready var _file: OptionButton = %File
@onready var _folder: Button = %Folder
@onready var _facts: FactsGrid = %Facts


func _ready() -> void:
	_file.item_selected.connect(_on_file_selected)
	_folder.pressed.connect(_on_folder_pressed)


## Shows the certificate that was saved under [param file_name].
func show_file(file_name: String) -> void:
	_file.clear()
	for name: String in IdentityFiles.list():
		_file.add_item(name + ".crt")
		if name == file_name:
			_file.select(_file.item_count - 1)
	_facts.clear()
	var pem: String = FileAccess.get_file_as_string(IdentityFiles.certificate_path(file_name))
	var infos: Array[RustlsCertificateInfo] = RustlsCertificateInfo.from_pem(pem)
	if infos.is_empty():
		_facts.add("File", "The file contains no certificate.")
		return
	_show_info(infos[0])
	_facts.add("Verdict", _verdict(infos[0]))
	_facts.add("Private key", IdentityFiles.describe_key(file_name))


func _show_info(info: RustlsCertificateInfo) -> void:
	_facts.add("Subject", info.subject)
	_facts.add("Issuer", info.issuer)
	_facts.add("Names", ", ".join(info.subject_alternative_names))
	_facts.add("Valid from", Words.moment(info.not_before))
	_facts.add("Valid until", Words.moment(info.not_after))
	_facts.add("Public key", info.public_key_algorithm)
	_facts.add("Signature", info.signature_algorithm)
	_facts.add("Serial number", info.serial_number)
	_facts.add("SHA-256", info.sha256_fingerprint)
	_facts.add("Pin", info.public_key_pin)


## The verdict of a client that trusts the CA in the same folder.
static func _verdict(info: RustlsCertificateInfo) -> String:
	if info.is_certificate_authority:
		return "A certificate authority (CA): whoever trusts it accepts all certificates that it issues."
	if info.subject_alternative_names.is_empty():
		return "A client certificate: for mutual TLS, not for a server."
	var authority_path: String = IdentityFiles.certificate_path(CertificateSteps.AUTHORITY_FILE)
	var trusted: String = FileAccess.get_file_as_string(authority_path)
	var server_name: String = info.subject_alternative_names[0].replace("*", "any")
	var problem: String = RustlsTLSOptions.client_from_pem(trusted).verify_certificate_chain(
			info.get_pem(), server_name)
	if not problem.is_empty():
		return problem
	return "A client that trusts ca.crt accepts it for the server \"%s\"." % server_name


func _on_file_selected(index: int) -> void:
	show_file(_file.get_item_text(index).get_basename())


func _on_folder_pressed() -> void:
	OS.shell_show_in_file_manager(ProjectSettings.globalize_path(IdentityFiles.FOLDER))

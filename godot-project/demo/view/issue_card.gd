extends PanelContainer
## Fields for a certificate that the demo's certificate authority (CA) issues, and the result.

## Emitted when a certificate has been issued and saved under [param file_name].
signal issued(file_name: String)

## Emitted when there is a result.
signal result_shown

const Authority := preload("res://demo/certificates/authority.gd")
const Identity := preload("res://demo/certificates/identity.gd")
const IdentityFiles := preload("res://demo/certificates/identity_files.gd")
const ResultRow := preload("res://demo/view/result_row.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const Words := preload("res://demo/tls_echo/words.gd")

const HINT: String = "Names are DNS names and IP addresses. RSA keys are generated in the background."

## Prefix of file names, so that no name that a user enters replaces a file of the demo.
const FILE_PREFIX: String = "issued_"

## In characters; file systems allow 255 bytes.
const LONGEST_FILE_NAME: int = 40

## The kinds of keys, with their size or curve.
const KEY_KINDS: Array[Array] = [
	["ECDSA P-256", RustlsCrypto.CURVE_P256],
	["ECDSA P-384", RustlsCrypto.CURVE_P384],
	["RSA 2048", 2048],
	["RSA 4096", 4096],
]

## The CA that issues the certificates.
var authority: Authority = null

var _crypto: RustlsCrypto = RustlsCrypto.new()
var _key_job: RustlsKeyJob = null

@onready var _name: LineEdit = %Name
@onready var _names: LineEdit = %Names
@onready var _kind: OptionButton = %Kind
@onready var _issue: Button = %Issue
@onready var _result: ResultRow = %Result


func _ready() -> void:
	for kind: Array in KEY_KINDS:
		var title: String = kind[0]
		_kind.add_item(title)
	_kind.select(0)
	_name.text_submitted.connect(_on_text_submitted)
	_names.text_submitted.connect(_on_text_submitted)
	_issue.pressed.connect(issue_now)
	_show(Step.State.WAITING, "Nothing issued yet", HINT)


## Moves the keyboard focus to the field for the name.
func focus_name() -> void:
	_name.grab_focus()
	_name.select_all()


## Issues a certificate for the names in the fields, unless another one is being issued.
func issue_now() -> void:
	if _issue.disabled:
		return
	var common_name: String = _name.text.strip_edges()
	var names: PackedStringArray = _split(_names.text)
	if common_name.is_empty():
		_show(Step.State.FAILED, "Not issued", "Enter a name.")
		return
	var kind: Array = KEY_KINDS[_kind.selected]
	var title: String = kind[0]
	var size_or_curve: int = kind[1]
	var started_usec: int = Time.get_ticks_usec()
	if not title.begins_with("RSA"):
		_on_key_made(_crypto.generate_ecdsa(size_or_curve), common_name, names, started_usec)
		return
	_set_busy(true)
	_show(Step.State.RUNNING, "Generating the %s key …" % title, "")
	# Not awaited: if the window closes, the engine reports a waiting coroutine as leaked.
	_key_job = _crypto.generate_rsa_async(size_or_curve)
	_key_job.completed.connect(_on_key_made.bind(common_name, names, started_usec))


func _issue_for(
		key: CryptoKey, common_name: String, names: PackedStringArray, key_usec: int) -> void:
	# The window shows the error message. The main job may have turned messages off too.
	var printing: bool = Engine.print_error_messages
	Engine.print_error_messages = false
	var identity: Identity = authority.issue(key, common_name, names)
	Engine.print_error_messages = printing
	if identity == null:
		_show(Step.State.FAILED, "Not issued", authority.problem)
		return
	var file_name: String = FILE_PREFIX \
			+ common_name.left(LONGEST_FILE_NAME).validate_filename()
	var problem: String = IdentityFiles.save(identity, file_name)
	if not problem.is_empty():
		_show(Step.State.FAILED, "Issued, but not saved", problem)
		return
	_show(Step.State.DONE, "Issued; the key was generated in %s" % Words.duration(key_usec),
			"%s\n%s" % [IdentityFiles.certificate_path(file_name),
			IdentityFiles.describe_key(file_name)])
	issued.emit(file_name)


func _set_busy(busy: bool) -> void:
	_issue.disabled = busy
	_issue.text = "Issuing …" if busy else "Issue"


func _show(state: Step.State, headline: String, words: String) -> void:
	if _result.show_state(state, headline, words):
		result_shown.emit()


func _on_key_made(
		key: CryptoKey, common_name: String, names: PackedStringArray, started_usec: int) -> void:
	_set_busy(false)
	if key != null:
		_issue_for(key, common_name, names, Time.get_ticks_usec() - started_usec)
	else:
		var problem: String = _crypto.get_last_error()
		_show(Step.State.FAILED, "No key", problem if _key_job == null else _key_job.get_last_error())
	_key_job = null


func _on_text_submitted(_text: String) -> void:
	issue_now()


## Splits [param text] at commas, semicolons and spaces.
static func _split(text: String) -> PackedStringArray:
	return text.replace(",", " ").replace(";", " ").split(" ", false)

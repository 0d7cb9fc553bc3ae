extends PanelContainer
## Fields for the host and port of any TLS server, and the result of connecting to it.

## Emitted when there is a result.
signal result_shown

const Endpoint := preload("res://demo/tls_echo/endpoint.gd")
const ResultRow := preload("res://demo/view/result_row.gd")
const ServerProbe := preload("res://demo/tls_echo/server_probe.gd")
const Step := preload("res://demo/tls_echo/step.gd")

const HINT: String = "Press Enter to connect. The demo's own server is refused until you trust its CA."

var _probe: ServerProbe = null

@onready var _host: LineEdit = %Host
@onready var _port: LineEdit = %Port
@onready var _connect: Button = %Connect
@onready var _result: ResultRow = %Result


func _ready() -> void:
	_host.text_submitted.connect(_on_text_submitted)
	_port.text_submitted.connect(_on_text_submitted)
	_connect.pressed.connect(connect_now)
	_show(Step.State.WAITING, "Not connected yet", HINT)


func _process(_delta: float) -> void:
	if _probe == null or _probe.poll():
		return
	_show(Step.State.DONE if _probe.succeeded else Step.State.FAILED, _probe.headline, _probe.words)
	_probe = null


## Writes a server into the fields.
func suggest(host: String, port: int) -> void:
	_host.text = host
	_host.caret_column = host.length()
	_port.text = str(port)


## Moves the keyboard focus to the field for the host.
func focus_host() -> void:
	_host.grab_focus()
	_host.select_all()


## Connects to the server in the fields. A running connection attempt is cancelled.
func connect_now() -> void:
	var endpoint: Endpoint = Endpoint.new()
	endpoint.read(_host.text, _port.text)
	if not endpoint.problem.is_empty():
		_probe = null
		_show(Step.State.FAILED, "Not connected", endpoint.problem)
		return
	suggest(endpoint.host, endpoint.port)
	_show(Step.State.RUNNING, "Connecting to %s …" % endpoint, "")
	_probe = ServerProbe.new()
	_probe.start(endpoint)


func _show(state: Step.State, headline: String, words: String) -> void:
	if _result.show_state(state, headline, words):
		result_shown.emit()


func _on_text_submitted(_text: String) -> void:
	connect_now()

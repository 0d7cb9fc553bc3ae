extends PanelContainer
## A field for a URL, the progress of its request, and the result.

## Emitted when [param response] has ended, successfully or not.
signal answered(response: RustlsHTTPResponse)

## Emitted when there is a result.
signal result_shown

const Authority := preload("res://demo/certificates/authority.gd")
const ResultRow := preload("res://demo/view/result_row.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const Words := preload("res://demo/tls_echo/words.gd")

const HINT: String = "The demo's own server has /slow, / and /moved. The default trusted roots refuse it."

## The response is kept in memory, so its size is limited.
const LARGEST_BODY: int = 256_000_000
const CONNECT_SECONDS: float = 10.0

## The trusted certificates, in the order of the button's items.
enum Trusted { DEMO, DEFAULT }

## The certificate authority (CA) that issued the certificate of the demo's server.
var authority: Authority = null

var _own_url: String = ""
var _http: RustlsHTTPRequest = RustlsHTTPRequest.new()
var _response: RustlsHTTPResponse = null
var _started_usec: int = 0

@onready var _url: LineEdit = %Url
@onready var _trust: OptionButton = %Trust
@onready var _fetch: Button = %Fetch
@onready var _cancel: Button = %Cancel
@onready var _bar: ProgressBar = %Bar
@onready var _amount: Label = %Amount
@onready var _result: ResultRow = %Result


func _ready() -> void:
	_http.body_size_limit = LARGEST_BODY
	_http.connect_timeout = CONNECT_SECONDS
	add_child(_http)
	_trust.add_item("The demo's CA", Trusted.DEMO)
	_trust.add_item("Default trusted roots", Trusted.DEFAULT)
	_trust.select(Trusted.DEMO)
	_url.text_changed.connect(_on_url_changed)
	_url.text_submitted.connect(_on_url_submitted)
	_fetch.pressed.connect(fetch_now)
	_cancel.pressed.connect(cancel)
	_set_busy(false)
	_show(Step.State.WAITING, "Nothing fetched yet", HINT)


## Sets [param url] as a page of the demo's own server. It is written into the field, unless the user
## has entered the URL of another server.
func suggest(url: String) -> void:
	var is_own: bool = _url.text.is_empty() or _is_own(_url.text)
	_own_url = url.get_base_dir() + "/"
	if is_own:
		write(url)


## Writes a URL into the field. A path alone is a page of the demo's own server.
func write(url: String) -> void:
	_url.text = _own_url + url.trim_prefix("/") if url.begins_with("/") else url
	_url.caret_column = _url.text.length()
	_on_url_changed(_url.text)


## Moves the keyboard focus to the field.
func focus_url() -> void:
	_url.grab_focus()
	_url.select_all()


## Fetches the URL in the field. A running request is cancelled.
func fetch_now() -> void:
	cancel()
	_http.tls_options = null
	if _trust.get_selected_id() == Trusted.DEMO:
		if authority.identity == null:
			_show(Step.State.FAILED, "Not fetched", "There is no certificate authority yet: wait for the first step.")
			return
		_http.tls_options = RustlsTLSOptions.client(authority.identity.certificate)
	var url: String = _url.text.strip_edges()
	if not url.is_empty() and not url.contains("://"):
		url = "https://" + url
		_url.text = url
	_started_usec = Time.get_ticks_usec()
	_set_busy(true)
	_show_progress(0, -1)
	_show(Step.State.RUNNING, "Fetching …", "")
	# Not awaited: if the window closes, the engine reports a waiting coroutine as leaked.
	_response = _http.fetch(url)
	_response.progress.connect(_show_progress)
	_response.completed.connect(_on_completed)


## Cancels the running request, which then reports that it was cancelled.
func cancel() -> void:
	if _response != null:
		_response.cancel()


func _is_own(url: String) -> bool:
	return not _own_url.is_empty() and url.begins_with(_own_url)


func _set_busy(busy: bool) -> void:
	if not busy and _cancel.has_focus():
		_url.grab_focus()
	_cancel.disabled = not busy
	_cancel.focus_mode = Control.FOCUS_ALL if busy else Control.FOCUS_NONE


func _show_progress(downloaded: int, total: int) -> void:
	_bar.value = _bar.max_value * downloaded / total if total > 0 else 0.0
	_amount.text = ""
	if total > downloaded:
		_amount.text = "%s of %s" % [Words.size(downloaded), Words.size(total)]
	elif downloaded > 0:
		_amount.text = Words.size(downloaded)


func _show(state: Step.State, headline: String, words: String) -> void:
	if _result.show_state(state, headline, words):
		result_shown.emit()


func _on_completed(response: RustlsHTTPResponse) -> void:
	if response != _response:
		# Another request was started in the meantime.
		return
	_response = null
	_set_busy(false)
	var took: String = Words.duration(Time.get_ticks_usec() - _started_usec)
	if not response.error.is_empty():
		var result: String = Words.constant_name(&"RustlsHTTPRequest", "RESULT_", response.result)
		_show(Step.State.FAILED, "%s after %s" % [result, took], response.error)
	else:
		_show(
				Step.State.DONE if response.is_ok() else Step.State.FAILED,
				"HTTP %d in %s" % [response.response_code, took],
				"%s, %s over %s" % [Words.size(response.body.size()), response.http_version,
				response.tls_version if not response.tls_version.is_empty() else "plain TCP"])
	answered.emit(response)


## Only the demo's own server has a certificate that the demo's CA issued.
func _on_url_changed(text: String) -> void:
	_trust.select(Trusted.DEMO if _is_own(text) else Trusted.DEFAULT)


func _on_url_submitted(_text: String) -> void:
	fetch_now()

extends MarginContainer
## The window of the demo: the steps of the main job, and one of three pages. The pages show the echo
## connection and connect to other servers, fetch URLs, or issue and inspect certificates.

const AnswerCard := preload("res://demo/view/answer_card.gd")
const Arguments := preload("res://demo/arguments.gd")
const CertificateSteps := preload("res://demo/certificates/certificate_steps.gd")
const FetchCard := preload("res://demo/view/fetch_card.gd")
const InsideCard := preload("res://demo/view/inside_card.gd")
const IssueCard := preload("res://demo/view/issue_card.gd")
const LiveCard := preload("res://demo/view/live_card.gd")
const MainJob := preload("res://demo/tls_echo/main_job.gd")
const PageConnection := preload("res://demo/https/page_connection.gd")
const ServerCard := preload("res://demo/view/server_card.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const StepRow := preload("res://demo/view/step_row.gd")
const StepRowScene := preload("res://demo/view/step_row.tscn")
const TrustCard := preload("res://demo/view/trust_card.gd")

## In a narrower window the two lower cards are stacked.
const TWO_COLUMNS_WIDTH: float = 1120.0

var _job: MainJob = MainJob.new()
var _failed: Step = null

@onready var _subtitle: Label = %Subtitle
@onready var _overall: Label = %Overall
@onready var _echo_tab: Button = %EchoTab
@onready var _fetch_tab: Button = %FetchTab
@onready var _certificates_tab: Button = %CertificatesTab
@onready var _run_again: Button = %RunAgain
@onready var _step_list: VBoxContainer = %Steps
@onready var _live: LiveCard = %LiveCard
@onready var _cards_scroll: ScrollContainer = %CardsScroll
@onready var _grid: GridContainer = %Grid
@onready var _server: ServerCard = %ServerCard
@onready var _trust: TrustCard = %TrustCard
@onready var _fetch_scroll: ScrollContainer = %FetchScroll
@onready var _fetch_card: FetchCard = %FetchCard
@onready var _answer_card: AnswerCard = %AnswerCard
@onready var _certificates_scroll: ScrollContainer = %CertificatesScroll
@onready var _issue_card: IssueCard = %IssueCard
@onready var _inside: InsideCard = %InsideCard
@onready var _keys: Label = %Keys


func _ready() -> void:
	var version: Dictionary = Engine.get_version_info()
	_subtitle.text = "TLS for Godot, based on rustls · Godot %d.%d.%d" % [
			version.major, version.minor, version.patch]
	for step: Step in _job.steps:
		var row: StepRow = StepRowScene.instantiate()
		_step_list.add_child(row)
		row.show_step(step)
		step.changed.connect(_on_step_changed)
	_job.connected.connect(_on_job_connected)
	_job.measured.connect(_live.show_sample)
	_job.traffic_stopped.connect(_live.show_stop)
	_job.finished.connect(_on_job_finished)
	_job.certificates.saved.connect(_inside.show_file.bind(CertificateSteps.SERVER_FILE))
	add_child(_job)
	_server.result_shown.connect(_on_result_shown.bind(_server, _cards_scroll))
	_trust.result_shown.connect(_on_result_shown.bind(_trust, _cards_scroll))
	_issue_card.authority = _job.certificates.authority
	_issue_card.issued.connect(_inside.show_file)
	_issue_card.result_shown.connect(_on_result_shown.bind(_issue_card, _certificates_scroll))
	_fetch_card.authority = _job.certificates.authority
	_fetch_card.answered.connect(_answer_card.show_response)
	_fetch_card.result_shown.connect(_on_result_shown.bind(_fetch_card, _fetch_scroll))
	_job.fetches.served.connect(_on_pages_served)
	_echo_tab.toggled.connect(_cards_scroll.set_visible)
	_fetch_tab.toggled.connect(_fetch_scroll.set_visible)
	_certificates_tab.toggled.connect(_certificates_scroll.set_visible)
	get_viewport().size_changed.connect(_on_viewport_size_changed)
	_on_viewport_size_changed()
	_run_again.pressed.connect(_run_job)
	_add_shortcuts()
	_server.focus_host()
	# Not before now: a small window must start scrolled to the top.
	_cards_scroll.set_deferred(&"follow_focus", true)


func _shortcut_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"demo_host"):
		_echo_tab.button_pressed = true
		_server.focus_host()
	elif event.is_action_pressed(&"demo_bundle"):
		_echo_tab.button_pressed = true
		_trust.choose_bundle()
	elif event.is_action_pressed(&"demo_url"):
		_fetch_tab.button_pressed = true
		_fetch_card.focus_url()
	elif event.is_action_pressed(&"demo_issue"):
		_certificates_tab.button_pressed = true
		_issue_card.focus_name()
	elif event.is_action_pressed(&"demo_run"):
		if not _run_again.disabled:
			_run_job()
	else:
		return
	get_viewport().set_input_as_handled()


## Runs the main job, then what [param arguments] ask for. Returns whether all steps were done. Must be
## awaited.
func run(arguments: Arguments) -> bool:
	await _run_job()
	if not arguments.bundle_path.is_empty():
		_trust.use_bundle(arguments.bundle_path)
	if arguments.endpoint != null:
		_server.suggest(arguments.endpoint.host, arguments.endpoint.port)
	if not arguments.url.is_empty():
		_fetch_tab.button_pressed = true
		_fetch_card.write(arguments.url)
		_fetch_card.fetch_now()
	elif arguments.endpoint != null or not arguments.screenshot_path.is_empty():
		_server.connect_now()
	return _failed == null


## Ends everything. Await it before the game quits.
func stop() -> void:
	await _job.cancel()


func _run_job() -> void:
	_run_again.disabled = true
	_trust.set_enabled(false)
	_live.clear(_job.slice_usec)
	await _job.run()


func _add_shortcuts() -> void:
	var hints: PackedStringArray = PackedStringArray()
	for shortcut: Array in [[&"demo_host", KEY_L, "host"], [&"demo_bundle", KEY_O, "bundle"],
			[&"demo_url", KEY_U, "fetch"], [&"demo_issue", KEY_I, "certificates"], [&"demo_run", KEY_R, "run again"]]:
		var key: InputEventKey = InputEventKey.new()
		key.command_or_control_autoremap = true
		key.keycode = shortcut[1]
		if not InputMap.has_action(shortcut[0]):
			InputMap.add_action(shortcut[0])
			InputMap.action_add_event(shortcut[0], key)
		hints.append("%s  %s" % [key.as_text(), shortcut[2]])
	hints.append("Enter  connect, fetch, issue")
	_keys.text = "      ".join(hints)


func _on_step_changed() -> void:
	var done: int = 0
	for step: Step in _job.steps:
		if step.state == Step.State.FAILED:
			_overall.text = "Failed at step %d" % (done + 1)
			return
		done += int(step.state == Step.State.DONE)
	var all: int = _job.steps.size()
	_overall.text = "All %d steps done" % all if done == all else "Step %d of %d" % [done + 1, all]


func _on_pages_served() -> void:
	_fetch_card.suggest(_job.fetches.get_url(PageConnection.SLOW))


func _on_job_connected() -> void:
	_live.show_connection(_job.client.stream)


func _on_job_finished(failed: Step) -> void:
	_failed = failed
	_run_again.disabled = false
	_trust.set_enabled(true)
	_trust.show_store()
	if failed == null:
		_server.suggest(MainJob.SERVER_NAME, _job.get_port())


## Scrolls a small window to the result, once the card has grown to its new size.
func _on_result_shown(card: Control, scroll: ScrollContainer) -> void:
	await get_tree().process_frame
	scroll.ensure_control_visible(card)


func _on_viewport_size_changed() -> void:
	_grid.columns = 2 if get_viewport_rect().size.x >= TWO_COLUMNS_WIDTH else 1

extends Control
## The start of the demo: reads the command line and opens the window, or prints the same steps if
## there is no window.
##
## This script names no class of the addon, so that it can report a missing library. The scripts that
## do are loaded once the classes exist.

const Arguments := preload("res://demo/arguments.gd")

const LIBRARY_CLASS: StringName = &"RustlsStreamPeerTLS"
const MISSING_LIBRARY: String = \
		"The addon's library is not built or not loaded. Run: cargo xtask build"

const DASHBOARD: String = "res://demo/view/dashboard.tscn"
const MISSING_LIBRARY_VIEW: String = "res://demo/view/missing_library.tscn"
const TERMINAL: String = "res://demo/terminal.gd"

## Seconds of live data that a screenshot shows.
const SCREENSHOT_SECONDS: float = 14.0

## The window size that the font sizes are made for. They scale a little with the window.
const NORMAL_SIZE: Vector2 = Vector2(1280.0, 720.0)
const SMALLEST_WINDOW: Vector2i = Vector2i(780, 420)
const SMALLEST_SCALE: float = 0.9
const LARGEST_SCALE: float = 2.0

var _arguments: Arguments = Arguments.new()


func _ready() -> void:
	_arguments.read(OS.get_cmdline_user_args())
	var has_window: bool = DisplayServer.get_name() != "headless"
	if not _arguments.problem.is_empty():
		printerr(_arguments.problem)
		get_tree().quit(1)
	elif not ClassDB.class_exists(LIBRARY_CLASS):
		_tell_missing_library(has_window)
	elif has_window:
		_fit_to_window()
		_open_window()
	else:
		_run_in_terminal()


func _run_in_terminal() -> void:
	var script: GDScript = load(TERMINAL)
	var terminal: Node = script.new()
	add_child(terminal)
	var exit_code: int = await terminal.call(&"run", _arguments)
	get_tree().quit(exit_code)


func _open_window() -> void:
	var scene: PackedScene = load(DASHBOARD)
	var dashboard: Control = scene.instantiate()
	add_child(dashboard)
	get_tree().auto_accept_quit = false
	get_window().close_requested.connect(_on_window_close_requested.bind(dashboard))
	var run_well: bool = await dashboard.call(&"run", _arguments)
	if _arguments.screenshot_path.is_empty():
		return
	await get_tree().create_timer(SCREENSHOT_SECONDS).timeout
	var saved: bool = await _save_screenshot()
	get_tree().quit(0 if run_well and saved else 1)


func _tell_missing_library(has_window: bool) -> void:
	printerr(MISSING_LIBRARY)
	if not has_window:
		get_tree().quit(1)
		return
	_fit_to_window()
	var scene: PackedScene = load(MISSING_LIBRARY_VIEW)
	add_child(scene.instantiate())
	if not _arguments.screenshot_path.is_empty():
		await _save_screenshot()
		get_tree().quit(1)


func _fit_to_window() -> void:
	var window: Window = get_window()
	window.min_size = SMALLEST_WINDOW
	window.size_changed.connect(_on_window_size_changed)
	_on_window_size_changed()


## Saves a picture of the window.
func _save_screenshot() -> bool:
	await RenderingServer.frame_post_draw
	var image: Image = get_viewport().get_texture().get_image()
	var error: Error = image.save_png(_arguments.screenshot_path)
	if error != OK:
		printerr("saving %s: %s" % [_arguments.screenshot_path, error_string(error)])
	return error == OK


func _on_window_close_requested(dashboard: Control) -> void:
	await dashboard.call(&"stop")
	get_tree().quit()


func _on_window_size_changed() -> void:
	var window: Window = get_window()
	var ratio: Vector2 = Vector2(window.size) / NORMAL_SIZE
	window.content_scale_factor = clampf(
			minf(ratio.x, ratio.y), SMALLEST_SCALE, LARGEST_SCALE)

extends Node
## The HTTP measures: the engine's node and the addon's against one nginx, at 60 frames a second and as many as go.


const Measure := preload("res://measures/measure.gd")
const Figure := preload("res://measures/figure.gd")
const HttpClient := preload("res://http/http_client.gd")
const HttpLoad := preload("res://http/http_load.gd")
const FrameClock := preload("res://http/frame_clock.gd")
const Silence := preload("res://http/silence.gd")
const Site := preload("res://http/site.gd")

const CLIENTS: Array[String] = ["res://http/engine_client.gd", "res://http/rustls_client.gd"]
## By what the report calls them.
const FRAME_RATES: Dictionary = {"60 fps": 60, "uncapped": 0}
## The engine answers ten of them a second.
const ONE_BY_ONE := 50
const AT_ONCE := 200
const WAITING := "50 requests wait 3 s for a silent server: CPU"

## In the order of the report, by name.
var _figures: Dictionary = {}

var _port: int
var _folder: String
var _trusted: X509Certificate = X509Certificate.new()
var _clock: FrameClock = FrameClock.new()
var _silence: Silence = Silence.new()
var _download: HttpLoad
var _loads: Array[HttpLoad] = []


func _init(port: int, folder: String) -> void:
	_port = port
	_folder = folder
	_trusted.load(folder.path_join(Site.CERTIFICATE))
	var small: String = _url(Site.SMALL)
	_download = HttpLoad.new("16 MiB download", _url(Site.LARGE), Site.LARGE_SIZE, 1, false)
	_loads = [
		_download,
		HttpLoad.new("%d requests one by one" % ONE_BY_ONE, small, Site.SMALL_SIZE, ONE_BY_ONE, false),
		HttpLoad.new("%d requests at once" % AT_ONCE, small, Site.SMALL_SIZE, AT_ONCE, true),
	]
	add_child(_clock)
	add_child(_silence)


## Takes all samples; false when one could not be taken.
func take(rounds: int) -> bool:
	# A headless game sleeps between frames even when it may draw as many as go.
	OS.low_processor_usage_mode_sleep_usec = 1
	for round: int in rounds + 1:
		for rate: String in FRAME_RATES:
			Engine.max_fps = FRAME_RATES[rate]
			if not await _take_round(round, rate):
				return false
		Engine.max_fps = 60
		if not await _take_waiting(round):
			return false
		# The first one pays for what is done once, and is forgotten.
		if round == 0:
			_figures.clear()
		else:
			print("round %d of %d: HTTP" % [round, rounds])
	Engine.max_fps = 0
	return true


func figures() -> Array[Measure]:
	var all: Array[Measure] = []
	all.assign(_figures.values())
	return all


func _take_round(round: int, rate: String) -> bool:
	var curl: float = _curl_seconds()
	for work: HttpLoad in _loads:
		for turn: int in CLIENTS.size():
			var client: HttpClient = _client((round + turn) % CLIENTS.size(), work.breadth())
			var took: Dictionary = await work.run(client, _clock)
			if took.is_empty():
				printerr("%s, %s could not be measured over %s." % [work.title, rate, client.label()])
				return false
			_keep(work, rate, client.label(), took, curl)
			client.queue_free()
			await get_tree().process_frame
	return true


func _keep(work: HttpLoad, rate: String, label: String, took: Dictionary, curl: float) -> void:
	var title: String = "%s, %s" % [work.title, rate]
	if work == _download:
		_figure(title, "ms").add(label, took["seconds"] * 1e3)
		_figure(title + ": against curl", "times").add(label, took["seconds"] / curl)
	else:
		_figure(title, "requests/s", true).add(label, work.count / took["seconds"])
	_figure(title + ": frames lost", "frames").add(label, took["lost"])
	_figure(title + ": main thread, worst frame", "ms").add(label, took["worst"])
	if work.breadth() > 1:
		_figure(title + ": the calls that begin them", "ms").add(label, took["asking"])
	_figure(title + ": CPU", "s").add(label, took["processor"])


## What the frames alone cost is taken off.
func _take_waiting(round: int) -> bool:
	var frames_alone: float = await _silence.sample(null)
	for turn: int in CLIENTS.size():
		var client: HttpClient = _client((round + turn) % CLIENTS.size(), Silence.REQUESTS)
		var spent: float = await _silence.sample(client)
		if is_nan(spent) and not is_nan(frames_alone):
			printerr("Not all requests of %s reached the silent server." % client.label())
			return false
		_figure(WAITING, "s").add(client.label(), maxf(spent - frames_alone, 0.0))
		client.queue_free()
		await get_tree().process_frame
	return true


func _figure(title: String, unit: String, larger_is_better: bool = false) -> Figure:
	if not _figures.has(title):
		_figures[title] = Figure.new(title, unit, larger_is_better)
		_figures[title].group = "HTTP"
	return _figures[title]


func _client(index: int, breadth: int) -> HttpClient:
	var client: HttpClient = (load(CLIENTS[index]) as GDScript).new()
	add_child(client)
	client.prepare(breadth, _trusted)
	return client


## The time that curl takes for the download; not a number when it is not installed.
func _curl_seconds() -> float:
	var output: Array = []
	var code: int = OS.execute("curl", [
		"--silent", "--show-error", "--output", "/dev/null", "--write-out", "%{time_total}",
		"--cacert", _folder.path_join(Site.CERTIFICATE), "--resolve", "%s:%d:127.0.0.1" % [Site.NAME, _port],
		"https://%s:%d/%s" % [Site.NAME, _port, Site.LARGE],
	], output)
	return (output[0] as String).to_float() if code == 0 else NAN


func _url(file: String) -> String:
	return "https://127.0.0.1:%d/%s" % [_port, file]

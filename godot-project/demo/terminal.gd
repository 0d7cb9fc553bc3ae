extends Node
## The demo without a window: the same steps, one line each.

const Arguments := preload("res://demo/arguments.gd")
const Endpoint := preload("res://demo/tls_echo/endpoint.gd")
const MainJob := preload("res://demo/tls_echo/main_job.gd")
const ServerProbe := preload("res://demo/tls_echo/server_probe.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const Trust := preload("res://demo/tls_echo/trust.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## Longer than in a window, where frames have to be drawn.
const SLICE_USEC: int = 20_000

var _failed: Step = null


## Runs what [param arguments] ask for and returns the exit code. Must be awaited.
func run(arguments: Arguments) -> int:
	if not arguments.screenshot_path.is_empty():
		printerr("--screenshot needs a window: start without --headless")
		return 1
	if not arguments.bundle_path.is_empty() and not _use_bundle(arguments.bundle_path):
		return 1
	if arguments.endpoint != null:
		return await _probe(arguments.endpoint)
	if not arguments.url.is_empty():
		return await _fetch(arguments.url)
	return await _do_main_job()


func _use_bundle(path: String) -> bool:
	# The loop below prints the same messages.
	Engine.print_error_messages = false
	var error: Error = Trust.set_override(path)
	Engine.print_error_messages = true
	for problem: String in RustlsTrustStore.get_problems():
		printerr(problem)
	return error == OK


func _probe(endpoint: Endpoint) -> int:
	print("trust: %s" % Trust.summary())
	var probe: ServerProbe = ServerProbe.new()
	Engine.print_error_messages = false
	probe.start(endpoint)
	while probe.poll():
		await get_tree().process_frame
	Engine.print_error_messages = true
	print("%s %s" % [_mark(probe.succeeded), probe.headline])
	print("     %s" % probe.words)
	return 0 if probe.succeeded else 1


func _fetch(url: String) -> int:
	print("trust: %s" % Trust.summary())
	var http: RustlsHTTPRequest = RustlsHTTPRequest.new()
	add_child(http)
	var response: RustlsHTTPResponse = await http.fetch(url).completed
	if not response.error.is_empty():
		print("%s %s" % [_mark(false),
				Words.constant_name(&"RustlsHTTPRequest", "RESULT_", response.result)])
		print("     %s" % response.error)
		return 1
	print("%s HTTP %d, %s, %s %s" % [_mark(response.is_ok()), response.response_code,
			Words.size(response.body.size()), response.http_version, response.tls_version])
	for line: String in response.headers:
		print("     %s" % line)
	return 0 if response.is_ok() else 1


func _do_main_job() -> int:
	var job: MainJob = MainJob.new()
	job.slice_usec = SLICE_USEC
	job.finished.connect(_on_job_finished)
	for step: Step in job.steps:
		step.changed.connect(_on_step_changed.bind(step))
	add_child(job)
	print("Rustls for Godot on Godot %s" % Engine.get_version_info().string)
	await job.run()
	job.queue_free()
	if _failed != null:
		print("failed: %s" % _failed.title)
		return 1
	print("all %d steps done" % job.steps.size())
	return 0


func _mark(succeeded: bool) -> String:
	return "ok  " if succeeded else "FAIL"


func _on_job_finished(failed: Step) -> void:
	_failed = failed


func _on_step_changed(step: Step) -> void:
	if step.state != Step.State.DONE and step.state != Step.State.FAILED:
		return
	print("%s %s: %s (%s)" % [
			_mark(step.state == Step.State.DONE), step.title, step.words,
			Words.duration(step.duration_usec)])

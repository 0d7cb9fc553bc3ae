extends Node
## The main job of the demo, for the window and for the terminal: a certificate authority (CA), an echo
## server with a certificate issued by it, a client that trusts the CA, traffic between them, and pages
## over HTTPS. It has no user interface.

## Emitted when the client that trusts the CA is connected.
signal connected

## Emitted several times a second while there is traffic.
signal measured(sample: EchoMeter.Sample)

## Emitted with an error message when the traffic has stopped unexpectedly.
signal traffic_stopped(reason: String)

## Emitted when all steps are done, with null, or when a step failed, with that step.
signal finished(failed: Step)

const CertificateSteps := preload("res://demo/certificates/certificate_steps.gd")
const EchoClient := preload("res://demo/tls_echo/echo_client.gd")
const EchoMeter := preload("res://demo/tls_echo/echo_meter.gd")
const EchoServer := preload("res://demo/tls_echo/echo_server.gd")
const FetchSteps := preload("res://demo/https/fetch_steps.gd")
const Identity := preload("res://demo/certificates/identity.gd")
const IdentityFiles := preload("res://demo/certificates/identity_files.gd")
const ServerProbe := preload("res://demo/tls_echo/server_probe.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const Trust := preload("res://demo/tls_echo/trust.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## The server name that clients ask for.
const SERVER_NAME: String = CertificateSteps.SERVER_NAMES[0]

## The common name of the client certificate.
const PLAYER_NAME: String = "Player One"

const EXACT_BYTES: int = 1024 * 1024
const NETWORK_SECONDS: float = 10.0
const MEASURE_SECONDS: float = 1.0
const SAMPLE_SECONDS: float = 0.1

## The certificate authority and the certificates that it issued.
var certificates: CertificateSteps = CertificateSteps.new()

## The page server and the requests to it.
var fetches: FetchSteps = FetchSteps.new(certificates.authority, _until)

## The steps, in order.
var steps: Array[Step] = [
	Step.new("Create a certificate authority", certificates.make_authority),
	Step.new("Issue a certificate for the server", certificates.issue_for_server),
	Step.new("Inspect the certificate", certificates.look_inside),
	Step.new("Save the certificate and the key", certificates.save),
	Step.new("Start a TLS echo server", _start_server),
	Step.new("Refuse an unknown certificate", _refuse_unknown),
	Step.new("Trust the CA and connect", _connect_trusting),
	Step.new("Echo 1 MiB, byte for byte", _echo_exactly),
	Step.new("Measure for one second", _measure),
	Step.new("Identify a client by its certificate", _recognise_client),
	Step.new("Fetch a page over HTTPS", fetches.fetch_page),
	Step.new("Cancel a download, fail a request", fetches.cancel_and_refuse),
	Step.new("Trust the CA through a bundle", _trust_bundle),
	Step.new("Restore the default trusted roots", _restore_trust),
]

## The connection that carries the traffic; null if there is none.
var client: EchoClient = null

## Microseconds of each frame that the traffic may take.
var slice_usec: int = 6000

var _running: bool = false
var _cancelled: bool = false
var _server: EchoServer = null
var _meter: EchoMeter = null
var _flowing: bool = false
var _since_sample: float = 0.0
var _first_override: String = ""
var _override_changed: bool = false


func _init() -> void:
	add_child(fetches)


func _process(delta: float) -> void:
	if _server != null:
		_server.poll()
	if not _flowing:
		return
	var half_usec: int = roundi(slice_usec / 2.0)
	_meter.measure_round_trips(half_usec)
	_meter.measure_throughput(half_usec)
	_since_sample += delta
	if not _meter.problem.is_empty():
		_flowing = false
		traffic_stopped.emit(_meter.problem)
	elif _since_sample >= SAMPLE_SECONDS:
		_since_sample = 0.0
		measured.emit(_meter.take_sample())


func _exit_tree() -> void:
	stop()


## Runs all steps from the start. Await it, or [signal finished].
func run() -> void:
	_running = true
	stop()
	for step: Step in steps:
		step.reset()
	var failed: Step = null
	for step: Step in steps:
		await step.run()
		if step.state == Step.State.FAILED:
			failed = step
			_give_trust_back()
			break
	_running = false
	finished.emit(failed)


## Cancels the running steps and ends everything. Await it before the game quits: the engine reports a
## coroutine that still waits as leaked.
func cancel() -> void:
	_cancelled = true
	while _running:
		await get_tree().process_frame
	stop()


## Ends the traffic and the servers.
func stop() -> void:
	_flowing = false
	_give_trust_back()
	if client != null:
		client.stop()
	if _server != null:
		_server.stop()
	fetches.stop()
	client = null
	_server = null
	_meter = null


## Returns the port of the echo server; 0 if there is none.
func get_port() -> int:
	return _server.get_port() if _server != null else 0


func _start_server(step: Step) -> void:
	_server = EchoServer.new()
	var problem: String = _server.start(
			IdentityFiles.key_path(CertificateSteps.SERVER_FILE),
			IdentityFiles.certificate_path(CertificateSteps.SERVER_FILE))
	if not problem.is_empty():
		step.fail(problem)
		return
	step.finish("with these files, on %s, port %d" % [EchoServer.ADDRESS, _server.get_port()])


func _refuse_unknown(step: Step) -> void:
	var stranger: EchoClient = await _open_stranger()
	var cause: int = stranger.stream.get_last_error_code()
	if stranger.is_open():
		step.fail("a client that does not trust the CA has connected")
	elif cause != RustlsStreamPeerTLS.CAUSE_UNTRUSTED_ISSUER:
		step.fail("refused, but with the cause %s: %s" % [
				ServerProbe.cause_name(cause), stranger.get_problem()])
	else:
		step.finish(stranger.get_problem())


func _connect_trusting(step: Step) -> void:
	client = await _open(RustlsTLSOptions.client(_get_authority_certificate()))
	if not client.is_open():
		step.fail(client.get_problem())
		return
	_meter = EchoMeter.new(client, _server)
	connected.emit()
	step.finish("%s in %s" % [
			client.stream.get_protocol_version(), Words.duration(client.handshake_usec)])


func _echo_exactly(step: Step) -> void:
	_meter.begin_exact(Crypto.new().generate_random_bytes(EXACT_BYTES))
	if not await _until(_meter.go_on_exact.bind(slice_usec), NETWORK_SECONDS):
		step.fail("not finished after %d s" % int(NETWORK_SECONDS))
	elif not _meter.problem.is_empty():
		step.fail(_meter.problem)
	else:
		step.finish("%s bytes came back unchanged" % Words.grouped(EXACT_BYTES))


func _measure(step: Step) -> void:
	var samples: Array[EchoMeter.Sample] = []
	var collect: Callable = func(sample: EchoMeter.Sample) -> void: samples.append(sample)
	measured.connect(collect)
	_flowing = true
	await _until(func() -> bool: return not _flowing, MEASURE_SECONDS)
	measured.disconnect(collect)
	if not _flowing:
		step.fail(_meter.problem)
	elif samples.is_empty():
		step.fail("nothing was measured")
	else:
		step.finish(_describe(samples))


## Both sides present a certificate (mutual TLS). Clients without one are still accepted: the other
## connections continue.
func _recognise_client(step: Step) -> void:
	var player: Identity = certificates.issue(PLAYER_NAME, [])
	if player == null:
		step.fail(certificates.authority.problem)
		return
	var options: RustlsTLSOptions = RustlsTLSOptions.client(_get_authority_certificate())
	var error: Error = _server.ask_clients(_get_authority_certificate())
	if error == OK:
		error = options.set_identity(player.key, player.certificate)
	if error != OK:
		step.fail("client certificates: %s" % error_string(error))
		return
	var second: EchoClient = await _open(options)
	var is_known: Callable = func() -> bool: return PLAYER_NAME in _server.get_client_names()
	if not second.is_open():
		step.fail(second.get_problem())
	elif not await _until(is_known, NETWORK_SECONDS):
		step.fail("the server received no client certificate")
	else:
		step.finish("the server identified \"%s\"" % PLAYER_NAME)
	second.stop()


func _trust_bundle(step: Step) -> void:
	_first_override = Trust.get_override()
	_override_changed = true
	var error: Error = Trust.set_override(
			IdentityFiles.certificate_path(CertificateSteps.AUTHORITY_FILE))
	if error != OK:
		step.fail("%s: %s" % [error_string(error), ", ".join(RustlsTrustStore.get_problems())])
		return
	var second: EchoClient = await _open(null)
	if second.is_open():
		step.finish("%s; connected without options" % Trust.summary())
	else:
		step.fail("%s; %s" % [Trust.summary(), second.get_problem()])
	second.stop()


func _restore_trust(step: Step) -> void:
	var error: Error = _give_trust_back()
	if error != OK:
		step.fail("%s: %s" % [error_string(error), ", ".join(RustlsTrustStore.get_problems())])
		return
	var stranger: EchoClient = await _open_stranger()
	if stranger.is_open():
		step.fail("%s; the bundle is still trusted" % Trust.summary())
	else:
		step.finish("%s; the certificate is unknown again" % Trust.summary())


func _get_authority_certificate() -> X509Certificate:
	return certificates.authority.identity.certificate


## Returns a client of the echo server, connected or refused.
func _open(options: RustlsTLSOptions) -> EchoClient:
	var opened: EchoClient = EchoClient.new()
	opened.start(EchoServer.ADDRESS, _server.get_port(), SERVER_NAME, options)
	var is_settled: Callable = func() -> bool:
		opened.poll()
		return opened.is_settled()
	await _until(is_settled, NETWORK_SECONDS)
	return opened


## Returns a client with the default trusted roots. The caller expects a refusal, so the errors of the
## client and the server are not printed.
func _open_stranger() -> EchoClient:
	Engine.print_error_messages = false
	var refusals: int = _server.get_refusal_count()
	var stranger: EchoClient = await _open(null)
	var server_noticed: Callable = func() -> bool:
		return stranger.is_open() or _server.get_refusal_count() > refusals
	await _until(server_noticed, NETWORK_SECONDS)
	Engine.print_error_messages = true
	return stranger


## Waits, frame by frame, until [param condition] is true. Returns false after [param seconds], or if
## the job was cancelled.
func _until(condition: Callable, seconds: float) -> bool:
	var deadline_msec: int = Time.get_ticks_msec() + int(seconds * 1000.0)
	while not condition.call():
		if _cancelled or Time.get_ticks_msec() > deadline_msec:
			return false
		await get_tree().process_frame
	return true


func _give_trust_back() -> Error:
	if not _override_changed:
		return OK
	_override_changed = false
	return Trust.set_override(_first_override)


static func _describe(samples: Array[EchoMeter.Sample]) -> String:
	var round_trips: float = 0.0
	var latency: float = 0.0
	var throughput: float = 0.0
	for sample: EchoMeter.Sample in samples:
		round_trips += sample.round_trips_per_second / samples.size()
		latency += sample.median_usec / samples.size()
		throughput += sample.bytes_per_second / samples.size()
	return "%s round trips per second (%s each), %s MB/s" % [
			Words.grouped(roundi(round_trips)), Words.duration(latency),
			Words.megabytes(throughput)]

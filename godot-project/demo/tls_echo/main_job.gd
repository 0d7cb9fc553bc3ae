extends Node
## The demo's main job, for the window and for the terminal alike: an authority, an echo server with
## a certificate from it, a client that trusts it, traffic between them, and pages over HTTPS. It shows
## nothing itself.

## Emitted when the client that trusts the server's certificate stands.
signal connected

## Emitted several times a second while there is traffic.
signal measured(sample: EchoMeter.Sample)

## Emitted when traffic that should go on has stopped, with the reason.
signal traffic_stopped(reason: String)

## Emitted when all steps are done, or when one failed: that step, else null.
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

## The name under which clients connect to the server.
const SERVER_NAME: String = CertificateSteps.SERVER_NAMES[0]

## The name on the certificate of a client that shows one.
const PLAYER_NAME: String = "Player One"

const EXACT_BYTES: int = 1024 * 1024
const NETWORK_SECONDS: float = 10.0
const MEASURE_SECONDS: float = 1.0
const SAMPLE_SECONDS: float = 0.1

## The authority and what it issued.
var certificates: CertificateSteps = CertificateSteps.new()

## The page server and what is fetched from it.
var fetches: FetchSteps = FetchSteps.new(certificates.authority, _until)

## The steps, in their order.
var steps: Array[Step] = [
	Step.new("Make a development authority", certificates.make_authority),
	Step.new("Issue a certificate for the server", certificates.issue_for_server),
	Step.new("Look inside the certificate", certificates.look_inside),
	Step.new("Save it, with the key apart", certificates.save),
	Step.new("Start a TLS echo server", _start_server),
	Step.new("Refuse its unknown certificate", _refuse_unknown),
	Step.new("Trust its authority and connect", _connect_trusting),
	Step.new("Echo 1 MiB, byte for byte", _echo_exactly),
	Step.new("Measure for a second", _measure),
	Step.new("Recognise a client by its certificate", _recognise_client),
	Step.new("Fetch a page over HTTPS", fetches.fetch_page),
	Step.new("Cancel a download, read a refusal", fetches.cancel_and_refuse),
	Step.new("Trust it through a bundle instead", _trust_bundle),
	Step.new("Go back to the default trust", _restore_trust),
]

## The connection that carries the traffic; null before there is one.
var client: EchoClient = null

## How much of each frame the traffic may take, in microseconds.
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


## Does all steps, from the start; await it, or [signal finished].
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


## Gives up the steps under way and ends everything; await it before the game quits: what still
## waited then would be reported as leaked.
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


## The port of the echo server; 0 while there is none.
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
	step.finish("from these files, on %s, port %d" % [EchoServer.ADDRESS, _server.get_port()])


func _refuse_unknown(step: Step) -> void:
	var stranger: EchoClient = await _open_stranger()
	var cause: int = stranger.stream.get_last_error_code()
	if stranger.is_open():
		step.fail("a client that trusts nobody new has connected")
	elif cause != RustlsStreamPeerTLS.CAUSE_UNTRUSTED_ISSUER:
		step.fail("refused, but with %s: %s" % [
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
		step.fail("no end after %d s" % int(NETWORK_SECONDS))
	elif not _meter.problem.is_empty():
		step.fail(_meter.problem)
	else:
		step.finish("%s bytes came back as they were sent" % Words.grouped(EXACT_BYTES))


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


## Both sides have a certificate then (mutual TLS). Clients without one are let in still: the others go on.
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
		step.fail("the server does not know who came")
	else:
		step.finish("the server knows who came: \"%s\"" % PLAYER_NAME)
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
		step.fail("%s; the bundle is trusted still" % Trust.summary())
	else:
		step.finish("%s; the certificate is unknown again" % Trust.summary())


func _get_authority_certificate() -> X509Certificate:
	return certificates.authority.identity.certificate


## A client of the echo server, connected or refused.
func _open(options: RustlsTLSOptions) -> EchoClient:
	var opened: EchoClient = EchoClient.new()
	opened.start(EchoServer.ADDRESS, _server.get_port(), SERVER_NAME, options)
	var is_settled: Callable = func() -> bool:
		opened.poll()
		return opened.is_settled()
	await _until(is_settled, NETWORK_SECONDS)
	return opened


## A client that nobody told about the server's certificate. That it is refused is what the caller
## wants, so client and server print no errors about it.
func _open_stranger() -> EchoClient:
	Engine.print_error_messages = false
	var refusals: int = _server.get_refusal_count()
	var stranger: EchoClient = await _open(null)
	var server_noticed: Callable = func() -> bool:
		return stranger.is_open() or _server.get_refusal_count() > refusals
	await _until(server_noticed, NETWORK_SECONDS)
	Engine.print_error_messages = true
	return stranger


## Waits, frame by frame, until [param condition] holds; false when it did not in time, or when the
## job was cancelled.
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
	return "%s round trips a second (%s each), %s MB/s" % [
			Words.grouped(roundi(round_trips)), Words.duration(latency),
			Words.megabytes(throughput)]

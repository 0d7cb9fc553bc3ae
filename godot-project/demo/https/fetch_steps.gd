extends Node
## The steps of the main job over HTTPS: a page server, a page fetched from it, a download that is
## cancelled, and a request that fails because the server is not trusted.

## Emitted when the page server is listening.
signal served

const Authority := preload("res://demo/certificates/authority.gd")
const CertificateSteps := preload("res://demo/certificates/certificate_steps.gd")
const IdentityFiles := preload("res://demo/certificates/identity_files.gd")
const PageConnection := preload("res://demo/https/page_connection.gd")
const PageServer := preload("res://demo/https/page_server.gd")
const Step := preload("res://demo/tls_echo/step.gd")
const Words := preload("res://demo/tls_echo/words.gd")

const PATIENCE_SECONDS: float = 10.0

var _authority: Authority
var _until: Callable
var _http: RustlsHTTPRequest = RustlsHTTPRequest.new()
var _server: PageServer = null


## [param authority] issued the server's certificate. [param until] is a function that waits for a
## condition, at most for a number of seconds.
func _init(authority: Authority, until: Callable) -> void:
	_authority = authority
	_until = until
	add_child(_http)


func _process(_delta: float) -> void:
	if _server != null:
		_server.poll()


## Stops the server.
func stop() -> void:
	if _server != null:
		_server.stop()
	_server = null


## Returns the URL of the page [param path]; empty if there is no server.
func get_url(path: String) -> String:
	return _server.get_url(CertificateSteps.SERVER_NAMES[0], path) if _server != null else ""


func fetch_page(step: Step) -> void:
	_server = PageServer.new()
	var problem: String = _server.start(
			IdentityFiles.key_path(CertificateSteps.SERVER_FILE),
			IdentityFiles.certificate_path(CertificateSteps.SERVER_FILE))
	if not problem.is_empty():
		step.fail(problem)
		return
	served.emit()
	_http.tls_options = RustlsTLSOptions.client(_authority.identity.certificate)
	# Through a redirect.
	var response: RustlsHTTPResponse = _http.fetch(get_url(PageConnection.MOVED))
	await _end(response)
	if not response.is_ok():
		step.fail(_describe_failure(response))
	elif response.get_text() != PageConnection.HOME_PAGE:
		step.fail("received another page: %s" % response.get_text().left(80))
	else:
		step.finish("%s from \"%s\", %s over %s" % [
				Words.size(response.body.size()), response.get_peer_certificates()[0].common_name,
				response.http_version, response.tls_version])


func cancel_and_refuse(step: Step) -> void:
	var download: RustlsHTTPResponse = _http.fetch(get_url(PageConnection.SLOW))
	var has_begun: Callable = func() -> bool:
		return download.get_downloaded_bytes() > 0 or download.is_completed()
	await _until.call(has_begun, PATIENCE_SECONDS)
	var was_running: bool = not download.is_completed()
	download.cancel()
	await _end(download)
	if not was_running or download.result != RustlsHTTPRequest.RESULT_REQUEST_FAILED:
		step.fail("the download could not be cancelled: %s" % _describe_failure(download))
		return
	var refused: RustlsHTTPResponse = await _fetch_as_stranger()
	if refused.result != RustlsHTTPRequest.RESULT_TLS_HANDSHAKE_ERROR:
		step.fail("a client that does not trust the CA: %s" % _describe_failure(refused))
		return
	step.finish("stopped at %s of %s; without trusting the CA: %s" % [
			Words.size(download.get_downloaded_bytes()), Words.size(download.get_body_size()),
			refused.error])


## Fetches with the default trusted roots. The caller expects the failure, so the server's error is
## not printed.
func _fetch_as_stranger() -> RustlsHTTPResponse:
	Engine.print_error_messages = false
	var refusals: int = _server.get_refusal_count()
	_http.tls_options = null
	var response: RustlsHTTPResponse = _http.fetch(get_url(PageConnection.HOME))
	await _end(response)
	var server_noticed: Callable = func() -> bool:
		return response.is_ok() or _server.get_refusal_count() > refusals
	await _until.call(server_noticed, PATIENCE_SECONDS)
	Engine.print_error_messages = true
	return response


## Waits until the request has ended, successfully or not.
func _end(response: RustlsHTTPResponse) -> void:
	if not await _until.call(response.is_completed, PATIENCE_SECONDS):
		response.cancel()
		while not response.is_completed():
			await get_tree().process_frame


static func _describe_failure(response: RustlsHTTPResponse) -> String:
	if not response.error.is_empty():
		return response.error
	return "the server answered %d" % response.response_code

extends PanelContainer
## The response of a server: its certificate, its headers, and the start of its text.

const FactsGrid := preload("res://demo/view/facts_grid.gd")
const Words := preload("res://demo/tls_echo/words.gd")

const HINT: String = "Fetch a URL to see the response of the server."

## The number of characters of a text that are shown.
const TEXT_SHOWN: int = 600

@onready var _facts: FactsGrid = %Facts


func _ready() -> void:
	_facts.add("Response", HINT)


func show_response(response: RustlsHTTPResponse) -> void:
	_facts.clear()
	if response.response_code == 0:
		_facts.add("Response", "No response was received.")
		return
	_facts.add("From", response.url)
	if response.redirects > 0:
		_facts.add("Redirects", str(response.redirects))
	_show_certificates(response.get_peer_certificates())
	_facts.add("Headers", "\n".join(response.headers))
	if _is_text(response):
		_facts.add("Body", response.get_text().left(TEXT_SHOWN))


func _show_certificates(certificates: Array[RustlsCertificateInfo]) -> void:
	if certificates.is_empty():
		return
	var info: RustlsCertificateInfo = certificates[0]
	_facts.add("Certificate", "%s, issued by %s" % [info.subject, info.issuer])
	_facts.add("Names", ", ".join(info.subject_alternative_names))
	_facts.add("Valid until", Words.moment(info.not_after))
	_facts.add("Public key", info.public_key_algorithm)
	_facts.add("SHA-256", info.sha256_fingerprint)
	if certificates.size() > 1:
		_facts.add("Sent with it", Words.counted(certificates.size() - 1, "certificate", "certificates"))


static func _is_text(response: RustlsHTTPResponse) -> bool:
	var type: String = response.get_header("Content-Type").to_lower()
	return type.begins_with("text/") or type.contains("json") or type.contains("xml")

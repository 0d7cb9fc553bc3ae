extends RefCounted
## A certificate authority (CA) for development. Whoever trusts the certificate of the CA trusts every
## certificate that it issues.

const Identity := preload("res://demo/certificates/identity.gd")

const NAME: String = "Rustls demo CA"
const ORGANISATION: String = "Rustls for Godot"
const AUTHORITY_DAYS: int = 365
const CERTIFICATE_DAYS: int = 90
const SECONDS_PER_DAY: int = 86_400

## The key and the certificate of the CA; null before [method make].
var identity: Identity = null

## The error message of the last call; empty if it did not fail.
var problem: String = ""

var _crypto: RustlsCrypto = RustlsCrypto.new()


## Creates a new key and certificate. Returns false and sets [member problem] on failure.
func make() -> bool:
	identity = null
	var key: CryptoKey = _crypto.generate_ecdsa()
	if key != null:
		identity = _identity(key, _crypto.generate_certificate_authority(
				key, _subject(NAME), _days_from_now(-1), _days_from_now(AUTHORITY_DAYS)))
	problem = _crypto.get_last_error()
	return identity != null


## Issues a certificate for [param key] with the subject [param common_name] and the alternative names
## [param names]: DNS names and addresses of servers. Without names the certificate is for the common
## name, or for a client. Returns null and sets [member problem] on failure.
func issue(key: CryptoKey, common_name: String, names: PackedStringArray) -> Identity:
	if identity == null:
		problem = "there is no certificate authority yet: create it first"
		return null
	var issued: Identity = _identity(key, _crypto.issue_certificate(
			identity.key, identity.certificate, key, _subject(common_name), names,
			_days_from_now(-1), _days_from_now(CERTIFICATE_DAYS)))
	problem = _crypto.get_last_error()
	return issued


static func _identity(key: CryptoKey, certificate: X509Certificate) -> Identity:
	return Identity.new(key, certificate) if certificate != null else null


## A distinguished name, the organisation first. The text that a user entered becomes one value in it.
static func _subject(common_name: String) -> String:
	var escaped: String = common_name.replace("\\", "\\\\").replace(",", "\\,")
	if escaped.begins_with("#"):
		escaped = "\\" + escaped
	return "O=%s,CN=%s" % [ORGANISATION, escaped]


## A date in the format of [RustlsCrypto]. Certificates begin a day early, for clocks that are slow.
static func _days_from_now(days: int) -> String:
	var now: int = int(Time.get_unix_time_from_system())
	var date: Dictionary = Time.get_datetime_dict_from_unix_time(now + days * SECONDS_PER_DAY)
	return "%04d%02d%02d%02d%02d%02d" % [
			date.year, date.month, date.day, date.hour, date.minute, date.second]

extends RefCounted
## An authority for development: whoever trusts its certificate trusts every certificate that it issues.

const Identity := preload("res://demo/certificates/identity.gd")

const NAME: String = "Rustls demo authority"
const ORGANISATION: String = "Rustls for Godot"
const AUTHORITY_DAYS: int = 365
const CERTIFICATE_DAYS: int = 90
const SECONDS_PER_DAY: int = 86_400

## Its own key and certificate; null before [method make].
var identity: Identity = null

## Why the last call failed, in words; empty when it did not.
var problem: String = ""

var _crypto: RustlsCrypto = RustlsCrypto.new()


## Makes a new key and certificate; false when there is a [member problem].
func make() -> bool:
	identity = null
	var key: CryptoKey = _crypto.generate_ecdsa()
	if key != null:
		identity = _identity(key, _crypto.generate_certificate_authority(
				key, _subject(NAME), _days_from_now(-1), _days_from_now(AUTHORITY_DAYS)))
	problem = _crypto.get_last_error()
	return identity != null


## Issues a certificate for [param key], under [param common_name] and for the servers [param names]:
## DNS names and addresses. Without any it is for the common name, or for a client. Returns null
## when there is a [member problem].
func issue(key: CryptoKey, common_name: String, names: PackedStringArray) -> Identity:
	if identity == null:
		problem = "there is no authority yet: make one first"
		return null
	var issued: Identity = _identity(key, _crypto.issue_certificate(
			identity.key, identity.certificate, key, _subject(common_name), names,
			_days_from_now(-1), _days_from_now(CERTIFICATE_DAYS)))
	problem = _crypto.get_last_error()
	return issued


static func _identity(key: CryptoKey, certificate: X509Certificate) -> Identity:
	return Identity.new(key, certificate) if certificate != null else null


## A distinguished name, the largest part first. Whatever people write is one value in it.
static func _subject(common_name: String) -> String:
	var escaped: String = common_name.replace("\\", "\\\\").replace(",", "\\,")
	if escaped.begins_with("#"):
		escaped = "\\" + escaped
	return "O=%s,CN=%s" % [ORGANISATION, escaped]


## A date as certificates are asked for: a day before now allows for clocks that are behind.
static func _days_from_now(days: int) -> String:
	var now: int = int(Time.get_unix_time_from_system())
	var date: Dictionary = Time.get_datetime_dict_from_unix_time(now + days * SECONDS_PER_DAY)
	return "%04d%02d%02d%02d%02d%02d" % [
			date.year, date.month, date.day, date.hour, date.minute, date.second]

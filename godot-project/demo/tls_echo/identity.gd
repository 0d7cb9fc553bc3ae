extends RefCounted
## Makes a private key and a self-signed certificate for it, on a thread: an RSA key can take a
## second, and a window must not stand still for that.

const KEY_BITS: int = 2048
const SECONDS_PER_DAY: int = 86_400

## The key, once [method is_done].
var key: CryptoKey = null

## The certificate, once [method is_done].
var certificate: X509Certificate = null

var _thread: Thread = Thread.new()


func _notification(what: int) -> void:
	if what == NOTIFICATION_PREDELETE and _thread.is_started():
		_thread.wait_to_finish()


## Starts to make an identity for the server name [param common_name].
func start(common_name: String) -> Error:
	var now: int = int(Time.get_unix_time_from_system())
	return _thread.start(_make.bind(
			"CN=%s,O=Rustls for Godot,C=EU" % common_name,
			_certificate_time(now - SECONDS_PER_DAY),
			_certificate_time(now + 30 * SECONDS_PER_DAY)))


## True when the key and the certificate are there, or could not be made.
func is_done() -> bool:
	if _thread.is_started() and not _thread.is_alive():
		var made: Array = _thread.wait_to_finish()
		key = made[0]
		certificate = made[1]
	return not _thread.is_started()


static func _make(subject: String, not_before: String, not_after: String) -> Array:
	var crypto: Crypto = Crypto.new()
	var new_key: CryptoKey = crypto.generate_rsa(KEY_BITS)
	if new_key == null:
		return [null, null]
	return [new_key, crypto.generate_self_signed_certificate(new_key, subject, not_before, not_after)]


static func _certificate_time(unix_time: int) -> String:
	var date: Dictionary = Time.get_datetime_dict_from_unix_time(unix_time)
	return "%04d%02d%02d%02d%02d%02d" % [
			date.year, date.month, date.day, date.hour, date.minute, date.second]

extends RefCounted
## What the server of the HTTP measures serves, and with what: written before the server starts.


const NAME := "localhost"
const KEY_BITS := 2048
const CERTIFICATE := "certificate.pem"
const KEY := "key.pem"
const FILES := "files"
const LARGE := "large.bin"
const LARGE_SIZE := 16 * 1024 * 1024
const SMALL := "small.txt"
const SMALL_SIZE := 256


## Writes identity and files into a folder; false when one cannot be written.
static func make(folder: String) -> bool:
	var crypto: Crypto = Crypto.new()
	var key: CryptoKey = crypto.generate_rsa(KEY_BITS)
	var subject: String = "CN=%s,O=Bench,C=IT" % NAME
	var certificate: X509Certificate = crypto.generate_self_signed_certificate(key, subject)
	var files: String = folder.path_join(FILES)
	if DirAccess.make_dir_recursive_absolute(files) != OK:
		return false
	if key.save(folder.path_join(KEY)) != OK or certificate.save(folder.path_join(CERTIFICATE)) != OK:
		return false
	# Nobody could make it smaller on the way.
	return _write(files.path_join(LARGE), crypto.generate_random_bytes(LARGE_SIZE)) \
		and _write(files.path_join(SMALL), crypto.generate_random_bytes(SMALL_SIZE))


static func _write(path: String, content: PackedByteArray) -> bool:
	var file: FileAccess = FileAccess.open(path, FileAccess.WRITE)
	return file != null and file.store_buffer(content)

extends RefCounted
## Reads and combines the certificates and keys of [code]tests/fixtures[/code].


const FOLDER := "../fixtures/certs"
const KEY_FOLDER := "../fixtures/keys"

## The folder for the files of a run: one per process, because two runs share the project's user folder.
static var scratch: String = "user://scratch_%d" % OS.get_process_id()


## The absolute path of a fixture file.
static func path(file: String) -> String:
	return _absolute(FOLDER).path_join(file)


## The text of the certificate [param fixture].
static func pem(fixture: String) -> String:
	return FileAccess.get_file_as_string(path(fixture + ".crt"))


## The text of the private key of [param fixture].
static func key_pem(fixture: String) -> String:
	return FileAccess.get_file_as_string(path(fixture + ".key"))


## The text of a revocation list.
static func revocation_list(file: String) -> String:
	return FileAccess.get_file_as_string(path(file + ".crl"))


## The DER bytes of the certificate [param fixture].
static func der(fixture: String) -> PackedByteArray:
	var body: String = ""
	for line: String in pem(fixture).split("\n"):
		if not line.begins_with("-----"):
			body += line.strip_edges()
	return Marshalls.base64_to_raw(body)


## A PEM block around DER bytes.
static func armored(bytes: PackedByteArray) -> String:
	return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % Marshalls.raw_to_base64(bytes)


## Returns the certificate of [param fixture], loaded with [method @GDScript.load].
static func certificate(fixture: String) -> X509Certificate:
	var loaded: X509Certificate = X509Certificate.new()
	var error: int = loaded.load(path(fixture + ".crt"))
	assert(error == OK, "fixture %s does not load" % fixture)
	return loaded


## The private key of [param fixture].
static func key(fixture: String) -> CryptoKey:
	var loaded: CryptoKey = CryptoKey.new()
	var error: int = loaded.load(path(fixture + ".key"))
	assert(error == OK, "key of fixture %s does not load" % fixture)
	return loaded


## The text of a key without a certificate.
static func lone_key_pem(fixture: String) -> String:
	return FileAccess.get_file_as_string(_absolute(KEY_FOLDER).path_join(fixture + ".key"))


## A key without a certificate.
static func lone_key(fixture: String) -> CryptoKey:
	var loaded: CryptoKey = CryptoKey.new()
	var error: int = loaded.load_from_string(lone_key_pem(fixture))
	assert(error == OK, "key %s does not load" % fixture)
	return loaded


## A signature of the keys' folder.
static func signature(fixture: String) -> PackedByteArray:
	return FileAccess.get_file_as_bytes(_absolute(KEY_FOLDER).path_join(fixture + ".sig"))


## The public half of a key.
static func public_half(key_pair: CryptoKey) -> CryptoKey:
	var loaded: CryptoKey = CryptoKey.new()
	var error: int = loaded.load_from_string(key_pair.save_to_string(true), true)
	assert(error == OK, "the public half of a key does not load")
	return loaded


## The texts of several certificates, one after the other.
static func joined_pem(fixtures: PackedStringArray) -> String:
	var text: String = ""
	for fixture: String in fixtures:
		text += pem(fixture)
	return text


## Returns several certificates as one resource with a file: the engine returns a chain in no other case.
static func chain(fixtures: PackedStringArray) -> X509Certificate:
	var file: String = write_scratch("_".join(fixtures) + ".crt", joined_pem(fixtures).to_utf8_buffer())
	return ResourceLoader.load(file, "X509Certificate", ResourceLoader.CACHE_MODE_IGNORE)


## Writes a file of this run and returns its path.
static func write_scratch(file: String, bytes: PackedByteArray, folder: String = scratch) -> String:
	DirAccess.make_dir_recursive_absolute(folder)
	var target: String = folder.path_join(file)
	var open: FileAccess = FileAccess.open(target, FileAccess.WRITE)
	open.store_buffer(bytes)
	open.close()
	return target


## Removes every file written by [method write_scratch] into a folder.
static func clear_scratch(folder: String = scratch) -> void:
	for file: String in DirAccess.get_files_at(folder) if DirAccess.dir_exists_absolute(folder) else PackedStringArray():
		DirAccess.remove_absolute(folder.path_join(file))
	DirAccess.remove_absolute(folder)


## Returns a bundle of [param count] CA certificates with different numbers, followed by the fixture [param last].
static func numbered_bundle(count: int, last: String) -> String:
	var template: PackedByteArray = der("root_numbered")
	var digits: PackedInt32Array = _offsets(template, "Fixture Filler ".to_utf8_buffer())
	var blocks: PackedStringArray = []
	for number: int in count:
		# Only the name and key of a trusted root matter, so changing the number may break its own signature.
		var copy: PackedByteArray = template.duplicate()
		var label: PackedByteArray = ("%05d" % number).to_utf8_buffer()
		for offset: int in digits:
			for index: int in label.size():
				copy[offset + index] = label[index]
		blocks.append(armored(copy))
	blocks.append(pem(last))
	return "".join(blocks)


static func _absolute(folder: String) -> String:
	return ProjectSettings.globalize_path("res://").path_join(folder).simplify_path()


## Returns the end of each occurrence of [param needle] in [param bytes].
static func _offsets(bytes: PackedByteArray, needle: PackedByteArray) -> PackedInt32Array:
	var found: PackedInt32Array = []
	for start: int in bytes.size() - needle.size():
		if bytes[start] == needle[0] and bytes.slice(start, start + needle.size()) == needle:
			found.append(start + needle.size())
	return found

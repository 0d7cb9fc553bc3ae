extends RefCounted
## Certificates and private keys as files: the certificates in one folder, for everybody, the keys in
## another that only their owner can read.

const Identity := preload("res://demo/certificates/identity.gd")

const FOLDER: String = "user://dev_ca"
const KEY_FOLDER: String = "user://dev_ca/private"

## Read and written by the owner, by nobody else: 0600, and 0700 for a folder.
const KEY_MODE: int = FileAccess.UNIX_READ_OWNER | FileAccess.UNIX_WRITE_OWNER
const KEY_FOLDER_MODE: int = KEY_MODE | FileAccess.UNIX_EXECUTE_OWNER


## Where the certificate [param name] is.
static func certificate_path(name: String) -> String:
	return FOLDER.path_join(name + ".crt")


## Where the private key of the certificate [param name] is.
static func key_path(name: String) -> String:
	return KEY_FOLDER.path_join(name + ".key")


## The names of all certificates there are.
static func list() -> PackedStringArray:
	var names: PackedStringArray = PackedStringArray()
	if DirAccess.dir_exists_absolute(FOLDER):
		for file: String in DirAccess.get_files_at(FOLDER):
			if file.get_extension() == "crt":
				names.append(file.get_basename())
	return names


## Saves certificate and key under [param name]. Returns what went wrong, or nothing.
static func save(identity: Identity, name: String) -> String:
	var error: Error = DirAccess.make_dir_recursive_absolute(KEY_FOLDER)
	if error != OK:
		return "making the folder %s: %s" % [KEY_FOLDER, error_string(error)]
	var problem: String = _make_private(KEY_FOLDER, KEY_FOLDER_MODE)
	if problem.is_empty():
		problem = _save_key(identity.key, key_path(name))
	if not problem.is_empty():
		return problem
	var path: String = certificate_path(name)
	error = identity.certificate.save(path)
	return "" if error == OK else "saving %s: %s" % [path, error_string(error)]


## Where the private key of the certificate [param name] is and who can read it, in words; nothing
## when there is none.
static func describe_key(name: String) -> String:
	var path: String = key_path(name)
	if not FileAccess.file_exists(path):
		return ""
	if not _has_modes():
		return "%s; Windows has no modes, your profile's folder keeps others out" % path
	var mode: int = FileAccess.get_unix_permissions(path)
	var readers: String = "for the owner alone" if mode & ~KEY_FOLDER_MODE == 0 else "for others too"
	return "%s, mode %s: %s" % [path, _octal(mode), readers]


## The mode is set while the file is empty: afterwards others might have opened it already.
static func _save_key(key: CryptoKey, path: String) -> String:
	# Who has the file of an earlier run open must not see the new key in it.
	if FileAccess.file_exists(path):
		DirAccess.remove_absolute(path)
	var file: FileAccess = FileAccess.open(path, FileAccess.WRITE)
	if file == null:
		return "making %s: %s" % [path, error_string(FileAccess.get_open_error())]
	file.close()
	var problem: String = _make_private(path, KEY_MODE)
	if not problem.is_empty():
		return problem
	var error: Error = key.save(path)
	if error != OK:
		return "saving %s: %s" % [path, error_string(error)]
	return _check_mode(path, KEY_MODE)


static func _make_private(path: String, mode: int) -> String:
	if not _has_modes():
		return ""
	var error: Error = FileAccess.set_unix_permissions(path, mode)
	if error != OK:
		return "setting the mode of %s: %s" % [path, error_string(error)]
	return _check_mode(path, mode)


static func _check_mode(path: String, mode: int) -> String:
	var found: int = FileAccess.get_unix_permissions(path) if _has_modes() else mode
	if found == mode:
		return ""
	return "%s has the mode %s, not %s: is it on a disk that keeps no modes?" % [
			path, _octal(found), _octal(mode)]


static func _octal(mode: int) -> String:
	return "%04o" % mode


static func _has_modes() -> bool:
	return OS.get_name() != "Windows"

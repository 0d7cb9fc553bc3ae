extends RefCounted
## Saves certificates and private keys: the certificates in a folder that every user can read, the keys
## in a folder that only the owner can read.

const Identity := preload("res://demo/certificates/identity.gd")

const FOLDER: String = "user://dev_ca"
const KEY_FOLDER: String = "user://dev_ca/private"

## Only the owner can read and write: mode 0600, and 0700 for the folder.
const KEY_MODE: int = FileAccess.UNIX_READ_OWNER | FileAccess.UNIX_WRITE_OWNER
const KEY_FOLDER_MODE: int = KEY_MODE | FileAccess.UNIX_EXECUTE_OWNER


## Returns the path of the certificate [param name].
static func certificate_path(name: String) -> String:
	return FOLDER.path_join(name + ".crt")


## Returns the path of the private key that belongs to the certificate [param name].
static func key_path(name: String) -> String:
	return KEY_FOLDER.path_join(name + ".key")


## Returns the names of all saved certificates.
static func list() -> PackedStringArray:
	var names: PackedStringArray = PackedStringArray()
	if DirAccess.dir_exists_absolute(FOLDER):
		for file: String in DirAccess.get_files_at(FOLDER):
			if file.get_extension() == "crt":
				names.append(file.get_basename())
	return names


## Saves the certificate and the key under [param name]. Returns an error message, or an empty string.
static func save(identity: Identity, name: String) -> String:
	var error: Error = DirAccess.make_dir_recursive_absolute(KEY_FOLDER)
	if error != OK:
		return "creating the folder %s: %s" % [KEY_FOLDER, error_string(error)]
	var problem: String = _make_private(KEY_FOLDER, KEY_FOLDER_MODE)
	if problem.is_empty():
		problem = _save_key(identity.key, key_path(name))
	if not problem.is_empty():
		return problem
	var path: String = certificate_path(name)
	error = identity.certificate.save(path)
	return "" if error == OK else "saving %s: %s" % [path, error_string(error)]


## Describes where the private key of the certificate [param name] is and who can read it. Returns an
## empty string if there is no key.
static func describe_key(name: String) -> String:
	var path: String = key_path(name)
	if not FileAccess.file_exists(path):
		return ""
	if not _has_modes():
		return "%s; protected by the access rights of your Windows profile" % path
	var mode: int = FileAccess.get_unix_permissions(path)
	var readers: String = "readable by the owner only" if mode & ~KEY_FOLDER_MODE == 0 else "readable by others too"
	return "%s, mode %s: %s" % [path, _octal(mode), readers]


## Sets the mode while the file is still empty: nobody can have opened it before the key is in it.
static func _save_key(key: CryptoKey, path: String) -> String:
	# A process that still has the file of an earlier run open must not see the new key.
	if FileAccess.file_exists(path):
		DirAccess.remove_absolute(path)
	var file: FileAccess = FileAccess.open(path, FileAccess.WRITE)
	if file == null:
		return "creating %s: %s" % [path, error_string(FileAccess.get_open_error())]
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
	return "%s has the mode %s instead of %s: the file system may not support modes" % [
			path, _octal(found), _octal(mode)]


static func _octal(mode: int) -> String:
	return "%04o" % mode


static func _has_modes() -> bool:
	return OS.get_name() != "Windows"

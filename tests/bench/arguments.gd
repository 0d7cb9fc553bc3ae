extends RefCounted
## What the command line asks for: the user arguments, after `--`.


const ONLY: Array[String] = ["tls", "http", "many", "trust"]

var rounds: int = 5
## The length of one sample.
var seconds: float = 0.4
## Where every sample is written.
var json: String = ""
## The one part that is measured; empty for TLS and HTTP.
var only: String = ""
## The server of the HTTP measures, and the folder that it serves.
var http_port: int = 0
var http_site: String = ""
## Where such a folder is to be written, instead of measuring.
var new_site: String = ""
## The program that moves bytes with rustls alone.
var plain_rustls: String = ""
## Figures that other runs wrote with `--json`: they are reported along.
var add: PackedStringArray = []
## What the caller knows and the process does not, by name.
var facts: Dictionary = {}


## Reads the command line; false, with a word why, when it makes no sense.
func read() -> bool:
	for argument: String in OS.get_cmdline_user_args():
		var value: String = argument.substr(argument.find("=") + 1)
		if not _take(argument.get_slice("=", 0), value):
			printerr("Unknown argument: %s" % argument)
			return false
	return true


func _take(name: String, value: String) -> bool:
	match name:
		"--rounds":
			rounds = maxi(value.to_int(), 1)
		"--seconds":
			seconds = maxf(value.to_float(), 0.01)
		"--json":
			json = value
		"--only":
			only = value
			return only in ONLY
		"--http-port":
			http_port = value.to_int()
		"--http-site":
			http_site = value
		"--make-site":
			new_site = value
		"--plain-rustls":
			plain_rustls = value
		"--add":
			add.append(value)
		"--fact":
			facts[value.get_slice("=", 0)] = value.get_slice("=", 1)
		_:
			return false
	return true

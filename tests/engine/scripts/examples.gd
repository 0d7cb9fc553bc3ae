extends RefCounted
## Checks GDScript examples of the class reference and of the documents: their indentation, and that they parse.

## What an example may use without declaring it. An example that is no whole script becomes a function of a node.
const CONTEXT := """extends Node

var crypto: RustlsCrypto
var options: RustlsTLSOptions
var tcp: StreamPeerTCP
var tls: RustlsStreamPeerTLS
var pem: String
var http: RustlsHTTPRequest
var bar: ProgressBar
var button: Button
"""

## A path to a node has no type, and so no methods that can be checked: it stands for a variable that has one.
const UNTYPED := {"$RustlsHTTPRequest": "http", "$ProgressBar": "bar", "$CancelButton": "button"}


## Returns whether the example is a script of its own.
static func is_whole(text: String) -> bool:
	return text.begins_with("extends ")


## Returns what is wrong with an example, one line each.
static func faults_of(text: String) -> PackedStringArray:
	var faults: PackedStringArray = []
	for line: String in text.split("\n"):
		if line.begins_with(" ") or line.strip_edges(true, false) != line.lstrip("\t"):
			faults.append("a line of the example is not indented by tabs: \"%s\"" % line)
	if not compiles(source_of(text)):
		faults.append("the example does not parse:\n" + text)
	return faults


## Returns a script that contains the example.
static func source_of(text: String) -> String:
	if is_whole(text):
		return text
	var source: String = text
	for path: String in UNTYPED:
		source = source.replace(path, UNTYPED[path])
	if not text.begins_with("func "):
		source = "func example() -> void:\n" + source.strip_edges().indent("\t")
	return CONTEXT + "\n\n" + source


## Returns whether the engine's parser accepts a script.
static func compiles(source: String) -> bool:
	var script := GDScript.new()
	script.source_code = source + "\n"
	return script.reload() == OK

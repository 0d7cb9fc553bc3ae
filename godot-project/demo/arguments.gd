extends RefCounted
## The arguments after [code]--[/code] on the command line.

const Endpoint := preload("res://demo/tls_echo/endpoint.gd")

const USAGE: String = "arguments after --: --screenshot=FILE, --connect=HOST:PORT, --fetch=URL, --bundle=FILE"

## The file for a picture of the window; empty for none.
var screenshot_path: String = ""

## The server to connect to; null for none.
var endpoint: Endpoint = null

## The URL to fetch; empty for none. A path alone, such as [code]/slow[/code], is a page of the demo's
## own server, which runs if there is a window.
var url: String = ""

## The certificate bundle to trust instead of the default trusted roots; empty for none.
var bundle_path: String = ""

## The error message about an unknown argument; empty if there is none.
var problem: String = ""


## Reads [param words], the result of [method OS.get_cmdline_user_args].
func read(words: PackedStringArray) -> void:
	for word: String in words:
		var value: String = word.get_slice("=", 1) if word.contains("=") else ""
		if value.is_empty():
			problem = "unknown argument \"%s\"; %s" % [word, USAGE]
		elif word.begins_with("--screenshot="):
			screenshot_path = word.trim_prefix("--screenshot=")
		elif word.begins_with("--bundle="):
			bundle_path = word.trim_prefix("--bundle=")
		elif word.begins_with("--fetch="):
			url = word.trim_prefix("--fetch=")
		elif word.begins_with("--connect="):
			endpoint = Endpoint.new()
			endpoint.read(word.trim_prefix("--connect="))
			problem = endpoint.problem
		else:
			problem = "unknown argument \"%s\"; %s" % [word, USAGE]
		if not problem.is_empty():
			return

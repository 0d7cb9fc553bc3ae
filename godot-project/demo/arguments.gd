extends RefCounted
## What the user wrote after [code]--[/code] on the command line.

const Endpoint := preload("res://demo/tls_echo/endpoint.gd")

const USAGE: String = "after --: --screenshot=FILE, --connect=HOST:PORT, --fetch=URL, --bundle=FILE"

## Where to save a picture of the window; empty for none.
var screenshot_path: String = ""

## The server to connect to; null for none.
var endpoint: Endpoint = null

## What to fetch; a path alone, such as [code]/slow[/code], is one of the demo's own server, which is
## there in a window. Empty for none.
var url: String = ""

## The certificate bundle to trust instead of the default; empty for none.
var bundle_path: String = ""

## What could not be understood, in words; empty when all could.
var problem: String = ""


## Reads [param words], as [method OS.get_cmdline_user_args] gives them.
func read(words: PackedStringArray) -> void:
	for word: String in words:
		var value: String = word.get_slice("=", 1) if word.contains("=") else ""
		if value.is_empty():
			problem = "\"%s\" is not understood: %s" % [word, USAGE]
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
			problem = "\"%s\" is not understood: %s" % [word, USAGE]
		if not problem.is_empty():
			return

extends RefCounted
## A host and a port, read from user input: a name, an address, [code]host:port[/code],
## [code][::1]:443[/code] or a URL.

const DEFAULT_PORT: int = 443
const MAX_PORT: int = 65535

## The host name or address, without brackets.
var host: String = ""

## The port, 1 to 65535.
var port: int = DEFAULT_PORT

## The error message if the text is invalid; empty otherwise.
var problem: String = ""


## Reads [param text]. [param port_text] is used if the text contains no port and is not a URL.
func read(text: String, port_text: String = "") -> void:
	problem = ""
	port = DEFAULT_PORT
	var rest: String = text.strip_edges()
	var is_url: bool = rest.contains("://")
	if is_url:
		rest = rest.get_slice("://", 1).get_slice("/", 0)
	var own_port: String = _split(rest)
	if host.is_empty():
		problem = "Enter the name or the address of a server."
		return
	var digits: String = own_port if not own_port.is_empty() else port_text.strip_edges()
	if digits.is_empty() or (is_url and own_port.is_empty()):
		return
	port = digits.to_int() if digits.is_valid_int() else 0
	if port < 1 or port > MAX_PORT:
		problem = "\"%s\" is not a port: enter a number from 1 to %d." % [digits, MAX_PORT]


## Returns the host and the port as one text, with an IPv6 address in brackets.
func _to_string() -> String:
	return ("[%s]:%d" if host.contains(":") else "%s:%d") % [host, port]


## Sets the host from [param text] and returns the text of the port after it.
func _split(text: String) -> String:
	if text.begins_with("["):
		host = text.get_slice("]", 0).trim_prefix("[")
		return text.get_slice("]", 1).trim_prefix(":") if text.contains("]") else ""
	if text.count(":") == 1:
		host = text.get_slice(":", 0)
		return text.get_slice(":", 1)
	host = text
	return ""

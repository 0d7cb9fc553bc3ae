extends RefCounted
## A request as the scripted HTTP server received it: the bytes of its head and body, and its connection.


const SEPARATOR := "\r\n\r\n"

## The head as received, with the blank line that ends it.
var head: PackedByteArray
## The body, without the framing of chunks.
var body: PackedByteArray
## The method in the first line: GET and so on.
var method: String
## The target in the first line: a path with its query, a whole URL or, for CONNECT, a host and a port.
var target: String
## The version in the first line.
var version: String
## The header lines, in order.
var lines: PackedStringArray
## The number of the connection, from 0.
var connection: int
## True if the request was received over TLS.
var is_secure: bool


## Parses a head. Invalid UTF-8 becomes replacement characters in the lines, not in [member head].
func _init(head_bytes: PackedByteArray) -> void:
	head = head_bytes
	lines = head.get_string_from_utf8().trim_suffix(SEPARATOR).split("\r\n")
	var words: PackedStringArray = lines[0].split(" ")
	lines.remove_at(0)
	method = words[0]
	target = " ".join(words.slice(1, -1))
	version = words[-1]


## Returns the values of a header; the case of the name is ignored.
func values(header: String) -> PackedStringArray:
	var found: PackedStringArray = []
	for line: String in lines:
		if line.get_slice(":", 0).to_lower() == header.to_lower():
			found.append(line.substr(line.find(":") + 1).strip_edges())
	return found


## Returns the first value of a header; empty without one.
func value(header: String) -> String:
	var found: PackedStringArray = values(header)
	return "" if found.is_empty() else found[0]


## Returns the names of the headers in their order and spelling.
func header_names() -> PackedStringArray:
	var found: PackedStringArray = []
	for line: String in lines:
		found.append(line.get_slice(":", 0))
	return found


## Returns the path of the target, without its query.
func path() -> String:
	return target.get_slice("?", 0)

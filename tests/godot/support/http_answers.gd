extends RefCounted
## Responses of the scripted HTTP server, correct and broken ones, as lists of its steps.


const SEPARATOR := "\r\n\r\n"

## The encodings of [method compressed], by their names in HTTP.
const COMPRESSIONS := {
	"gzip": FileAccess.COMPRESSION_GZIP, "deflate": FileAccess.COMPRESSION_DEFLATE, "zstd": FileAccess.COMPRESSION_ZSTD,
}


## Returns the bytes of a response head. [param first] is a status code, or a whole status line.
static func head(first: Variant, headers: Array = []) -> PackedByteArray:
	var line: String = "HTTP/1.1 %d Told" % first if first is int else first
	return ("\r\n".join([line] + headers) + SEPARATOR).to_utf8_buffer()


## Returns the bytes of a text, or the bytes themselves.
static func bytes(content: Variant) -> PackedByteArray:
	return (content as String).to_utf8_buffer() if content is String else content


## Sends text or bytes unchanged, then closes the connection.
static func raw(content: Variant) -> Array:
	return [bytes(content), &"close"]


## A body with its length.
static func sized(content: Variant, code: int = 200, headers: Array = []) -> Array:
	var body: PackedByteArray = bytes(content)
	return [head(code, headers + ["Content-Length: %d" % body.size()]) + body]


## A body with a Content-Length of [param length], whatever its size; then the connection is closed.
static func missized(content: Variant, length: Variant, headers: Array = []) -> Array:
	return [head(200, headers + ["Content-Length: %s" % length]) + bytes(content), &"close"]


## A body that ends with the connection.
static func unsized(content: Variant, headers: Array = ["Connection: close"]) -> Array:
	return [head(200, headers) + bytes(content), &"close"]


## A body in chunks of these sizes, the last size repeated.
static func chunked(content: Variant, sizes: Array = [16], headers: Array = [], trailers: Array = []) -> Array:
	return [head(200, ["Transfer-Encoding: chunked"] + headers) + chunks(content, sizes) + last_chunk(trailers)]


## The chunks without a head, each with its extension.
static func chunks(content: Variant, sizes: Array, extension: String = "") -> PackedByteArray:
	var body: PackedByteArray = bytes(content)
	var framed: PackedByteArray = []
	var at: int = 0
	var index: int = 0
	while at < body.size():
		var size: int = mini(sizes[mini(index, sizes.size() - 1)], body.size() - at)
		framed.append_array(("%x%s\r\n" % [size, extension]).to_ascii_buffer())
		framed.append_array(body.slice(at, at + size))
		framed.append_array("\r\n".to_ascii_buffer())
		at += size
		index += 1
	return framed


## The end of a chunked body.
static func last_chunk(trailers: Array = []) -> PackedByteArray:
	return ("\r\n".join(["0"] + trailers) + SEPARATOR).to_ascii_buffer()


## The bytes of a body in one of [constant COMPRESSIONS].
static func compress(content: Variant, encoding: String) -> PackedByteArray:
	return bytes(content).compress(COMPRESSIONS[encoding])


## A compressed body with its length.
static func compressed(content: Variant, encoding: String, headers: Array = []) -> Array:
	return sized(compress(content, encoding), 200, headers + ["Content-Encoding: " + encoding])


## A redirect; [param location] is the whole header line.
static func redirect(location: String, code: int = 302, headers: Array = []) -> Array:
	return sized("elsewhere", code, headers + [location])


## The response to unknown paths.
static func not_found() -> Array:
	return sized("nothing here", 404)


## A head of many headers, or of one long one.
static func header_bomb(count: int, length: int) -> Array:
	var headers: Array = []
	for number: int in count:
		headers.append("X-Bomb-%d: %s" % [number, "b".repeat(length)])
	return sized("boom", 200, headers)


## A body without an end.
static func endless(headers: Array = ["Connection: close"]) -> Array:
	var slice: PackedByteArray = []
	slice.resize(65536)
	return [head(200, headers), func() -> PackedByteArray: return slice]


## A body in single bytes with pauses between.
static func drip(content: Variant, pause_msec: int = 2) -> Array:
	var body: PackedByteArray = bytes(content)
	var steps: Array = [head(200, ["Content-Length: %d" % body.size()])]
	for index: int in body.size():
		steps.append_array([pause_msec, body.slice(index, index + 1)])
	return steps


## Steps that send the same bytes cut into pieces of [param size].
static func in_pieces(content: Variant, size: int, pause_msec: int = 0) -> Array:
	var all: PackedByteArray = bytes(content)
	var steps: Array = []
	for at: int in range(0, all.size(), size):
		steps.append_array([all.slice(at, at + size), pause_msec])
	return steps

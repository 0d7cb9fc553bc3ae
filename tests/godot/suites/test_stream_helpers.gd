extends "res://support/connected_suite.gd"
## The helpers of StreamPeer (numbers, strings, variants, byte order) over TLS.


func test_numbers_of_every_width_arrive_as_they_left(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	var there: StreamPeer = link.client
	var here: StreamPeer = link.server
	there.put_u8(200)
	there.put_8(-100)
	there.put_u16(60000)
	there.put_16(-30000)
	there.put_u32(4000000000)
	there.put_32(-2000000000)
	there.put_u64(1 << 62)
	there.put_64(-(1 << 62))
	there.put_float(0.5)
	there.put_double(1.0 / 3.0)
	# Each getter waits for its bytes.
	equal(here.get_u8(), 200, "u8")
	equal(here.get_8(), -100, "8")
	equal(here.get_u16(), 60000, "u16")
	equal(here.get_16(), -30000, "16")
	equal(here.get_u32(), 4000000000, "u32")
	equal(here.get_32(), -2000000000, "32")
	equal(here.get_u64(), 1 << 62, "u64")
	equal(here.get_64(), -(1 << 62), "64")
	equal(here.get_float(), 0.5, "float")
	equal(here.get_double(), 1.0 / 3.0, "double")


func test_the_byte_order_is_little_unless_big_is_asked_for(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	equal(link.client.big_endian, false, "big_endian at first")
	link.client.put_u32(0x01020304)
	link.client.big_endian = true
	link.client.put_u32(0x01020304)
	var bytes: PackedByteArray = Link.read_exactly(link.server, 8)
	equal(bytes, PackedByteArray([4, 3, 2, 1, 1, 2, 3, 4]), "the bytes on the way")


func test_strings_arrive_as_they_left(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	link.client.put_utf8_string("grüße, 世界")
	equal(link.server.get_utf8_string(), "grüße, 世界", "the text with its length before it")
	link.client.put_string("plain")
	equal(link.server.get_string(), "plain", "the ASCII text")
	link.client.put_data("raw".to_utf8_buffer())
	equal(link.server.get_utf8_string(3), "raw", "the text of a given length")
	link.client.put_utf8_string("")
	equal(link.server.get_utf8_string(), "", "the empty text")


func test_variants_arrive_as_they_left(client: Stack, server: Stack) -> void:
	var link: Link = connected(client, server)
	var value: Dictionary = {
		"list": [1, 2.5, "three", null], "vector": Vector3(1, 2, 3), "bytes": PackedByteArray([0, 255, 127]),
		"nested": {"deep": {"deeper": true}}, "color": Color.CORNFLOWER_BLUE,
	}
	link.client.put_var(value)
	equal(link.server.get_var(), value, "the dictionary")
	link.server.put_var(null)
	equal(link.client.get_var(), null, "null")


func test_large_variants_cross_many_records(stack: Stack) -> void:
	var link: Link = connected(stack, stack)
	var words: PackedStringArray = []
	for index: int in 20000:
		words.append("word number %d" % index)
	var sender: Thread = Thread.new()
	sender.start(func() -> void: link.client.put_var(words))
	equal(link.server.get_var(), words, "the list")
	sender.wait_to_finish()


func test_the_stream_is_a_stream_peer(stack: Stack) -> void:
	var tls: Object = stack.stream()
	check(tls is StreamPeer, "it is no StreamPeer")
	check(tls is RefCounted, "it is no RefCounted")

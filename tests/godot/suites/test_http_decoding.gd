extends "res://support/http_suite.gd"
## RustlsHTTPResponse.decode(): bodies as values of the engine, by their content type.


func test_bodies_become_what_their_content_type_says(_ours: Stack) -> void:
	for case: Array in [
		["application/json", "{\"a\": 1}", {"a": 1.0}],
		["application/problem+json; charset=utf-8", "[null]", [null]],
		["text/plain", "gr\u00fc\u00dfe", "gr\u00fc\u00dfe"],
		["text/html; charset=\"UTF-8\"", PackedByteArray([0xef, 0xbb, 0xbf, 0x61]), "a"],
		["text/plain; charset=iso-8859-1", PackedByteArray([0x61, 0xe4]), "a\u00e4"],
		["application/octet-stream", "ab", PackedByteArray([0x61, 0x62])],
		["", "ab", PackedByteArray([0x61, 0x62])],
	]:
		row(case[0])
		var response: RustlsHTTPResponse = await _fetched(case[0], case[1])
		equal(response.decode(), case[2], "decode()")
		equal(response.get_decode_error(), "", "get_decode_error()")


func test_images_are_read_by_the_engine(_ours: Stack) -> void:
	var image: Image = Image.create(3, 2, false, Image.FORMAT_RGB8)
	image.fill(Color.RED)
	for case: Array in [
		["image/png", image.save_png_to_buffer()], ["image/jpeg", image.save_jpg_to_buffer()],
		["IMAGE/WEBP", image.save_webp_to_buffer()],
	]:
		row(case[0])
		var response: RustlsHTTPResponse = await _fetched(case[0], case[1])
		var read: Image = response.decode()
		if check(read != null, response.get_decode_error()):
			equal(read.get_size(), Vector2i(3, 2), "its size")
			check(read.get_pixel(1, 1).is_equal_approx(Color.RED) or read.get_pixel(1, 1).r > 0.9, str(read.get_pixel(1, 1)))


func test_a_body_that_is_not_what_its_type_says_is_explained(_ours: Stack) -> void:
	for case: Array in [
		["application/json", "<html>", "line 1"], ["application/json", "", "the body is empty"],
		["image/png", "<html>", "image/png"], ["image/jpeg", "", "image/jpeg"],
		["text/plain", PackedByteArray([0x61, 0xff]), "byte 1 is wrong"],
		["text/plain; charset=utf-16", "ab", "\"utf-16\""],
	]:
		row(str(case))
		var response: RustlsHTTPResponse = await _fetched(case[0], case[1])
		equal(response.decode(), null, "decode()")
		check(response.get_decode_error().contains(case[2]), response.get_decode_error())


func _fetched(type: String, body: Variant) -> RustlsHTTPResponse:
	var headers: Array = [] if type.is_empty() else ["Content-Type: " + type]
	var server: Peer = peer({"/": Answers.sized(body, 200, headers)})
	return await RustlsHTTP.request(server.url("/"))

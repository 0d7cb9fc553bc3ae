extends "res://support/http_suite.gd"
## Redirects: which are followed and how, and which headers are sent to another server.


const TEXT := "where it ends"

## Headers that describe a body; they must not be sent without one.
const BODY_HEADERS := ["Content-Type", "Content-Encoding", "Content-Location", "Transfer-Encoding"]


func test_the_two_old_codes_are_followed(stack: Stack) -> void:
	for server: Peer in peers({"/end": Answers.sized(TEXT)}):
		for code: int in [301, 302]:
			for location: String in ["Location: /end", "location: /end", "LOCATION: " + server.url("/end")]:
				row("%d, %s" % [code, location])
				server.answer("/", Answers.redirect(location, code))
				came_to(await ask(node(stack), server.url("/")), Result.SUCCESS, 200, ["Content-Length: 13"], TEXT)


func test_the_three_new_codes_are_followed_by_ours(ours: Stack) -> void:
	for server: Peer in peers({"/end": Answers.sized(TEXT)}):
		for code: int in [303, 307, 308]:
			row(str(code))
			server.answer("/", Answers.redirect("Location: /end", code))
			came_to(await ask(node(ours), server.url("/")), Result.SUCCESS, 200, ["Content-Length: 13"], TEXT)


func test_other_codes_are_answers(stack: Stack) -> void:
	var server: Peer = peer({"/end": Answers.sized(TEXT)})
	for code: int in [200, 201, 300, 305, 306, 309, 399, 401, 503]:
		row(str(code))
		server.answer("/", Answers.redirect("Location: /end", code))
		came_to(await ask(node(stack), server.url("/")), Result.SUCCESS, code, null, "elsewhere")


func test_a_redirect_to_nowhere_is_an_answer(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.sized("nowhere", 302)})
	came_to(await ask(node(stack), server.url("/")), Result.SUCCESS, 302, ["Content-Length: 7"], "nowhere")


## The engine does not support most of these.
func test_locations_are_understood_by_ours_in_all_their_forms(ours: Stack) -> void:
	var server: Peer = peer({"*": Answers.sized(TEXT)})
	var at: String = "127.0.0.1:%d" % server.port()
	var forms: Dictionary = {
		"Location: /end": "/end", "Location:/end": "/end", "Location:   /end  ": "/end",
		"Location: end": "/folder/end", "Location: ./end": "/folder/end", "Location: ../end": "/end",
		"Location: ?query": "/folder/start?query",
		"Location: /end#part": "/end", "Location: //" + at + "/end": "/end", "Location: HTTP://" + at + "/end": "/end",
		"Location: http://" + at: "/", "Location: http://" + at + "?a=b": "/?a=b", "Location: /a?b=c": "/a?b=c",
	}
	for location: String in forms:
		row(location)
		server.answer("/folder/start?begin", Answers.redirect(location))
		came_to(await ask(node(ours), server.url("/folder/start?begin")), Result.SUCCESS, 200, null, TEXT)
		equal(server.last_request().target, forms[location], "the target")


func test_locations_that_lead_nowhere_cannot_be_connected_to(stack: Stack) -> void:
	expect_errors()
	var server: Peer = peer()
	for location: String in ["http://", "http://:80/", "http://127.0.0.1:0/", "http://127.0.0.1:99999/"]:
		row(location)
		server.answer("/", Answers.redirect("Location: " + location))
		came_to_nothing(await ask(node(stack), server.url("/")), Result.CANT_CONNECT)


func test_locations_that_are_not_of_the_web_are_not_followed(ours: Stack) -> void:
	var server: Peer = peer()
	for location: String in ["ftp://127.0.0.1/", "file:///etc/hosts", "mailto:a@b", "data:,x", "javascript:1"]:
		row(location)
		server.answer("/", Answers.redirect("Location: " + location))
		var outcome: Outcome = await ask(node(ours), server.url("/"))
		one_of(outcome.result, [Result.CANT_CONNECT, Result.REQUEST_FAILED], "the result")
		same_bytes(outcome.body, NOTHING, "the body")


func test_eight_are_followed_and_the_ninth_is_an_error(stack: Stack) -> void:
	var server: Peer = peer(_chain(9))
	came_to(await ask(node(stack), server.url("/1")), Result.SUCCESS, 200, null, TEXT)
	server.forget()
	came_to(
		await ask(node(stack), server.url("/0")), Result.REDIRECT_LIMIT_REACHED, 302,
		["Location: /9", "Content-Length: 9"], NOTHING)
	equal(server.requests().size(), 9, "how many requests were made")


func test_the_limit_can_be_another(stack: Stack) -> void:
	var server: Peer = peer(_chain(20))
	for limit: int in [0, 1, 3, -1]:
		row(str(limit))
		server.forget()
		var outcome: Outcome = await ask(node(stack, {&"max_redirects": limit}), server.url("/0"))
		var endless: bool = limit < 0
		equal(outcome.result, (Result.SUCCESS if endless else Result.REDIRECT_LIMIT_REACHED) as int, "the result")
		equal(server.requests().size(), 21 if endless else limit + 1, "how many requests were made")


func test_methods_with_a_body_become_get(stack: Stack) -> void:
	var server: Peer = peer({"/end": Answers.sized(TEXT)})
	for code: int in [301, 302] if not stack.is_ours() else [301, 302, 303]:
		server.answer("/", Answers.redirect("Location: /end", code))
		for method: int in [
			HTTPClient.METHOD_POST, HTTPClient.METHOD_PUT, HTTPClient.METHOD_DELETE, HTTPClient.METHOD_PATCH,
		]:
			row("%d, method %d" % [code, method])
			var headers: Array = ["X-Mine: stays", "Content-Type: text/plain", "Content-Location: /here"]
			came_to(await ask(node(stack), server.url("/"), headers, method, "body"), Result.SUCCESS, 200, null, TEXT)
			var request: Request = server.last_request()
			equal([request.method, request.target], ["GET", "/end"], "the last request")
			equal(request.value("X-Mine"), "stays", "a header")
			for header: String in BODY_HEADERS:
				equal(request.values(header).size(), 0, "how many times there is " + header)


func test_ours_leaves_the_body_behind_when_the_method_becomes_get(ours: Stack) -> void:
	var server: Peer = peer({"/": Answers.redirect("Location: /end"), "/end": Answers.sized(TEXT)})
	came_to(await ask(node(ours), server.url("/"), [], HTTPClient.METHOD_POST, "body"), Result.SUCCESS, 200, null, TEXT)
	equal(server.requests()[0].body, "body".to_utf8_buffer(), "the first body")
	equal(server.last_request().body, NOTHING, "the second body")
	equal(server.last_request().values("Content-Length").size(), 0, "how many times there is Content-Length")


func test_methods_without_a_body_stay(stack: Stack) -> void:
	var server: Peer = peer({"/end": [Answers.head(200, ["Content-Length: 0"])]})
	for code: int in [301, 302] if not stack.is_ours() else [301, 302, 303, 307, 308]:
		server.answer("/", [Answers.head(code, ["Location: /end", "Content-Length: 0"])])
		for method: int in [HTTPClient.METHOD_GET, HTTPClient.METHOD_HEAD, HTTPClient.METHOD_OPTIONS]:
			# See Other (303) changes the method to GET.
			if code == 303 and method == HTTPClient.METHOD_OPTIONS:
				continue
			row("%d, method %d" % [code, method])
			came_to(await ask(node(stack), server.url("/"), [], method), Result.SUCCESS, 200, null, NOTHING)
			equal(server.last_request().method, server.requests()[-2].method, "the method")


func test_the_strict_codes_keep_method_and_body_with_ours(ours: Stack) -> void:
	var server: Peer = peer({"/end": Answers.sized(TEXT)})
	var body: PackedByteArray = noise(100000)
	for code: int in [307, 308]:
		server.answer("/", Answers.redirect("Location: /end", code))
		for method: int in [HTTPClient.METHOD_POST, HTTPClient.METHOD_PUT, HTTPClient.METHOD_DELETE]:
			row("%d, method %d" % [code, method])
			var headers: Array = ["Content-Type: text/x-mine"]
			came_to(await ask(node(ours), server.url("/"), headers, method, body), Result.SUCCESS, 200, null, TEXT)
			var request: Request = server.last_request()
			equal([request.method, request.target], [server.requests()[-2].method, "/end"], "the last request")
			equal(request.value("Content-Type"), "text/x-mine", "Content-Type")
			same_bytes(request.body, body, "the body")


func test_own_headers_go_along_to_the_same_place(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.redirect("Location: /end"), "/end": Answers.sized(TEXT)})
	await ask(node(stack), server.url("/"), ["Authorization: Basic abc", "Cookie: a=b", "X-Mine: c"])
	var request: Request = server.last_request()
	equal(request.value("Authorization"), "Basic abc", "Authorization")
	equal([request.value("Cookie"), request.value("X-Mine")], ["a=b", "c"], "Cookie and X-Mine")


func test_credentials_do_not_go_to_another_place_with_ours(ours: Stack) -> void:
	var other: Peer = peer({"*": Answers.sized(TEXT)})
	var secure: Peer = peer({"*": Answers.sized(TEXT)}, FIXTURE)
	var server: Peer = peer()
	for elsewhere: Peer in [other, secure]:
		for code: int in [301, 302, 303, 307, 308]:
			row("%d to %s" % [code, elsewhere.url("")])
			server.answer("/", Answers.redirect("Location: " + elsewhere.url("/end"), code))
			var headers: Array = ["AUTHORIZATION: Basic abc", "cookie: a=b", "Proxy-Authorization: Basic d", "X-Mine: c"]
			came_to(await ask(node(ours), server.url("/"), headers), Result.SUCCESS, 200, null, TEXT)
			var request: Request = elsewhere.last_request()
			for header: String in ["Authorization", "Cookie", "Proxy-Authorization"]:
				equal(request.values(header).size(), 0, "how many times there is " + header)
			equal(request.value("X-Mine"), "c", "X-Mine")


func test_another_name_of_the_same_machine_is_another_place(ours: Stack) -> void:
	var server: Peer = peer({"/end": Answers.sized(TEXT)})
	server.answer("/", Answers.redirect("Location: " + server.url("/end", "localhost")))
	await ask(node(ours), server.url("/"), ["Authorization: Basic abc"])
	equal(server.last_request().values("Authorization").size(), 0, "how many times there is Authorization")
	equal(server.last_request().value("Host"), "localhost:%d" % server.port(), "Host")


func test_credentials_that_were_left_behind_do_not_come_back(ours: Stack) -> void:
	var other: Peer = peer()
	var server: Peer = peer({"/": Answers.redirect("Location: " + other.url("/")), "/end": Answers.sized(TEXT)})
	other.answer("/", Answers.redirect("Location: " + server.url("/end")))
	came_to(await ask(node(ours), server.url("/"), ["Authorization: Basic abc"]), Result.SUCCESS, 200, null, TEXT)
	equal(server.last_request().values("Authorization").size(), 0, "how many times there is Authorization")


func test_from_http_up_to_https(stack: Stack) -> void:
	var secure: Peer = peer({"*": Answers.sized(TEXT)}, FIXTURE)
	var plain: Peer = peer({"/": Answers.redirect("Location: " + secure.url("/end"))})
	came_to(await ask(node(stack), plain.url("/")), Result.SUCCESS, 200, null, TEXT)
	equal(secure.last_request().value("Host"), "127.0.0.1:%d" % secure.port(), "Host")


func test_the_target_s_certificate_is_checked_too(stack: Stack) -> void:
	expect_errors()
	var secure: Peer = peer({"*": Answers.sized(TEXT)}, "localhost")
	var plain: Peer = peer({"/": Answers.redirect("Location: " + secure.url("/end"))})
	came_to_nothing(await ask(node(stack), plain.url("/")), Result.TLS_HANDSHAKE_ERROR)


func test_a_redirect_with_a_body_that_never_ends_is_followed(ours: Stack) -> void:
	var server: Peer = peer({"/end": Answers.sized(TEXT)})
	server.answer("/", [Answers.head(302, ["Location: /end", "Content-Length: 1000000"]), &"hang"])
	came_to(await ask(node(ours, {&"timeout": 10.0}), server.url("/")), Result.SUCCESS, 200, null, TEXT)


func test_a_redirect_whose_body_never_comes_is_followed(ours: Stack) -> void:
	var head: PackedByteArray = Answers.head(302, ["Location: /end", "Content-Length: 10"])
	var server: Peer = peer({"/": [head, &"hang"], "/end": Answers.sized("there")})
	came_to(await ask(node(ours), server.url("/")), Result.SUCCESS, 200, null, "there")


func test_where_it_ended_is_told_by_ours(ours: Stack) -> void:
	var server: Peer = peer(_chain(3))
	var http: Node = node(ours)
	await ask(http, server.url("/0"))
	var response: RefCounted = http.call(&"get_response")
	if check(response != null, "get_response() is null"):
		equal([response.get(&"url"), response.get(&"redirects")], [server.url("/3"), 3], "url and redirects")


func test_the_limit_of_the_body_is_that_of_the_last_answer(stack: Stack) -> void:
	var server: Peer = peer({"/": Answers.redirect("Location: /end"), "/end": Answers.sized("abc")})
	came_to(await ask(node(stack, {&"body_size_limit": 3}), server.url("/")), Result.SUCCESS, 200, null, "abc")


## Paths from 0 to [param count], each redirecting to the next.
func _chain(count: int) -> Dictionary:
	var answers: Dictionary = {"/%d" % count: Answers.sized(TEXT)}
	for number: int in count:
		answers["/%d" % number] = Answers.redirect("Location: /%d" % (number + 1))
	return answers

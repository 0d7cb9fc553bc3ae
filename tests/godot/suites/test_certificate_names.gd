extends "res://support/certificate_suite.gd"
## Distinguished names as scripts write them: the results of both classes, and what ours refuses or keeps.


## Serial numbers have 20 bytes, random ones in both classes.
const SERIAL_DIGITS := 40

## Names that both classes read alike, with the subject in RFC 4514 form (backwards).
const PARITY: Dictionary = {
	"CN=localhost": "CN=localhost",
	"CN=localhost,O=My Game,C=DE": "C=DE,O=My Game,CN=localhost",
	"C=DE,O=My Game,CN=localhost": "CN=localhost,O=My Game,C=DE",
	"CN=myserver,O=myorganisation,C=IT": "C=IT,O=myorganisation,CN=myserver",
	# Spaces after a comma are ignored, others are not.
	"CN=a, O=b,   C=DE": "C=DE,O=b,CN=a",
	"CN= a b": "CN=\\ a b",
	# Escapes, and characters without a special meaning here.
	"CN=a\\,b,O=c\\, d": "O=c\\, d,CN=a\\,b",
	"CN=x+y": "CN=x\\+y",
	"CN=x;y": "CN=x\\;y",
	"CN=x=y": "CN=x=y",
	"CN=\\\"x\\\"": "CN=\\\"x\\\"",
	"CN=back\\\\slash": "CN=back\\\\slash",
	"CN=a\\2Cb": "CN=a\\,b",
	"CN=b\\C3\\BCcher": "CN=bücher",
	"CN=#0c026162": "CN=ab",
	# Letters of all kinds.
	"CN=bücher": "CN=bücher",
	"CN=日本,O=株式会社": "O=株式会社,CN=日本",
	"CN=🎲 game": "CN=🎲 game",
	# Each attribute.
	"CN=a,L=Berlin,ST=Berlin,OU=Servers": "OU=Servers,ST=Berlin,L=Berlin,CN=a",
	"CN=a,SN=Surname,GN=Given,initials=I": "initials=I,GN=Given,SN=Surname,CN=a",
	"CN=a,DC=example": "DC=example,CN=a",
}

## Names that both classes refuse, with parts of our error message.
const BAD: Dictionary = {
	"": ["is empty", "CN="],
	"   ": ["is empty"],
	"localhost": ["no \"=\"", "localhost"],
	"CN=a,b": ["no \"=\"", "\"b\""],
	"CN=": ["\"CN\"", "empty"],
	"CN=a,O=": ["\"O\"", "empty"],
	"=a": ["unknown attribute"],
	"cn=a": ["unknown attribute", "write CN"],
	"CN=a,o=b": ["unknown attribute", "write O"],
	"Common Name=a": ["unknown attribute", "known are CN"],
	"CN=a\\": ["backslash"],
	"CN=a\\xb": ["backslash"],
	"CN=a\\C3": ["UTF-8"],
	"CN=a\\00b": ["NUL"],
	"CN=\\00": ["NUL"],
	"CN=#": ["hex"],
	"CN=#0c": ["#"],
	"CN=#zz": ["hex"],
	"CN=#0c0": ["hex"],
	"CN=#0500": ["UTF8String"],
	"CN=#0c0100": ["NUL"],
	"2.5.4.3=a": ["#"],
	"O=nobody": ["common name", "CN="],
	"O=a,C=DE": ["common name"],
	"CN=a,C=D": ["two letters"],
	"CN=a,C=DEU": ["two letters"],
	"CN=a,C=D1": ["two letters"],
	"CN=a,C=ÄÖ": ["letters"],
	"CN=a,emailAddress=mé@a.test": ["ASCII"],
	"CN=a,serialNumber=a*b": ["serialNumber"],
}

var _key: CryptoKey = Fixtures.lone_key("p256")


func test_both_classes_read_the_same_names_alike(_ours: Stack) -> void:
	for name: String in PARITY:
		row(name)
		var theirs: Object = read(engine.call(&"generate_self_signed_certificate", _key, name))
		var mine: Object = read(ours.call(&"generate_self_signed_certificate", _key, name))
		if theirs == null or mine == null:
			continue
		equal(mine.subject, theirs.subject, "our subject, against the engine's,")
		equal(mine.subject, PARITY[name], "our subject")
		equal([mine.issuer, mine.common_name], [theirs.issuer, theirs.common_name], "issuer and common name")


func test_names_are_written_byte_by_byte_as_the_engine_writes_them(_ours: Stack) -> void:
	var openssl_found: bool = true
	after(Fixtures.clear_scratch)
	for name: String in [
		"CN=localhost,O=My Game,C=DE", "CN=a,OU=b,L=c,ST=d,title=e,pseudonym=f", "CN=a,serialNumber=12,postalCode=1",
		"CN=a,emailAddress=me@a.test", "CN=a,DC=test", "CN=bücher,O=株式会社",
	]:
		row(name)
		var shown: Array = []
		for crypto: RefCounted in [engine, ours]:
			var certificate: String = _readable_certificate(crypto, name)
			# With the type of each string.
			shown.append(openssl([
				"x509", "-in", file_of("named.crt", certificate), "-noout", "-subject", "-nameopt", "RFC2253,show_type",
			]))
			openssl_found = openssl_found and shown[-1] != null
		if not openssl_found:
			return
		equal(shown[1], shown[0], "how our name is written, against the engine's,")


func test_the_longest_values_are_taken_by_both(_ours: Stack) -> void:
	for length: int in [64, 65, 128, 255]:
		row("%d characters" % length)
		var name: String = "CN=" + "a".repeat(length)
		for crypto: RefCounted in [engine, ours]:
			var info: Object = read(crypto.call(&"generate_self_signed_certificate", _key, name))
			if info != null:
				equal(str(info.common_name).length(), length, "the length of the common name")
	row("256 characters")
	expect_errors()
	var theirs: X509Certificate = engine.call(&"generate_self_signed_certificate", _key, "CN=" + "a".repeat(256))
	equal(our_stack.call(&"certificate_infos", theirs), [], "what the engine's object holds")
	var longer: String = "CN=" + "a".repeat(256)
	refuses(&"generate_self_signed_certificate", [_key, longer], null, ["256", "255"])
	# The limit counts bytes, not characters.
	refuses(&"generate_self_signed_certificate", [_key, "CN=" + "ü".repeat(128)], null, ["256", "255"])


func test_what_is_no_name_is_refused_by_every_method(_ours: Stack) -> void:
	expect_errors()
	var ca: X509Certificate = Fixtures.certificate("root")
	for bad: String in BAD:
		row(bad)
		var parts: Array[String] = ["the name"]
		parts.append_array(BAD[bad])
		refuses(&"generate_self_signed_certificate", [_key, bad], null, parts)
		refuses(&"generate_certificate_authority", [_key, bad, FROM, TO], null, parts)
		refuses(&"issue_certificate", [Fixtures.key("root"), ca, _key, bad, ["a.test"], FROM, TO], null, parts)
		refuses(&"generate_certificate_signing_request", [_key, bad, ["a.test"]], "", parts)


## The engine silently drops an unknown attribute and all following ones.
func test_an_unknown_attribute_is_refused_where_the_engine_drops_it(_ours: Stack) -> void:
	expect_errors()
	var name: String = "CN=localhost,XY=what,O=My Game"
	var theirs: Object = read(engine.call(&"generate_self_signed_certificate", _key, name))
	equal(theirs.subject, "CN=localhost", "the engine's subject")
	refuses(&"generate_self_signed_certificate", [_key, name], null, ["XY", "unknown attribute"])


func test_repeated_attributes_are_kept_where_the_engine_drops_them(_ours: Stack) -> void:
	var repeated: Dictionary = {
		"CN=a,OU=one,OU=two": "OU=two,OU=one,CN=a",
		"CN=a,DC=example,DC=org": "DC=org,DC=example,CN=a",
		"CN=a,OU=same,OU=same": "OU=same,OU=same,CN=a",
		"CN=first,CN=second": "CN=second,CN=first",
	}
	for name: String in repeated:
		row(name)
		var theirs: Object = read(engine.call(&"generate_self_signed_certificate", _key, name))
		check(theirs.subject != repeated[name], "the engine keeps them too")
		var info: Object = read(ours.call(&"generate_self_signed_certificate", _key, name))
		if info != null:
			equal(info.subject, repeated[name], "the subject")


func test_names_are_the_same_in_all_that_is_made(_ours: Stack) -> void:
	after(Fixtures.clear_scratch)
	var ca_key: CryptoKey = Fixtures.lone_key("p384")
	for name: String in ["CN=a,OU=one,OU=two", "CN=bücher,O=c\\, d,C=DE", "O=b,CN=x"]:
		row(name)
		var ca: X509Certificate = ours.call(&"generate_certificate_authority", ca_key, name, FROM, TO)
		var ca_info: Object = read(ca)
		var made: Object = read(ours.call(&"generate_self_signed_certificate", _key, name))
		var issued: Object = read(ours.call(&"issue_certificate", ca_key, ca, _key, name, [], FROM, TO))
		if ca_info == null or made == null or issued == null:
			continue
		equal([ca_info.subject, ca_info.issuer], [made.subject, made.subject], "names of the authority")
		equal([issued.subject, issued.issuer], [made.subject, made.subject], "names of what it issued")
		var request: String = ours.call(&"generate_certificate_signing_request", _key, name, [])
		var shown: Variant = openssl([
			"req", "-in", file_of("named.csr", request), "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8",
		])
		if shown == null:
			return
		equal(str(shown).strip_edges(), "subject=%s" % made.subject, "the subject of the request")


## In one of about 500 certificates the engine's serial number has an extra leading zero byte, which OpenSSL refuses.
func _readable_certificate(crypto: RefCounted, name: String) -> String:
	for attempt: int in 10:
		var info: Object = read(crypto.call(&"generate_self_signed_certificate", _key, name))
		# Two digits per byte, without leading zero bytes.
		if info == null or str(info.serial_number).length() == SERIAL_DIGITS:
			return "" if info == null else info.get_pem()
	check(false, "no certificate has a serial number of %d digits" % SERIAL_DIGITS)
	return ""

extends "res://support/certificate_suite.gd"
## Validity dates of certificates: accepted dates, their encoding, and invalid dates.


## Invalid dates, with parts of the error message.
const BAD_DATES: Dictionary = {
	"empty": "", "year": "2014", "no seconds": "201401010000", "zone": "20140101000000Z", "fraction": "20140101000000.5",
	"month 0": "20140001000000", "month 13": "20141301000000", "day 0": "20140100000000", "day 32": "20140132000000",
	"30 February": "20140230000000", "29 February 2023": "20230229000000", "29 February 1900": "19000229000000",
	"31 April": "20140431000000", "hour 24": "20140101240000", "minute 60": "20140101006000", "second 60": "20140101000060",
	"letter": "2014010100000a", "sign": "+2014010100000", "minus": "-2014010100000", "blank": "2014010100000 ",
	"ISO": "2014-01-01T00:00:00", "other digits": "２０１４０１０１００００００", "two bytes a letter": "äääääää",
}

## Days from the first to the last possible one, as both classes read them back.
const GOOD_DATES: Dictionary = {
	"19500101000000": "1950-01-01T00:00:00", "19700101000000": "1970-01-01T00:00:00",
	"20240229235959": "2024-02-29T23:59:59", "20491231235959": "2049-12-31T23:59:59",
	"20500101000000": "2050-01-01T00:00:00", "20991231235959": "2099-12-31T23:59:59",
	"99991231235959": "9999-12-31T23:59:59",
}

## Years that the engine maps to the 2000s.
const EARLY_DATES: Dictionary = {
	"19491231235959": "1949-12-31T23:59:59", "19000228000000": "1900-02-28T00:00:00",
	"16010101000000": "1601-01-01T00:00:00",
}


func test_dates_are_read_back_by_both(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("p256")
	for date: String in GOOD_DATES:
		row(date)
		var theirs: Object = read(engine.call(&"generate_self_signed_certificate", key, NAME, date, "99991231235959"))
		var mine: Object = read(ours.call(&"generate_self_signed_certificate", key, NAME, date, "99991231235959"))
		var expected: int = Time.get_unix_time_from_datetime_string(GOOD_DATES[date])
		equal([theirs.not_before, mine.not_before], [expected, expected], "not_before of the engine's and ours")
		theirs = read(engine.call(&"generate_self_signed_certificate", key, NAME, "19500101000000", date))
		mine = read(ours.call(&"generate_self_signed_certificate", key, NAME, "19500101000000", date))
		equal([theirs.not_after, mine.not_after], [expected, expected], "not_after of the engine's and ours")


func test_dates_before_1950_stay_what_they_are(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("p256")
	for date: String in EARLY_DATES:
		row(date)
		var info: Object = read(ours.call(&"generate_self_signed_certificate", key, NAME, date, TO))
		if info != null:
			equal(info.not_before, Time.get_unix_time_from_datetime_string(EARLY_DATES[date]), "not_before")


## RFC 5280 section 4.1.2.5: two digits of the year through 2049, four from 2050 on and before 1950.
func test_dates_are_written_as_the_standard_wants(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("p256")
	for date: String in GOOD_DATES.keys() + EARLY_DATES.keys():
		row(date)
		var der: PackedByteArray = Marshalls.base64_to_raw(
			"".join(pem_of(ours.call(&"generate_self_signed_certificate", key, NAME, date, TO)).split("\n").slice(1, -2))
		)
		var year: int = date.left(4).to_int()
		var short: bool = year >= 1950 and year < 2050
		var written: PackedByteArray = ((date.substr(2) if short else date) + "Z").to_ascii_buffer()
		var element: PackedByteArray = PackedByteArray([0x17 if short else 0x18, written.size()]) + written
		check(der.hex_encode().contains(element.hex_encode()), "not_before is not written as %s" % [element.hex_encode()])


func test_what_is_no_date_is_refused(_ours: Stack) -> void:
	expect_errors()
	var key: CryptoKey = Fixtures.lone_key("p256")
	var ca: X509Certificate = Fixtures.certificate("root")
	for label: String in BAD_DATES:
		row(label)
		var bad: String = BAD_DATES[label]
		var shown: String = "\"%s\"" % bad
		refuses(&"generate_self_signed_certificate", [key, NAME, bad, TO], null, ["not_before", shown, "YYYYMMDDhhmmss"])
		refuses(&"generate_self_signed_certificate", [key, NAME, FROM, bad], null, ["not_after", shown, "YYYYMMDDhhmmss"])
		refuses(&"generate_certificate_authority", [key, NAME, bad, TO], null, ["not_before", shown])
		refuses(&"generate_certificate_authority", [key, NAME, FROM, bad], null, ["not_after", shown])
		var issue: Array = [Fixtures.key("root"), ca, key, NAME, []]
		refuses(&"issue_certificate", issue + [bad, TO], null, ["not_before", shown])
		refuses(&"issue_certificate", issue + [FROM, bad], null, ["not_after", shown])


func test_a_certificate_that_ends_before_it_begins_is_made_with_a_warning(_ours: Stack) -> void:
	var arguments: Array = [Fixtures.lone_key("p256"), NAME, "20300101000000", "20200101000000"]
	var info: Object = read(engine.callv(&"generate_self_signed_certificate", arguments))
	check(info.not_before > info.not_after, "the engine exchanged them")
	info = read(ours.callv(&"generate_self_signed_certificate", arguments))
	check(info.not_before > info.not_after, "ours exchanged them")
	equal(ours.call(&"get_last_error"), "", "get_last_error()")
	if can_read_log() and check(printed_warnings().size() == 1, "warned %s" % [printed_warnings()]):
		names(printed_warnings()[0], "never valid", "the warning")


func test_any_dates_around_now_are_accepted(_ours: Stack) -> void:
	var key: CryptoKey = Fixtures.lone_key("p256")
	for dates: Array in [
		["20000101000000", "20491231235959"], ["19500101000000", "20500101000000"], ["19491231235959", "99991231235959"],
		["16010101000000", "20991231235959"], ["00010101000000", "99991231235959"],
	]:
		row(str(dates))
		var certificate: X509Certificate = ours.callv(&"generate_self_signed_certificate", [key, NAME] + dates)
		accepted_under(["play.example.test"], certificate, key, certificate)

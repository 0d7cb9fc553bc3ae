extends RefCounted
## Numbers and causes as people read them.


## A whole number with its thousands apart: [code]12,345[/code].
static func grouped(number: int) -> String:
	var digits: String = str(absi(number))
	var text: String = ""
	while digits.length() > 3:
		text = "," + digits.right(3) + text
		digits = digits.left(-3)
	return ("-" if number < 0 else "") + digits + text


## A duration with a fitting unit, from microseconds.
static func duration(usec: float) -> String:
	if usec < 999.5:
		return "%d µs" % roundi(usec)
	if usec < 9950.0:
		return "%.1f ms" % (usec / 1000.0)
	if usec < 999_500.0:
		return "%d ms" % roundi(usec / 1000.0)
	return "%.1f s" % (usec / 1_000_000.0)


## Bytes a second in MB/s, as a bare number.
static func megabytes(bytes_per_second: float) -> String:
	var rate: float = bytes_per_second / 1_000_000.0
	return grouped(roundi(rate)) if rate >= 10.0 else "%.1f" % rate


## [param count] of something, in the singular when it is one.
static func counted(count: int, one: String, many: String) -> String:
	return "%s %s" % [grouped(count), one if count == 1 else many]

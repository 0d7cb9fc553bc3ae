extends RefCounted
## Formats numbers and dates.

const MONTHS: Array[String] = ["January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"]
const SECONDS_PER_HOUR: float = 3600.0
const SECONDS_PER_DAY: float = 86_400.0


## Formats an integer with thousands separators: [code]12,345[/code].
static func grouped(number: int) -> String:
	var digits: String = str(absi(number))
	var text: String = ""
	while digits.length() > 3:
		text = "," + digits.right(3) + text
		digits = digits.left(-3)
	return ("-" if number < 0 else "") + digits + text


## Formats a duration in microseconds with a suitable unit.
static func duration(usec: float) -> String:
	if usec < 999.5:
		return "%d µs" % roundi(usec)
	if usec < 9950.0:
		return "%.1f ms" % (usec / 1000.0)
	if usec < 999_500.0:
		return "%d ms" % roundi(usec / 1000.0)
	return "%.1f s" % (usec / 1_000_000.0)


## Formats bytes per second as a number of MB/s, without the unit.
static func megabytes(bytes_per_second: float) -> String:
	var rate: float = bytes_per_second / 1_000_000.0
	return grouped(roundi(rate)) if rate >= 10.0 else "%.1f" % rate


## Formats a number of bytes with a suitable unit.
static func size(bytes: int) -> String:
	if bytes < 1000:
		return counted(bytes, "byte", "bytes")
	if bytes < 999_500:
		return "%d kB" % roundi(bytes / 1000.0)
	return "%.1f MB" % (bytes / 1_000_000.0)


## Returns the name of the constant of [param of_class] that begins with [param prefix] and has the value
## [param value], such as [code]CAUSE_EXPIRED[/code].
static func constant_name(of_class: StringName, prefix: String, value: int) -> String:
	for constant: String in ClassDB.class_get_integer_constant_list(of_class, true):
		if constant.begins_with(prefix) \
				and ClassDB.class_get_integer_constant(of_class, constant) == value:
			return constant
	return "%s%d" % [prefix, value]


## Returns [param count] with [param one] or [param many] as the unit.
static func counted(count: int, one: String, many: String) -> String:
	return "%s %s" % [grouped(count), one if count == 1 else many]


## Joins a list: [code]a, b and c[/code].
static func listed(things: PackedStringArray) -> String:
	if things.size() < 2:
		return "".join(things)
	return "%s and %s" % [", ".join(things.slice(0, -1)), things[-1]]


## Formats the date of a Unix time in UTC: [code]24 November 2026[/code].
static func day(unix_time: int) -> String:
	var date: Dictionary = Time.get_datetime_dict_from_unix_time(unix_time)
	var month: int = date.month
	return "%d %s %d" % [date.day, MONTHS[month - 1], date.year]


## Formats a Unix time and its distance: [code]24 November 2026, 18:26 UTC (in 90 days)[/code].
static func moment(unix_time: int) -> String:
	var date: Dictionary = Time.get_datetime_dict_from_unix_time(unix_time)
	var seconds: float = unix_time - Time.get_unix_time_from_system()
	var days: int = roundi(absf(seconds) / SECONDS_PER_DAY)
	var distance: String = counted(days, "day", "days")
	if days == 0:
		distance = counted(roundi(absf(seconds) / SECONDS_PER_HOUR), "hour", "hours")
	return "%s, %02d:%02d UTC (%s)" % [day(unix_time), date.hour, date.minute,
			("in %s" if seconds > 0.0 else "%s ago") % distance]

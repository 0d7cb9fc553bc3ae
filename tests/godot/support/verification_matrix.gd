extends RefCounted
## Reads the tables of [code]verification_matrix.md[/code], which list the verdicts of a client on certificates.


const TABLES := "res://support/verification_matrix.md"
const SYSTEM := "system:"
## The time of rows without one.
const NOW := "2026-06-01T00:00:00"
## The causes of a refusal, by the names in the tables; [constant ACCEPTED] is not among them.
const VERDICTS: Dictionary = {
	"accepted": 0, "untrusted": 1, "expired": 2, "not yet valid": 3, "name": 4, "bad": 7,
}
const ACCEPTED := 0
const SERVERS: PackedStringArray = ["", "engine", "ours"]


## One row.
class Case:
	var group: String
	var what: String
	## Fixtures, of the options' chain or of the system's store.
	var trusted: PackedStringArray
	var is_system: bool
	## Fixtures, leaf first.
	var sent: PackedStringArray
	var name: String
	var unix_time: int
	var cause: int
	## Part of the error message; empty if there is none.
	var words: String
	## The stack that serves the chain in a handshake, or empty.
	var server: String


## Errors in the tables themselves, one entry per line.
var problems: PackedStringArray = []
var cases: Array[Case] = []


func _init() -> void:
	var group: String = ""
	var is_body: bool = false
	for line: String in FileAccess.get_file_as_string(TABLES).split("\n"):
		if line.begins_with("## "):
			group = line.trim_prefix("## ")
		if not line.begins_with("|"):
			is_body = false
		elif line.begins_with("|-"):
			is_body = true
		elif is_body:
			_read(group, line)


## Returns the rows of one table.
func of_group(group: String) -> Array[Case]:
	return cases.filter(func(case: Case) -> bool: return case.group == group)


## Returns the titles of the tables, in order.
func groups() -> PackedStringArray:
	var titles: PackedStringArray = []
	for case: Case in cases:
		if case.group not in titles:
			titles.append(case.group)
	return titles


func _read(group: String, line: String) -> void:
	var cells: PackedStringArray = []
	for cell: String in line.trim_prefix("|").trim_suffix("|").split("|"):
		cells.append(cell.strip_edges())
	if cells.size() != 8 or not VERDICTS.has(cells[5]) or cells[7] not in SERVERS:
		problems.append(line)
		return
	var case: Case = Case.new()
	case.group = group
	case.what = cells[0]
	case.is_system = cells[1].begins_with(SYSTEM)
	case.trusted = cells[1].trim_prefix(SYSTEM).split(" ", false)
	case.sent = cells[2].split(" ", false)
	case.name = cells[3].trim_prefix("\"").trim_suffix("\"").c_unescape()
	case.unix_time = Time.get_unix_time_from_datetime_string(NOW if cells[4].is_empty() else cells[4])
	case.cause = VERDICTS[cells[5]]
	case.words = cells[6]
	case.server = cells[7]
	if case.words.is_empty() != (case.cause == ACCEPTED) or case.trusted.is_empty() or case.sent.is_empty():
		problems.append(line)
	cases.append(case)

extends RefCounted
## How much memory the system says this process keeps. Linux only.


const PAGE_SIZE := 4096
const STATM := "/proc/self/statm"


## The process's resident memory; not a number where the system does not tell it this way.
static func bytes() -> float:
	var file: FileAccess = FileAccess.open(STATM, FileAccess.READ)
	return float(file.get_line().get_slice(" ", 1).to_int() * PAGE_SIZE) if file != null else NAN

extends RefCounted
## The time on processors of this process, all threads together. Linux only.


const STAT := "/proc/self/stat"
const SCHEDULER := "/proc/self/schedstat"
const TICKS_A_SECOND := 100.0
## Places behind the program's name, which may hold anything (proc_pid_stat(5)): utime and stime.
const USER := 11
const SYSTEM := 12


## Seconds since it started, in steps of a hundredth; not a number where the system does not tell.
static func seconds() -> float:
	var file: FileAccess = FileAccess.open(STAT, FileAccess.READ)
	if file == null:
		return NAN
	var fields: PackedStringArray = file.get_line().get_slice(") ", 1).split(" ")
	return (fields[USER].to_int() + fields[SYSTEM].to_int()) / TICKS_A_SECOND


## Microseconds for which the main thread could have run and had no processor; 0 where the system does not tell.
static func main_thread_waited_usec() -> int:
	var file: FileAccess = FileAccess.open(SCHEDULER, FileAccess.READ)
	return file.get_line().get_slice(" ", 1).to_int() / 1000 if file != null else 0

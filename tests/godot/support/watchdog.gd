extends RefCounted
## Ends the process if a test blocks the main thread beyond its limit: nothing else could end the test.
##
## The runner itself fails a test that awaits for too long. This thread is for a call that never returns.


const POLL_MSEC := 200

var _mutex: Mutex = Mutex.new()
var _thread: Thread = Thread.new()
var _deadline_msec: int = -1
var _last_words: String = ""
var _stop: bool = false


## Starts the watching thread.
func start() -> void:
	_thread.start(_watch)


## Arms the watchdog: if it is not rearmed within [param seconds], it prints [param last_words] and kills the process.
func arm(seconds: float, last_words: String) -> void:
	_mutex.lock()
	_deadline_msec = Time.get_ticks_msec() + int(seconds * 1000.0)
	_last_words = last_words
	_mutex.unlock()


## Ends the watching thread.
func stop() -> void:
	_mutex.lock()
	_stop = true
	_mutex.unlock()
	_thread.wait_to_finish()


func _watch() -> void:
	while true:
		OS.delay_msec(POLL_MSEC)
		_mutex.lock()
		var stopped: bool = _stop
		var late: bool = _deadline_msec >= 0 and Time.get_ticks_msec() > _deadline_msec
		var words: String = _last_words
		_mutex.unlock()
		if stopped:
			return
		if late:
			print(words)
			# The main thread is stuck in a call: there is no orderly way out, and a killed process is not exit code 0.
			OS.kill(OS.get_process_id())

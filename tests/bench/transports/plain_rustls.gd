extends "res://transports/transport.gd"
## rustls without an engine: a Rust program that is started for each sample and tells its own figure.


var _program: String


func _init(program: String) -> void:
	_program = program


func label() -> String:
	return "plain Rust rustls"


## Megabytes a second in blocks of that size; not a number when the program fails.
func megabytes_a_second(block_size: int, seconds: float) -> float:
	var output: Array = []
	var code: int = OS.execute(_program, ["--block=%d" % block_size, "--seconds=%f" % seconds], output, true)
	var told: String = (output[0] as String).strip_edges()
	if code != 0 or not told.is_valid_float():
		printerr("%s ended with code %d and said: %s" % [_program, code, told])
		return NAN
	return told.to_float()

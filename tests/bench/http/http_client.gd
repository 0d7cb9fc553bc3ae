extends Node
## One way to make HTTP requests; the scripts that extend this know a class each.


## A request ended: the size of the body, or -1 when it failed.
signal answered(size: int)

const Site := preload("res://http/site.gd")


## How the report calls this way.
func label() -> String:
	return ""


## Gets ready for [param count] requests at once. Nothing that an earlier sample left is used again.
func prepare(_count: int, _trusted: X509Certificate) -> void:
	pass


## Begins a request; [param place] is below the count.
func ask(_place: int, _url: String) -> bool:
	return false


func _judge(result: int, code: int, body: PackedByteArray, error: String) -> void:
	if result != HTTPRequest.RESULT_SUCCESS or code != 200:
		printerr("%s: result %d, code %d %s" % [label(), result, code, error])
		answered.emit(-1)
		return
	answered.emit(body.size())

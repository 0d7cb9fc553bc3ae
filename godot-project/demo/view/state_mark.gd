extends Control
## A small mark that shows a state: a ring, a turning arc, a tick or a cross.

const Palette := preload("res://demo/view/palette.gd")
const Step := preload("res://demo/tls_echo/step.gd")

const LINE_WIDTH: float = 2.0
const TURNS_PER_SECOND: float = 1.1

## The state that the mark shows.
var state: Step.State = Step.State.WAITING:
	set(value):
		state = value
		set_process(state == Step.State.RUNNING)
		queue_redraw()

var _turn: float = 0.0


func _ready() -> void:
	set_process(state == Step.State.RUNNING)


func _process(delta: float) -> void:
	_turn = fmod(_turn + delta * TURNS_PER_SECOND, 1.0)
	queue_redraw()


func _draw() -> void:
	var radius: float = minf(size.x, size.y) / 2.0 - LINE_WIDTH / 2.0
	var center: Vector2 = size / 2.0
	match state:
		Step.State.WAITING:
			_draw_ring(center, radius, 0.0, TAU, Palette.LINE)
		Step.State.RUNNING:
			_draw_ring(center, radius, 0.0, TAU, Palette.LINE)
			_draw_ring(center, radius, _turn * TAU, _turn * TAU + TAU / 3.0, Palette.ACCENT)
		Step.State.DONE:
			_draw_disc(center, radius, Palette.DONE)
			_draw_strokes(center, radius, Palette.DONE, [
				Vector2(-0.42, 0.02), Vector2(-0.1, 0.34), Vector2(0.44, -0.3)])
		Step.State.FAILED:
			_draw_disc(center, radius, Palette.FAILED)
			_draw_strokes(center, radius, Palette.FAILED, [Vector2(-0.34, -0.34), Vector2(0.34, 0.34)])
			_draw_strokes(center, radius, Palette.FAILED, [Vector2(0.34, -0.34), Vector2(-0.34, 0.34)])


func _draw_ring(center: Vector2, radius: float, from: float, to: float, color: Color) -> void:
	draw_arc(center, radius, from, to, 40, color, LINE_WIDTH, true)


func _draw_disc(center: Vector2, radius: float, color: Color) -> void:
	draw_circle(center, radius + LINE_WIDTH / 2.0, Color(color, 0.18))


func _draw_strokes(center: Vector2, radius: float, color: Color, points: PackedVector2Array) -> void:
	var scaled: PackedVector2Array = PackedVector2Array()
	for point: Vector2 in points:
		scaled.append(center + point * radius)
	draw_polyline(scaled, color, LINE_WIDTH, true)

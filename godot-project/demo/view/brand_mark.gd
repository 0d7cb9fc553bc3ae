extends Control
## Draws the project's mark, the padlock of icon.svg: an image would have to be imported first.

const Palette := preload("res://demo/view/palette.gd")

const BODY: Rect2 = Rect2(0.06, 0.42, 0.88, 0.54)
const PUPIL_RATIO: float = 0.5


func _draw() -> void:
	var unit: float = minf(size.x, size.y)
	var shackle: float = 0.26 * unit
	var top: Vector2 = Vector2(0.5, 0.34) * unit
	draw_arc(top, shackle, PI, TAU, 24, Palette.TEXT, 0.12 * unit, true)
	for side: float in [-1.0, 1.0]:
		var corner: Vector2 = top + Vector2(side * shackle, 0.0)
		draw_line(corner, corner + Vector2(0.0, 0.2 * unit), Palette.TEXT, 0.12 * unit, true)
	var body: StyleBoxFlat = StyleBoxFlat.new()
	body.bg_color = Palette.BRAND
	body.set_corner_radius_all(roundi(0.16 * unit))
	draw_style_box(body, Rect2(BODY.position * unit, BODY.size * unit))
	var ink: Color = Color("#1b202b")
	for side: float in [-1.0, 1.0]:
		var eye: Vector2 = Vector2(0.5 + side * 0.19, 0.67) * unit
		draw_circle(eye, 0.13 * unit, Color.WHITE, true, -1.0, true)
		draw_circle(eye - Vector2(side, -0.5) * 0.012 * unit, 0.065 * unit, ink, true, -1.0, true)
	draw_line(Vector2(0.5, 0.66) * unit, Vector2(0.5, 0.82) * unit, ink, 0.07 * unit, true)

extends Control
## The round trip times of the last seconds: a line for the median, a shade up to the 95th percentile.

const Palette := preload("res://demo/view/palette.gd")
const Words := preload("res://demo/tls_echo/words.gd")

## The number of samples in the graph, ten per second.
const CAPACITY: int = 120

## The width of the scale on the left.
const SCALE_WIDTH: float = 58.0
const FONT_SIZE: int = 12
const GRID_LINES: int = 2

var _medians_usec: PackedFloat32Array = PackedFloat32Array()
var _slow_usec: PackedFloat32Array = PackedFloat32Array()
var _top_usec: float = 1.0


func _draw() -> void:
	_draw_grid()
	if _medians_usec.size() < 2:
		return
	var median: PackedVector2Array = _points(_medians_usec)
	var slow: PackedVector2Array = _points(_slow_usec)
	for i: int in median.size() - 1:
		_draw_column(median[i], median[i + 1], slow[i], slow[i + 1])
	draw_polyline(slow, Color(Palette.ACCENT, 0.35), 1.0, true)
	draw_polyline(median, Palette.ACCENT, 2.0, true)


## Adds the newest sample.
func push(median_usec: float, slow_usec: float) -> void:
	_medians_usec.append(median_usec)
	_slow_usec.append(slow_usec)
	if _medians_usec.size() > CAPACITY:
		_medians_usec.remove_at(0)
		_slow_usec.remove_at(0)
	_top_usec = _round_up(_highest() * 1.1)
	queue_redraw()


## Removes all samples.
func clear() -> void:
	_medians_usec.clear()
	_slow_usec.clear()
	_top_usec = 1.0
	queue_redraw()


func _draw_grid() -> void:
	var font: Font = get_theme_default_font()
	for line: int in GRID_LINES + 1:
		var share: float = float(line) / GRID_LINES
		var y: float = _y(share * _top_usec)
		draw_line(Vector2(SCALE_WIDTH, y), Vector2(size.x, y), Palette.LINE, 1.0)
		if _medians_usec.is_empty():
			continue
		draw_string(font, Vector2(0.0, y + FONT_SIZE * 0.35), Words.duration(share * _top_usec),
				HORIZONTAL_ALIGNMENT_RIGHT, SCALE_WIDTH - 10.0, FONT_SIZE, Palette.MUTED)


## One column of the shades: strong below the median, faint from there to the 95th percentile.
func _draw_column(from: Vector2, to: Vector2, slow_from: Vector2, slow_to: Vector2) -> void:
	var bottom: float = _y(0.0)
	_draw_quad(from, to, Vector2(to.x, bottom), Vector2(from.x, bottom), 0.32, 0.04)
	_draw_quad(slow_from, slow_to, to, from, 0.10, 0.10)


func _draw_quad(a: Vector2, b: Vector2, c: Vector2, d: Vector2, upper: float, lower: float) -> void:
	var above: Color = Color(Palette.ACCENT, upper)
	var below: Color = Color(Palette.ACCENT, lower)
	draw_primitive([a, b, c, d], [above, above, below, below], PackedVector2Array())


func _points(values_usec: PackedFloat32Array) -> PackedVector2Array:
	var points: PackedVector2Array = PackedVector2Array()
	var step: float = (size.x - SCALE_WIDTH) / (CAPACITY - 1)
	var first: float = size.x - step * (values_usec.size() - 1)
	for i: int in values_usec.size():
		points.append(Vector2(first + i * step, _y(minf(values_usec[i], _top_usec))))
	return points


func _y(usec: float) -> float:
	var margin: float = FONT_SIZE / 2.0
	return size.y - margin - (size.y - 2.0 * margin) * usec / _top_usec


## The top of the scale: above nearly all samples, so that a single slow frame does not flatten the graph.
func _highest() -> float:
	var sorted: PackedFloat32Array = _slow_usec.duplicate()
	sorted.sort()
	return sorted[int(sorted.size() * 0.95)]


## Rounds up to 1, 2, 4, 6 or 8 times a power of ten, so that the scale seldom changes.
static func _round_up(usec: float) -> float:
	var unit: float = pow(10.0, floorf(log(maxf(usec, 1.0)) / log(10.0)))
	for factor: float in [1.0, 2.0, 4.0, 6.0, 8.0]:
		if usec <= factor * unit:
			return factor * unit
	return 10.0 * unit

extends PanelContainer
## The connection to the echo server: the negotiated parameters and the current traffic.

const EchoMeter := preload("res://demo/tls_echo/echo_meter.gd")
const LatencyGraph := preload("res://demo/view/latency_graph.gd")
const Palette := preload("res://demo/view/palette.gd")
const Words := preload("res://demo/tls_echo/words.gd")

const NOTHING: String = "–"

## The maximum number of updates per second: a reader cannot follow more.
const NUMBERS_PER_SECOND: float = 3.0

## The share of the previous number in the next one, so that the numbers do not jump.
const SMOOTHING: float = 0.8

var _round_trips: float = 0.0
var _latency_usec: float = 0.0
var _throughput: float = 0.0
var _shown_msec: int = 0

@onready var _protocol: Label = %ProtocolValue
@onready var _cipher: Label = %CipherValue
@onready var _group: Label = %GroupValue
@onready var _round_trips_label: Label = %RoundTripsValue
@onready var _latency_label: Label = %LatencyValue
@onready var _throughput_label: Label = %ThroughputValue
@onready var _graph: LatencyGraph = %LatencyGraph
@onready var _note: Label = %Note


## Shows that there is no connection yet. [param slice_usec] is the traffic's share of a frame.
func clear(slice_usec: int) -> void:
	for label: Label in [_protocol, _cipher, _group, _round_trips_label, _latency_label,
			_throughput_label]:
		label.text = NOTHING
	_round_trips = 0.0
	_graph.clear()
	_note.remove_theme_color_override(&"font_color")
	_note.text = "Client and server share the main thread and use %s of each frame; the rates count only that time." \
			% Words.duration(slice_usec)


## Shows the negotiated parameters of [param stream].
func show_connection(stream: RustlsStreamPeerTLS) -> void:
	_protocol.text = stream.get_protocol_version()
	_cipher.text = stream.get_cipher_suite()
	_group.text = stream.get_key_exchange_group()


## Shows a tenth of a second of traffic.
func show_sample(sample: EchoMeter.Sample) -> void:
	_graph.push(sample.median_usec, sample.slow_usec)
	var kept: float = SMOOTHING if _round_trips > 0.0 else 0.0
	_round_trips = lerpf(sample.round_trips_per_second, _round_trips, kept)
	_latency_usec = lerpf(sample.median_usec, _latency_usec, kept)
	_throughput = lerpf(sample.bytes_per_second, _throughput, kept)
	var now_msec: int = Time.get_ticks_msec()
	if now_msec - _shown_msec < 1000.0 / NUMBERS_PER_SECOND:
		return
	_shown_msec = now_msec
	_round_trips_label.text = Words.grouped(roundi(_round_trips))
	_latency_label.text = Words.duration(_latency_usec)
	_throughput_label.text = Words.megabytes(_throughput)


## Shows why the traffic has stopped.
func show_stop(reason: String) -> void:
	_note.text = "The traffic stopped: %s" % reason
	_note.add_theme_color_override(&"font_color", Palette.FAILED)

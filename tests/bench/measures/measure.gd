extends RefCounted
## One thing to measure: a name, a unit, and a sample of each transport in each round.


const Transport := preload("res://transports/transport.gd")
const PlainRustls := preload("res://transports/plain_rustls.gd")

## The heading under which the report shows it.
var group: String = ""
## Samples by the transports' labels, one a round.
var samples: Dictionary = {}


## What is measured, as the report's first column says it.
func title() -> String:
	return ""


## The unit of the samples.
func unit() -> String:
	return ""


## Whether larger is better; ratios are turned so that more than 1 is always better for us.
func larger_is_better() -> bool:
	return true


## Whether it makes sense there: most needs both ends in this process, some needs TLS.
func applies_to(transport: Transport) -> bool:
	return not (transport is PlainRustls)


## Takes one sample; not a number when it could not be taken.
func sample(_transport: Transport, _seconds: float) -> float:
	return NAN


## Takes a sample and keeps it. False when it could not be taken.
func take(transport: Transport, seconds: float) -> bool:
	var value: float = sample(transport, seconds)
	(samples.get_or_add(transport.label(), []) as Array).append(value)
	return not is_nan(value)


## The rows that it fills: itself, unless one sample has several figures.
func rows() -> Array:
	return [self]


## The median of a transport's samples, not a number when there are none.
func median(label: String) -> float:
	var values: Array = (samples.get(label, []) as Array).duplicate()
	if values.is_empty():
		return NAN
	values.sort()
	var middle: int = values.size() / 2
	return values[middle] if values.size() % 2 == 1 else (values[middle - 1] + values[middle]) / 2.0


## How many times better [param label] is than [param other].
func ratio(label: String, other: String) -> float:
	var better: float = median(label)
	var base: float = median(other)
	return better / base if larger_is_better() else base / better

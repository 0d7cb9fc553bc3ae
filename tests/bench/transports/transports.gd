extends RefCounted
## The ways that are measured beside each other, ready to be used.


const Transport := preload("res://transports/transport.gd")
const TlsTransport := preload("res://transports/tls_transport.gd")
const EngineTls := preload("res://transports/engine_tls.gd")
const Identity := preload("res://transports/identity.gd")

const OURS := "res://transports/rustls_tls.gd"


## The engine's TLS and the addon's, where servers have that identity.
static func secured(identity: Identity) -> Array[Transport]:
	var ours: TlsTransport = (load(OURS) as GDScript).new()
	var engine: TlsTransport = EngineTls.new()
	for transport: TlsTransport in [engine, ours]:
		transport.identity = identity
	return [engine, ours]


## Opens one connection of each, so that no sample pays for what is done once. Returns what was agreed upon, in words;
## nothing when a connection failed.
static func warm_up(transports: Array[Transport]) -> String:
	var agreed: String = ""
	for transport: Transport in transports:
		var ends: Array[StreamPeer] = transport.open()
		if ends.is_empty():
			printerr("No connection over %s." % transport.label())
			return ""
		agreed += transport.describe(ends[0])
	return agreed

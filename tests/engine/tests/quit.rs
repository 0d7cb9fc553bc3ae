//! A game that ends with connections open or keys in the making ends at once, with code 0, and says nothing.

use std::time::{Duration, Instant};

use godot_rustls_engine_tests::{Project, finish, godot, suites_addon};
use xtask::process::Captured;

const SETTINGS: &str = "[application]\n\nconfig/name=\"quit\"\nrun/main_scene=\"res://main.tscn\"\n\
                        run/flush_stdout_on_print=true\n";

const SCENE: &str = "[gd_scene load_steps=2 format=3]\n\n\
                     [ext_resource type=\"Script\" path=\"res://main.gd\" id=\"1\"]\n\n\
                     [node name=\"Main\" type=\"Node\"]\nscript = ExtResource(\"1\")\n";

/// What engine and binding say at every start.
const GREETINGS: [&str; 2] = ["Godot Engine v", "Initialize godot-rust"];

/// Holds its objects in variables of different lives, as games do: a node's member, a static, an autoload-like
/// root meta; and leaves one connection in each state.
const SCRIPT: &str = r#"extends Node

static var kept: Array[RefCounted] = []

var client: RefCounted
var server: RefCounted
var frames: int = 0


func _ready() -> void:
	var crypto := Crypto.new()
	var key: CryptoKey = crypto.generate_rsa(2048)
	var certificate: X509Certificate = crypto.generate_self_signed_certificate(key, "CN=localhost,O=x,C=IT")
	server = new_peer()
	client = new_peer()
	var streams: Array[StreamPeerTCP] = connected_pair()
	check(server.call("accept_stream", streams[0], TLSOptions.server(key, certificate)))
	check(client.call("connect_to_stream", streams[1], "localhost", TLSOptions.client(certificate)))
	leave_others_unfinished()


func leave_others_unfinished() -> void:
	# In the handshake for ever: the other side never answers.
	var silent: RefCounted = new_peer()
	var streams: Array[StreamPeerTCP] = connected_pair()
	check(silent.call("connect_to_stream", streams[1], "localhost"))
	kept.append_array([silent, streams[0]])
	# In the background: one to a port that stays silent, one to a name that does not exist.
	var listener := TCPServer.new()
	check(listener.listen(0, "127.0.0.1"))
	var waiting: RefCounted = new_peer()
	check(waiting.call("connect_to_host", "127.0.0.1", listener.get_local_port()))
	var resolving: RefCounted = new_peer()
	check(resolving.call("connect_to_host", "name.invalid", 443))
	kept.append_array([listener, waiting])
	get_tree().root.set_meta("resolving", resolving)


func _process(_delta: float) -> void:
	server.call("poll")
	client.call("poll")
	frames += 1
	if client.call("get_status") == 2 and server.call("get_status") == 2:
		print("OPEN ", frames > 0)
		get_tree().quit()
	elif frames > 2000:
		print("STUCK ", client.call("get_status"), " ", client.call("get_last_error"))
		get_tree().quit(1)


func new_peer() -> RefCounted:
	return ClassDB.instantiate("RustlsStreamPeerTLS")


func connected_pair() -> Array[StreamPeerTCP]:
	var listener := TCPServer.new()
	check(listener.listen(0, "127.0.0.1"))
	var near := StreamPeerTCP.new()
	check(near.connect_to_host("127.0.0.1", listener.get_local_port()))
	while not listener.is_connection_available() or near.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		near.poll()
		OS.delay_msec(1)
	var far: StreamPeerTCP = listener.take_connection()
	return [far, near]


func check(error: Error) -> void:
	if error != OK:
		print("FAILED ", error_string(error), " ", get_stack())
"#;

/// Ends while keys are in the making that take a minute each, more of them than there are threads; some of the jobs are
/// held, one is not, and one is listened to.
const KEYS_SCRIPT: &str = r#"extends Node

static var kept: Array[RefCounted] = []

var frames: int = 0


func _ready() -> void:
	var crypto: RefCounted = ClassDB.instantiate("RustlsCrypto")
	for number: int in 12:
		kept.append(crypto.call("generate_rsa_async", 8192))
	crypto.call("generate_rsa_async", 8192)
	(crypto.call("generate_rsa_async", 8192) as RefCounted).connect("completed", listen)


func listen(_key: CryptoKey) -> void:
	print("COMPLETED")


func _process(_delta: float) -> void:
	frames += 1
	if frames == 10:
		print("MAKING ", kept.all(func(job: RefCounted) -> bool: return not job.call("is_completed")))
		get_tree().quit()
"#;

const AWAITING_SCRIPT: &str = r#"extends Node

var frames: int = 0


func _ready() -> void:
	await ClassDB.instantiate("RustlsCrypto").call("generate_rsa_async", 8192).completed
	print("COMPLETED")


func _process(_delta: float) -> void:
	frames += 1
	if frames == 10:
		print("AWAITING")
		get_tree().quit()
"#;

#[test]
fn quitting_with_connections_open_neither_hangs_nor_prints() {
    quits("quit", SCRIPT, "OPEN true");
}

#[test]
fn quitting_with_keys_in_the_making_neither_hangs_nor_prints() {
    quits("quit_keys", KEYS_SCRIPT, "MAKING true");
}

#[test]
fn quitting_while_a_script_awaits_a_key_ends_as_soon() {
    let Some(run) = run("quit_awaiting", AWAITING_SCRIPT) else {
        return;
    };
    // The engine leaks what a function holds that still awaits something then, its own timers too, and warns of it.
    assert!(run.text.contains("AWAITING"), "{}", run.text);
    assert!(!run.text.contains("COMPLETED"), "{}", run.text);
    assert_eq!(run.code, Some(0));
}

/// Runs a project whose one node has this script, and checks that it says this alone.
fn quits(name: &str, script: &str, says: &str) {
    let Some(run) = run(name, script) else { return };
    let said: Vec<&str> = run
        .text
        .lines()
        .filter(|line| !line.is_empty())
        .filter(|line| !GREETINGS.iter().any(|start| line.starts_with(start)))
        .collect();
    assert_eq!(said, [says], "{}", run.text);
    assert_eq!(run.code, Some(0));
}

/// Runs a project whose one node has this script, and checks that it ends soon.
fn run(name: &str, script: &str) -> Option<Captured> {
    let godot = godot()?;
    let addon = suites_addon()?;
    let project = Project::new(name, SETTINGS);
    project.install(&addon);
    project.file("main.tscn", SCENE);
    project.file("main.gd", script);
    project.import(&godot);
    let start = Instant::now();
    let run = finish("a game that quits", godot.headless(project.dir()), 2);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(15), "it took {took:?}");
    Some(run)
}

//! A game that ends with connections open, downloads under way or keys in the making ends at once, with code 0, and says nothing.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;
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

/// Ends while threads sign for 40 handshakes, two milliseconds and more each.
const HANDSHAKES_SCRIPT: &str = r#"extends Node

static var kept: Array[StreamPeer] = []


func _ready() -> void:
	var crypto: RefCounted = ClassDB.instantiate("RustlsCrypto")
	var key: CryptoKey = crypto.call("generate_rsa", 4096)
	var certificate: X509Certificate = crypto.call("generate_self_signed_certificate", key, "CN=localhost,O=x,C=IT")
	for number: int in 40:
		shake(TLSOptions.client(certificate), TLSOptions.server(key, certificate))
	var waiting: Callable = func(tls: StreamPeer) -> bool: return tls.call("get_status") == 1
	print("SHAKING ", kept.all(waiting))
	get_tree().quit()


func shake(client_options: TLSOptions, server_options: TLSOptions) -> void:
	var listener := TCPServer.new()
	listener.listen(0, "127.0.0.1")
	var near := StreamPeerTCP.new()
	near.connect_to_host("127.0.0.1", listener.get_local_port())
	while not listener.is_connection_available() or near.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		near.poll()
		OS.delay_msec(1)
	var client: StreamPeer = ClassDB.instantiate("RustlsStreamPeerTLS")
	var server: StreamPeer = ClassDB.instantiate("RustlsStreamPeerTLS")
	var far: StreamPeerTCP = listener.take_connection()
	client.call("connect_to_stream", near, "localhost", client_options)
	while far.get_available_bytes() == 0:
		client.call("poll")
	server.call("accept_stream", far, server_options)
	kept.append(client)
	kept.append(server)
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

/// Ends in the middle of 20 downloads that never end, 10 of them into files, and of requests that nobody answers. In the
/// same frame, some of the nodes are freed, and one is taken out of the tree.
const DOWNLOADS_SCRIPT: &str = r#"extends Node

const PORT: int = PORT_OF_THE_SERVER

static var kept: Array[RefCounted] = []

var nodes: Array[Node] = []
var listener := TCPServer.new()
var is_ending: bool = false


func _ready() -> void:
	for number: int in 20:
		var node: Node = ClassDB.instantiate("RustlsHTTPRequest")
		if number % 2 == 0:
			node.set("download_file", ProjectSettings.globalize_path("res://download-%d" % number))
		elif number > 10:
			# The pieces of a disabled node wait.
			node.set("stream_body", true)
			node.set("process_mode", PROCESS_MODE_DISABLED if number > 14 else PROCESS_MODE_INHERIT)
		add_child(node)
		nodes.append(node)
		var url: String = "http://127.0.0.1:%d/%d" % [PORT, number]
		if number % 3 == 0:
			node.call("request", url)
			kept.append(node.call("get_response"))
		else:
			kept.append(node.call("fetch", url))
	listener.listen(0, "127.0.0.1")
	for scheme: String in ["http", "https"]:
		var silent: RefCounted = nodes[1].call("fetch", "%s://127.0.0.1:%d/" % [scheme, listener.get_local_port()])
		silent.connect("completed", ended)
	nodes[1].call("fetch", "http://name.invalid/")
	# It waits before it tries again.
	nodes[1].set("retries", 1000)
	nodes[1].call("fetch", "http://127.0.0.1:1/").connect("completed", ended)


func ended(_response: RefCounted) -> void:
	if not is_ending:
		print("ENDED EARLY")


func _process(_delta: float) -> void:
	if is_ending or not kept.all(is_under_way):
		return
	is_ending = true
	for number: int in [3, 4, 5]:
		nodes[number].free()
	nodes[6].queue_free()
	remove_child(nodes[7])
	nodes[7].free()
	print("UNDER WAY")
	get_tree().quit()


func is_under_way(response: RefCounted) -> bool:
	return response.call("get_downloaded_bytes") > 100000 and not response.call("is_completed")
"#;

/// Ends while lambdas listen to everything that requests and jobs tell, and while functions await them: a stream of events,
/// an upload, downloads, jobs, one of the nodes freed in the same frame, and objects that are held by a static variable.
/// The end is asked for in a handler.
const LISTENING_SCRIPT: &str = r#"extends Node

const URL: String = "http://127.0.0.1:PORT_OF_THE_SERVER/"

static var kept: Array[RefCounted] = []

var node: Node = new_node()
var freed: Node = new_node()
var crypto: RefCounted = ClassDB.instantiate("RustlsCrypto")


func _ready() -> void:
	node.set("server_sent_events", true)
	for asking: Node in [node, freed]:
		for path: String in ["events", "body"]:
			var response: RefCounted = asking.call("fetch", URL + path, [], 2, "x")
			response.connect("progress", func(a: int, b: int) -> void: seen(response, [a, b]))
			response.connect("upload_progress", func(a: int, b: int) -> void: seen(response, [a, b]))
			response.connect("completed", func(other: RefCounted) -> void: seen(response, [other]))
			for told: String in ["progress", "upload_progress"]:
				response.connect(told, func(_a: int, _b: int) -> void: pass)
		asking.call("fetch", URL + "body").connect("completed", func(_other: RefCounted) -> void: pass)
		kept.append(asking.call("fetch", URL + "body"))
		kept[-1].connect("completed", func(other: RefCounted) -> void: seen(self, [other]))
		asking.call("request", URL + "body")
		asking.connect("request_completed", func(a: int, b: int, c: Array, d: Array) -> void: seen(self, [a, b, c, d]))
		asking.connect("progress", func(a: int, b: int) -> void: seen(asking, [a, b]))
		wait_for(asking)
		wait_for_answer(asking)
	crypto.call("generate_rsa_async", 8192).connect("completed", func(key: CryptoKey) -> void: seen(self, [key]))
	crypto.call("generate_rsa_async", 8192).connect("completed", func(_key: CryptoKey) -> void: pass)
	kept.append(crypto.call("generate_rsa_async", 8192))
	kept[-1].connect("completed", func(key: CryptoKey) -> void: seen(kept[-1], [key]))
	wait_for_key()
	node.call("fetch", URL + "events").connect("event_received", func(_a: String, _b: String, _c: String) -> void: pass)
	var events: RefCounted = node.call("fetch", URL + "events")
	events.connect("event_received", func(a: String, b: String, c: String) -> void:
		seen(events, [a, b, c])
		end())


func end() -> void:
	if is_instance_valid(freed):
		print("LISTENING")
		freed.free()
		get_tree().quit()


func wait_for(asking: Node) -> void:
	# One that is cut off by its node's end may be told in this frame still.
	seen(asking, [await asking.call("fetch", URL + "body").completed])


func wait_for_answer(asking: Node) -> void:
	await asking.request_completed
	print("COMPLETED")


func wait_for_key() -> void:
	await crypto.call("generate_rsa_async", 8192).completed
	print("COMPLETED")


func seen(_who: Object, _what: Array) -> void:
	pass


func new_node() -> Node:
	var made: Node = ClassDB.instantiate("RustlsHTTPRequest")
	add_child(made)
	return made
"#;

/// A script of its own for the scene tree, which begins more while the tree ends: none of it can be told any more.
const TREE_SCRIPT: &str = r#"extends SceneTree

const URL: String = "http://127.0.0.1:PORT_OF_THE_SERVER/"

var node: Node
var crypto: RefCounted


func _initialize() -> void:
	crypto = ClassDB.instantiate("RustlsCrypto")
	node = ClassDB.instantiate("RustlsHTTPRequest")
	root.add_child(node)


func _process(_delta: float) -> bool:
	for object: Node in [root, node]:
		object.tree_exiting.connect(begin)
		object.tree_exited.connect(begin)
	begin()
	print("ENDING")
	return true


func _finalize() -> void:
	begin()


func begin() -> void:
	if is_instance_valid(node):
		var response: RefCounted = node.call("fetch", URL)
		response.connect("completed", func(other: RefCounted) -> void: seen(response, [other]))
		response.connect("progress", func(_a: int, _b: int) -> void: pass)
	var job: RefCounted = crypto.call("generate_rsa_async", 8192)
	job.connect("completed", func(key: CryptoKey) -> void: seen(job, [key]))
	crypto.call("generate_rsa_async", 8192).connect("completed", func(_key: CryptoKey) -> void: pass)


func seen(_who: Object, _what: Array) -> void:
	pass
"#;

#[test]
fn quitting_while_lambdas_listen_and_functions_await_neither_crashes_nor_prints() {
    let script = LISTENING_SCRIPT.replace("PORT_OF_THE_SERVER", &endless_bodies().to_string());
    quits("quit_listening", &script, "LISTENING");
}

#[test]
fn what_begins_while_the_scene_tree_ends_is_let_go_of() {
    let script = TREE_SCRIPT.replace("PORT_OF_THE_SERVER", &endless_bodies().to_string());
    let tree_script = |command: &mut Command| {
        command.args(["--script", "res://main.gd"]);
    };
    let Some(run) = run_with("quit_tree", &script, tree_script) else {
        return;
    };
    assert_says(&run, "ENDING");
}

#[test]
fn quitting_in_the_middle_of_downloads_neither_hangs_nor_prints() {
    let script = DOWNLOADS_SCRIPT.replace("PORT_OF_THE_SERVER", &endless_bodies().to_string());
    quits("quit_downloads", &script, "UNDER WAY");
    // Neither files nor what they would have become.
    let folder = xtask::paths::target().join("engine-tests/quit_downloads");
    let names = fs::read_dir(folder).expect("no project").flatten();
    let left: Vec<_> = names
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().contains("download-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A server that answers every request with a body without an end, until the test's process ends; its port.
fn endless_bodies() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("no port");
    let port = listener.local_addr().expect("no address").port();
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || send_for_ever(socket));
        }
    });
    port
}

/// Until the client is gone.
fn send_for_ever(mut socket: TcpStream) -> io::Result<()> {
    let mut request = [0; 4096];
    let count = socket.read(&mut request)?;
    let wants_events = request[..count].windows(7).any(|part| part == b"/events");
    let (kind, piece) = if wants_events {
        ("text/event-stream", b"data: x\n\n".to_vec())
    } else {
        ("text/plain", vec![b'x'; 16 * 1024])
    };
    write!(socket, "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n")?;
    loop {
        socket.write_all(&piece)?;
        // A game that is slow to end must not fill a disk.
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn quitting_with_connections_open_neither_hangs_nor_prints() {
    quits("quit", SCRIPT, "OPEN true");
}

#[test]
fn quitting_with_keys_in_the_making_neither_hangs_nor_prints() {
    quits("quit_keys", KEYS_SCRIPT, "MAKING true");
}

#[test]
fn quitting_with_handshakes_on_threads_neither_hangs_nor_prints() {
    quits("quit_handshakes", HANDSHAKES_SCRIPT, "SHAKING true");
}

#[test]
fn quitting_while_a_script_awaits_a_key_ends_as_soon() {
    quits("quit_awaiting", AWAITING_SCRIPT, "AWAITING");
}

/// Runs a project whose one node has this script, and checks that it says this alone.
fn quits(name: &str, script: &str, says: &str) {
    let Some(run) = run_with(name, script, |_| ()) else {
        return;
    };
    assert_says(&run, says);
}

fn assert_says(run: &Captured, says: &str) {
    let said: Vec<&str> = run
        .text
        .lines()
        .filter(|line| !line.is_empty())
        .filter(|line| !GREETINGS.iter().any(|start| line.starts_with(start)))
        .collect();
    assert_eq!(said, [says], "{}", run.text);
    assert_eq!(run.code, Some(0), "{}", run.text);
}

/// Runs a project with this script, and checks that it ends soon.
fn run_with(name: &str, script: &str, arguments: impl FnOnce(&mut Command)) -> Option<Captured> {
    let godot = godot()?;
    let addon = suites_addon()?;
    let project = Project::new(name, SETTINGS);
    project.install(&addon);
    project.file("main.tscn", SCENE);
    project.file("main.gd", script);
    project.import(&godot);
    let mut command = godot.headless(project.dir());
    arguments(&mut command);
    let start = Instant::now();
    let run = finish("a game that quits", command, 2);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(15), "it took {took:?}");
    Some(run)
}

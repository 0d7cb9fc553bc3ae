//! Hot reload: the editor swaps the library while it runs, as it does for someone who works on the addon.

use std::fs;

use godot_rustls_engine_tests::{
    Project, assert_clean, finish, godot, shipped_addon, suites_addon,
};
use xtask::paths;
use xtask::process::Captured;

/// Uses the classes, makes way for another library, uses the classes again. The first library has a class that
/// the second one lacks, which shows that the swap took place.
const PLUGIN: &str = r#"@tool
extends EditorPlugin

const MANIFEST := "res://addons/rustls/rustls.gdextension"
const ONLY_BEFORE := &"RustlsTestStream"
const IS_REQUESTING := false

var silent := TCPServer.new()
var streams: Array[StreamPeerTCP] = []
var client: RefCounted
var server: RefCounted


func _ready() -> void:
	for frame: int in 20:
		await get_tree().process_frame
	print("BEFORE ", ClassDB.class_exists(ONLY_BEFORE))
	await connect_both("before")
	# The connection stays open over the reload, with its threads.
	if IS_REQUESTING:
		await begin_request()
	var folder: String = "res://addons/rustls/"
	for file: String in DirAccess.get_files_at(folder + "next"):
		DirAccess.remove_absolute(folder + "bin/" + file)
		DirAccess.rename_absolute(folder + "next/" + file, folder + "bin/" + file)
	var result: GDExtensionManager.LoadStatus = GDExtensionManager.reload_extension(MANIFEST)
	print("RELOAD ", result == GDExtensionManager.LOAD_STATUS_OK)
	await get_tree().process_frame
	print("AFTER ", ClassDB.class_exists(ONLY_BEFORE))
	if ClassDB.class_exists(&"RustlsStreamPeerTLS"):
		await connect_both("after")
	get_tree().quit()


## A request whose server does not answer.
func begin_request() -> void:
	silent.listen(0, "127.0.0.1")
	var request: Node = ClassDB.instantiate("RustlsHTTPRequest")
	add_child(request)
	request.call("request", "http://127.0.0.1:%d/" % silent.get_local_port())
	while not silent.is_connection_available():
		await get_tree().process_frame


func connect_both(when: String) -> void:
	var crypto := Crypto.new()
	var key: CryptoKey = crypto.generate_rsa(2048)
	var certificate: X509Certificate = crypto.generate_self_signed_certificate(key, "CN=localhost,O=x,C=IT")
	streams = await connected_pair()
	server = ClassDB.instantiate("RustlsStreamPeerTLS")
	client = ClassDB.instantiate("RustlsStreamPeerTLS")
	server.call("accept_stream", streams[0], TLSOptions.server(key, certificate))
	client.call("connect_to_stream", streams[1], "localhost", TLSOptions.client(certificate))
	for frame: int in 500:
		server.call("poll")
		client.call("poll")
		if client.call("get_status") == 2 and server.call("get_status") == 2:
			break
		await get_tree().process_frame
	print("STATUS %s %s %s" % [when, client.call("get_status"), server.call("get_status")])


func connected_pair() -> Array[StreamPeerTCP]:
	var listener := TCPServer.new()
	listener.listen(0, "127.0.0.1")
	var near := StreamPeerTCP.new()
	near.connect_to_host("127.0.0.1", listener.get_local_port())
	while not listener.is_connection_available() or near.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		near.poll()
		await get_tree().process_frame
	return [listener.take_connection(), near]
"#;

#[test]
fn the_editor_swaps_the_library_while_connections_are_open() {
    let Some(run) = reload("reload", PLUGIN) else {
        return;
    };
    assert_clean("the editor", &run);
    let expected = [
        "BEFORE true",
        "STATUS before 2 2",
        "RELOAD true",
        "AFTER false",
        "STATUS after 2 2",
    ];
    assert_eq!(facts(&run), expected, "{}", run.text);
}

/// The library cannot be swapped while its threads are in it: the binding refuses to start twice in one image.
#[test]
fn swapping_the_library_while_a_request_runs_fails_and_crashes_nothing() {
    let plugin = PLUGIN.replace("IS_REQUESTING := false", "IS_REQUESTING := true");
    assert_ne!(plugin, PLUGIN);
    let Some(run) = reload("reload_requesting", &plugin) else {
        return;
    };
    assert_eq!(run.code, Some(0), "{}", run.text);
    let expected = ["BEFORE true", "STATUS before 2 2"];
    assert_eq!(facts(&run)[..2], expected, "{}", run.text);
    assert!(facts(&run).contains(&"AFTER false"), "{}", run.text);
}

/// Runs the editor with this plugin, and with another library to swap for.
fn reload(name: &str, plugin: &str) -> Option<Captured> {
    let (godot, first, second) = (godot()?, suites_addon()?, shipped_addon()?);
    let project = Project::new(name, "[application]\n\nconfig/name=\"reload\"\n");
    project.install(&first);
    let manifest = fs::read_to_string(paths::manifest_source()).unwrap_or_default();
    let manifest = manifest.replace("reloadable = false", "reloadable = true");
    assert!(manifest.contains("reloadable = true"));
    project.file("addons/rustls/rustls.gdextension", &manifest);
    let library = editors_library(&project);
    let next = project.dir().join("addons/rustls/next").join(&library);
    paths::replace(&second.join("bin").join(&library), &next)
        .unwrap_or_else(|failure| panic!("{failure}"));
    project.plugin("probe", plugin);
    let mut command = godot.headless(project.dir());
    command.arg("--editor");
    Some(finish("the editor", command, 5))
}

/// What the plugin printed.
fn facts(run: &Captured) -> Vec<&str> {
    let marks = ["BEFORE", "RELOAD", "AFTER", "STATUS"];
    let lines = run.text.lines();
    lines
        .filter(|line| marks.iter().any(|mark| line.starts_with(mark)))
        .collect()
}

/// The file name of the editor's library on this platform.
fn editors_library(project: &Project) -> String {
    let bin = project.dir().join("addons/rustls/bin");
    let entries = fs::read_dir(bin).unwrap_or_else(|error| panic!("{error}"));
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut found = names.filter(|name| name.contains(".editor."));
    found
        .next()
        .unwrap_or_else(|| panic!("no library for the editor is staged"))
}

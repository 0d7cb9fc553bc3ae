//! A project runs where the addon has no library, as on the web, when it makes its objects by `RustlsOrEngine`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use godot_rustls_engine_tests::{Project, assert_clean, finish, godot};
use xtask::paths;

const SETTINGS: &str =
    "[application]\n\nconfig/name=\"without library\"\nrun/main_scene=\"res://main.tscn\"\n";

const SCENE: &str = "[gd_scene load_steps=2 format=3]\n\n\
                     [ext_resource type=\"Script\" path=\"res://main.gd\" id=\"1\"]\n\n\
                     [node name=\"Main\" type=\"Node\"]\nscript = ExtResource(\"1\")\n";

const SCRIPT: &str = r#"extends Node


func _ready() -> void:
	var key: CryptoKey = RustlsOrEngine.crypto().generate_rsa(2048)
	var certificate: X509Certificate = RustlsOrEngine.crypto().generate_self_signed_certificate(key)
	var objects: Array[Object] = [
		RustlsOrEngine.http_client(), RustlsOrEngine.stream_peer_tls(), RustlsOrEngine.crypto(),
		RustlsOrEngine.client_options(certificate, "name.test"), RustlsOrEngine.client_options_unsafe(),
		RustlsOrEngine.server_options(key, certificate),
	]
	print("available: ", RustlsOrEngine.is_available())
	print("made: ", objects.map(func(object: Object) -> String: return object.get_class()))
	var http: Node = RustlsOrEngine.http_request()
	add_child(http)
	http.set_tls_options(RustlsOrEngine.client_options())
	http.request_completed.connect(_on_request_completed)
	http.request("http://127.0.0.1:PORT/", PackedStringArray(), HTTPClient.METHOD_POST, "hello")


func _on_request_completed(result: int, code: int, _headers: PackedStringArray, body: PackedByteArray) -> void:
	print("came: ", [result, code, body.get_string_from_utf8()])
	get_tree().quit()
"#;

#[test]
fn a_project_runs_on_the_engines_classes() {
    let Some(godot) = godot() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its number").port();
    let server = thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut request = Vec::new();
        while !request.ends_with(b"hello") {
            let mut byte = [0];
            client.read_exact(&mut byte).expect("a request");
            request.extend(byte);
        }
        let response = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nworld";
        client.write_all(response).expect("a response is sent");
    });
    let project = Project::new("without-library", SETTINGS);
    let shim = paths::demo_project()
        .join(paths::ADDON)
        .join("rustls_or_engine.gd");
    let shim = paths::read(&shim).unwrap_or_else(|failure| panic!("{failure}"));
    project.file("addons/rustls/rustls_or_engine.gd", &shim);
    project.file("main.gd", &SCRIPT.replace("PORT", &port.to_string()));
    project.file("main.tscn", SCENE);
    project.import(&godot);
    let run = finish("the project", godot.headless(project.dir()), 2);
    assert_clean("the project", &run);
    server.join().expect("the server was asked");
    for line in [
        "available: false",
        r#"made: ["HTTPClient", "StreamPeerTLS", "Crypto", "TLSOptions", "TLSOptions", "TLSOptions"]"#,
        r#"came: [0, 200, "world"]"#,
    ] {
        assert!(run.text.contains(line), "{line} is not in:\n{}", run.text);
    }
}

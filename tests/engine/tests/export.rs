//! A game made with the release export template: it starts by itself, trusts the bundle inside its pack, and does
//! without a system store.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use godot_rustls_engine_tests::{
    Project, TlsServer, assert_clean, finish, godot, present, shipped_addon,
};
use xtask::godot::Godot;
use xtask::paths;

/// The bundle counts in the preset with the feature `bundled` alone.
const SETTINGS: &str = "[application]\n\nconfig/name=\"game\"\nrun/main_scene=\"res://main.tscn\"\n\
                        run/flush_stdout_on_print=true\n\n\
                        [network]\n\n\
                        tls/certificate_bundle_override.bundled=\"res://ca.crt\"\n";

const SCENE: &str = "[gd_scene load_steps=2 format=3]\n\n\
                     [ext_resource type=\"Script\" path=\"res://main.gd\" id=\"1\"]\n\n\
                     [node name=\"Main\" type=\"Node\"]\nscript = ExtResource(\"1\")\n";

/// Prints its trust, what it says of a public chain, of a key log and of a certificate that it makes, connects to each port of `--ports=1,2`,
/// `--unsafe` or not, and prints what came of it.
const SCRIPT: &str = r#"extends Node

## A day when the chain was good.
const THEN := 1775649786

var ports: PackedStringArray = []
var chain: String = ""
var is_unsafe: bool = false
var peer: RustlsStreamPeerTLS
var base: StreamPeerTCP


func _ready() -> void:
	for argument: String in OS.get_cmdline_user_args():
		if argument.begins_with("--ports="):
			ports = argument.trim_prefix("--ports=").split(",", false)
		elif argument.begins_with("--public="):
			chain = FileAccess.get_file_as_string(argument.trim_prefix("--public="))
		elif argument == "--unsafe":
			is_unsafe = true
	print("TRUST ", RustlsTrustStore.get_source(), " ", RustlsTrustStore.get_certificate_count() > 100)
	print("PUBLIC %s %s" % [accepts("letsencrypt.org", THEN), accepts("example.org", THEN)])
	var logging: RustlsTLSOptions = RustlsTLSOptions.client()
	logging.key_log_path = "user://keys.log"
	print("KEYLOG %s %s" % [logging.get_error(), FileAccess.file_exists("user://keys.log")])
	print("MADE \"%s\"" % make_certificate())
	var key: CryptoKey = await RustlsCrypto.new().generate_rsa_async(2048).completed
	print("KEY ", key != null)
	connect_next()


## Why a certificate of an authority of the game's own is refused; empty when it is not.
func make_certificate() -> String:
	var crypto: RustlsCrypto = RustlsCrypto.new()
	var ca_key: CryptoKey = crypto.generate_ecdsa()
	var ca: X509Certificate = crypto.generate_certificate_authority(
			ca_key, "CN=Game CA", "20260101000000", "20360101000000")
	var made: X509Certificate = crypto.issue_certificate(
			ca_key, ca, crypto.generate_ecdsa(), "CN=localhost", [], "20260101000000", "20360101000000")
	var pem: String = RustlsCertificateInfo.from_certificate(made)[0].get_pem()
	return RustlsTLSOptions.client(ca).verify_certificate_chain(pem, "localhost", THEN)


func accepts(server_name: String, time: int) -> bool:
	return RustlsTLSOptions.client().verify_certificate_chain(chain, server_name, time).is_empty()


func connect_next() -> void:
	if ports.is_empty():
		get_tree().quit()
		return
	base = StreamPeerTCP.new()
	base.connect_to_host("127.0.0.1", ports[0].to_int())
	ports.remove_at(0)
	peer = null


func _process(_delta: float) -> void:
	if base == null:
		return
	base.poll()
	if peer == null:
		if base.get_status() == StreamPeerTCP.STATUS_CONNECTED:
			peer = RustlsStreamPeerTLS.new()
			var options: RustlsTLSOptions = RustlsTLSOptions.client_unsafe() if is_unsafe else null
			peer.connect_to_stream(base, "localhost", options)
		return
	if peer.get_status() == RustlsStreamPeerTLS.STATUS_HANDSHAKING:
		peer.poll()
		return
	print("RESULT ", peer.get_status(), " ", peer.get_last_error_code())
	connect_next()
"#;

const CONNECTED: &str = "RESULT 2 0";
const UNTRUSTED_ISSUER: &str = "RESULT 3 1";

struct Games {
    /// With the bundle.
    bundled: PathBuf,
    /// With no setting at all.
    plain: PathBuf,
}

/// Both games, exported once for all tests. `None`: something is missing, which was said.
fn games() -> Option<&'static Games> {
    static GAMES: OnceLock<Option<Games>> = OnceLock::new();
    let games = GAMES.get_or_init(|| {
        let (godot, addon) = (godot()?, shipped_addon()?);
        let project = Project::new("export", SETTINGS);
        project.install(&addon);
        project.file("main.tscn", SCENE);
        project.file("main.gd", SCRIPT);
        let root = paths::root().join("tests/fixtures/certs/root.crt");
        let root = fs::read_to_string(root).unwrap_or_else(|error| panic!("root.crt: {error}"));
        project.file("ca.crt", &root);
        project.file("export_presets.cfg", &presets(&godot));
        project.import(&godot);
        Some(Games {
            bundled: export(&godot, &project, "bundled")?,
            plain: export(&godot, &project, "plain")?,
        })
    });
    present(games.as_ref(), "the game could not be exported")
}

fn presets(godot: &Godot) -> String {
    let template = godot.template.as_deref().unwrap_or(Path::new(""));
    let architecture = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    };
    let preset = |index: u32, name: &str, features: &str| {
        format!(
            "[preset.{index}]\n\nname=\"{name}\"\nplatform=\"Linux\"\nrunnable=true\n\
             custom_features=\"{features}\"\nexport_filter=\"all_resources\"\n\
             include_filter=\"\"\nexclude_filter=\"\"\nexport_path=\"\"\n\n\
             [preset.{index}.options]\n\ncustom_template/release=\"{}\"\n\
             binary_format/embed_pck=false\nbinary_format/architecture=\"{architecture}\"\n\n",
            template.display()
        )
    };
    preset(0, "bundled", "bundled") + &preset(1, "plain", "")
}

fn export(godot: &Godot, project: &Project, preset: &str) -> Option<PathBuf> {
    let folder = project.dir().with_file_name(format!("exported-{preset}"));
    paths::remove_dir(&folder)
        .and_then(|()| paths::make_dir(&folder))
        .unwrap_or_else(|failure| panic!("{failure}"));
    let game = folder.join("game");
    let mut command = godot.headless(project.dir());
    command.args(["--export-release", preset]).arg(&game);
    let run = finish("exporting the game", command, 5);
    if godot.template.is_none() && run.text.contains("export template") {
        return present(
            None,
            "this Godot has no export templates; install them in its editor",
        );
    }
    assert_clean("exporting the game", &run);
    Some(game)
}

/// The facts that it printed, but for the one about key logs.
fn play(game: &Path, ports: &[u16], environment: &[(&str, &Path)]) -> Vec<String> {
    let facts = ["TRUST", "PUBLIC", "RESULT"];
    start(game, ports, &[], environment)
        .lines()
        .filter(|line| facts.iter().any(|fact| line.starts_with(fact)))
        .map(str::to_owned)
        .collect()
}

/// All that it printed.
fn start(game: &Path, ports: &[u16], words: &[&str], environment: &[(&str, &Path)]) -> String {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    let mut command = Command::new(game);
    let chain = paths::root().join("tests/engine/fixtures/letsencrypt_org.pem");
    command.args(["--headless", "--"]);
    command.arg(format!("--ports={}", ports.join(",")));
    command.arg(format!("--public={}", chain.display()));
    command.args(words).envs(environment.iter().copied());
    let run = finish("the exported game", command, 2);
    assert_eq!(run.code, Some(0), "{}", run.text);
    run.text
}

/// A server with a certificate of the fixtures, or a skip.
fn server(certificate: &str) -> Option<TlsServer> {
    present(TlsServer::start(certificate), "there is no openssl here")
}

#[test]
fn an_exported_game_trusts_the_bundle_in_its_pack_and_nobody_else() {
    let Some(games) = games() else { return };
    let (Some(good), Some(bad)) = (server("localhost"), server("self_signed_openssl")) else {
        return;
    };
    let facts = play(&games.bundled, &[good.port, bad.port], &[]);
    let expected = [
        "TRUST 1 false",
        "PUBLIC false false",
        CONNECTED,
        UNTRUSTED_ISSUER,
    ];
    assert_eq!(facts, expected);
}

#[test]
fn an_exported_game_trusts_nobody_when_the_variables_name_no_certificates() {
    let Some(games) = games() else { return };
    let Some(server) = server("localhost") else {
        return;
    };
    let nothing = games.plain.with_file_name("no-certificates");
    paths::make_dir(&nothing).unwrap_or_else(|failure| panic!("{failure}"));
    let empty = nothing.join("empty.pem");
    paths::write(&empty, "").unwrap_or_else(|failure| panic!("{failure}"));
    let environment = [
        ("SSL_CERT_FILE", empty.as_path()),
        ("SSL_CERT_DIR", nothing.as_path()),
    ];
    let facts = play(&games.plain, &[server.port], &environment);
    assert_eq!(
        facts,
        ["TRUST 0 false", "PUBLIC false false", UNTRUSTED_ISSUER]
    );
}

#[test]
fn an_exported_game_makes_keys_and_certificates() {
    let Some(games) = games() else { return };
    let text = start(&games.plain, &[], &[], &[]);
    for fact in ["MADE \"\"", "KEY true"] {
        assert!(text.lines().any(|line| line == fact), "no {fact}: {text}");
    }
}

#[test]
fn an_exported_game_carries_the_lean_library_alone() {
    let Some(games) = games() else { return };
    let folder = games.plain.parent().unwrap_or(Path::new(""));
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{error}"));
    let mut libraries: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("librustls_godot"))
        .collect();
    libraries.sort();
    assert_eq!(libraries.len(), 1, "{libraries:?}");
    let library = fs::read(folder.join(&libraries[0])).unwrap_or_else(|error| panic!("{error}"));
    // A tag of the editor's help: the class reference is not in there.
    let mark = b"<brief_description>";
    assert!(!library.windows(mark.len()).any(|window| window == mark));
}

#[test]
fn an_exported_game_has_no_source_for_csharp() {
    let Some(games) = games() else { return };
    let pack = games.plain.with_extension("pck");
    let pack = fs::read(&pack).unwrap_or_else(|error| panic!("{}: {error}", pack.display()));
    let holds = |name: &[u8]| pack.windows(name.len()).any(|window| window == name);
    assert!(holds(b"rustls.gdextension"), "the addon is not in the pack");
    assert!(!holds(b"RustlsForGodot"));
}

#[test]
fn a_released_game_logs_no_keys_and_says_where_it_checks_nothing() {
    let Some(games) = games() else { return };
    let (Some(one), Some(other)) = (server("self_signed_openssl"), server("localhost")) else {
        return;
    };
    let text = start(&games.plain, &[one.port, other.port], &["--unsafe"], &[]);
    let lines = |mark: &str| -> Vec<&str> {
        let lines = text.lines();
        lines.filter(|line| line.starts_with(mark)).collect()
    };
    assert_eq!(lines("RESULT"), [CONNECTED, CONNECTED]);
    let told = lines("ERROR: RustlsStreamPeerTLS.connect_to_stream");
    let names_the_call = |line: &&str| line.contains("RustlsTLSOptions.client_unsafe()");
    assert_eq!(told.len(), 2, "once for each options object: {text}");
    assert!(told.iter().all(names_the_call), "{text}");
    let log = lines("KEYLOG");
    assert!(
        matches!(log[..], [line] if line.contains("release build") && line.ends_with("false")),
        "{log:?}"
    );
}

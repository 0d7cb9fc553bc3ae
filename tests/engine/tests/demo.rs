//! The demo does what it shows, keeps its keys to the owner, takes whatever is typed, and ends clean when the window is
//! closed in the middle.

use std::path::PathBuf;

use godot_rustls_engine_tests::{Project, assert_clean, finish, godot, shipped_addon};
use xtask::paths;
use xtask::process::Captured;

/// Where Godot keeps `user://` of the demo below the folder of the user's data.
const USER_FOLDER: &str = "godot/app_userdata/Rustls for Godot";

/// The window's contents without a window: a script works its fields as a user does. Prints a line for each thing it
/// saw.
const WINDOW: &str = r#"extends SceneTree

const Dashboard := preload("res://demo/view/dashboard.tscn")
const Arguments := preload("res://demo/arguments.gd")


func _initialize() -> void:
	work.call_deferred()


func work() -> void:
	var dashboard: Control = Dashboard.instantiate()
	root.add_child(dashboard)
	dashboard.call(&"run", Arguments.new())
	var card: Control = dashboard.get_node("%IssueCard")
	for typed: Array in TYPED:
		card.get_node("%Name").text = typed[0]
		card.get_node("%Names").text = typed[1]
		card.call(&"issue_now")
		var result: Control = card.get_node("%Result")
		var words: String = result.get_node("%Words").text.get_slice("\n", 0)
		print("TYPED %s | %s" % [result.get_node("%Headline").text.get_slice(";", 0), words])
		for info: RustlsCertificateInfo in RustlsCertificateInfo.from_pem(FileAccess.get_file_as_string(words)):
			print("NAMED ", info.common_name)
	card.get_node("%Name").text = "slow.example.org"
	card.get_node("%Names").text = ""
	card.get_node("%Kind").select(3)
	card.call(&"issue_now")
	print("WORKING ", card.get_node("%Issue").disabled)
	await fetch(dashboard.get_node("%FetchCard"))
	for i: int in 5:
		await process_frame
	await dashboard.call(&"stop")
	print("CLOSED")
	quit()


func fetch(card: Control) -> void:
	while card.get_node("%Url").text.is_empty():
		await process_frame
	for typed: String in FETCHED:
		card.call(&"write", typed)
		card.call(&"fetch_now")
		await card.answered
		print("FETCHED ", told(card))
	# The download is under way when it is cancelled, and again when the window closes.
	card.call(&"write", "/slow")
	card.call(&"fetch_now")
	while card.get_node("%Bar").value == 0.0:
		await process_frame
	card.get_node("%Cancel").pressed.emit()
	await card.answered
	print("FETCHED ", told(card))
	card.call(&"fetch_now")
	while card.get_node("%Bar").value == 0.0:
		await process_frame


func told(card: Control) -> String:
	var result: Control = card.get_node("%Result")
	return "%s | %s" % [result.get_node("%Headline").text, result.get_node("%Words").text]
"#;

/// What is typed as the name and the alternative names, and what the window says to it.
const TYPED: [(&str, &str, &str); 7] = [
    (
        "play.example.org",
        "*.example.org, 192.168.1.5 ::1;fd00::5",
        "Issued | user://dev_ca/issued_play.example.org.crt",
    ),
    ("  ", "", "Not issued | Enter a name."),
    ("#0c0161", "", "Issued | user://dev_ca/issued_#0c0161.crt"),
    (
        r"a, O=b\\ /../../server",
        "",
        r"Issued | user://dev_ca/issued_a, O=b__ _.._.._server.crt",
    ),
    (
        "[b]ca[/b]",
        "ca",
        "Issued | user://dev_ca/issued_[b]ca[_b].crt",
    ),
    (
        "ok",
        "not-a-name!",
        "Not issued | the alternative name \"not-a-name!\" is neither a DNS name nor an IP address",
    ),
    (
        "ok",
        "999.1.1.1",
        "Not issued | the alternative name \"999.1.1.1\"",
    ),
];

/// What is typed as a URL, and what the window says to it: how its headline begins, and what its words name. The last
/// one is the download that is cancelled.
const FETCHED: [(&str, &str, &str); 6] = [
    ("/", "HTTP 200 in ", "HTTP/1.1 over TLSv1.3"),
    ("/moved", "HTTP 200 in ", "HTTP/1.1 over TLSv1.3"),
    ("/nothing", "HTTP 404 in ", "HTTP/1.1 over TLSv1.3"),
    ("gopher://a/", "RESULT_REQUEST_FAILED after ", "gopher"),
    ("  ", "RESULT_REQUEST_FAILED after ", "URL"),
    ("/slow", "RESULT_REQUEST_FAILED after ", "cancelled"),
];

/// The demo as it is shipped, with a folder of its own for what it saves.
struct Demo {
    project: Project,
    data: PathBuf,
}

impl Demo {
    fn new(name: &str, godot: &xtask::godot::Godot) -> Self {
        let project = Project::copy_of(name, &paths::demo_project(), &[]);
        let data = project.dir().with_file_name("data");
        paths::make_dir(&data).unwrap_or_else(|failure| panic!("{failure}"));
        project.import(godot);
        Self { project, data }
    }

    fn run(&self, godot: &xtask::godot::Godot, words: &[&str]) -> Captured {
        let mut command = godot.headless(self.project.dir());
        command.env("XDG_DATA_HOME", &self.data).args(words);
        finish("the demo", command, 3)
    }
}

#[test]
fn the_demo_does_all_its_steps_headless() {
    let Some(godot) = godot() else { return };
    if shipped_addon().is_none() {
        return;
    }
    let demo = Demo::new("demo-steps", &godot);
    // Twice: the second time finds the files of the first.
    for _ in 0..2 {
        let run = demo.run(&godot, &[]);
        assert_clean("the demo", &run);
        let steps = run.text.lines().filter(|line| line.starts_with("ok   "));
        let steps = steps.count();
        let end = format!("all {steps} steps done");
        assert!(steps > 0 && run.text.contains(&end), "{}", run.text);
        for title in [
            "Fetch a page over HTTPS",
            "Cancel a download, fail a request",
        ] {
            let done = format!("ok   {title}: ");
            assert!(run.text.contains(&done), "{title}: {}", run.text);
        }
    }
    #[cfg(target_os = "linux")]
    keys_are_the_owners(&demo.data.join(USER_FOLDER).join("dev_ca"));
}

#[cfg(target_os = "linux")]
fn keys_are_the_owners(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = |name: &str| {
        let facts = folder.join(name).metadata();
        facts.map(|facts| facts.permissions().mode() & 0o777).ok()
    };
    assert_eq!(mode("private"), Some(0o700));
    for name in ["ca", "server"] {
        assert!(mode(&format!("{name}.crt")).is_some(), "{name}.crt");
        assert_eq!(mode(&format!("private/{name}.key")), Some(0o600), "{name}");
    }
}

#[test]
fn the_demos_window_takes_whatever_is_typed_and_closes_clean_while_it_works() {
    let Some(godot) = godot() else { return };
    if shipped_addon().is_none() {
        return;
    }
    let demo = Demo::new("demo-window", &godot);
    let typed: Vec<String> = TYPED
        .iter()
        .map(|(name, names, _)| format!("[{}, {}]", quoted(name), quoted(names)))
        .collect();
    let (_, fetched) = FETCHED.split_last().unwrap();
    let fetched: Vec<String> = fetched.iter().map(|typed| quoted(typed.0)).collect();
    let list = format!(
        "\n\nconst TYPED: Array[Array] = [{}]\nconst FETCHED: Array[String] = [{}]\n",
        typed.join(", "),
        fetched.join(", ")
    );
    demo.project.file("window.gd", &format!("{WINDOW}{list}"));
    let run = demo.run(&godot, &["--script", "window.gd"]);
    assert_clean("the demo", &run);
    let said = |start: &str| -> Vec<String> {
        let lines = run.text.lines().filter_map(|line| line.strip_prefix(start));
        lines.map(str::to_owned).collect()
    };
    let answers = said("TYPED ");
    assert_eq!(answers.len(), TYPED.len(), "{}", run.text);
    for ((name, _, expected), answer) in TYPED.iter().zip(&answers) {
        assert!(answer.starts_with(expected), "{name}: {answer}");
    }
    let issued = TYPED.iter().filter(|typed| typed.2.starts_with("Issued"));
    let issued: Vec<&str> = issued.map(|typed| typed.0).collect();
    assert_eq!(said("NAMED "), issued, "{}", run.text);
    assert_eq!(said("WORKING "), ["true"], "{}", run.text);
    let answers = said("FETCHED ");
    assert_eq!(answers.len(), FETCHED.len(), "{}", run.text);
    for ((typed, headline, words), answer) in FETCHED.iter().zip(&answers) {
        assert!(answer.starts_with(headline), "{typed}: {answer}");
        assert!(answer.contains(words), "{typed}: {answer}");
    }
    assert_eq!(said("CLOSED"), [""], "{}", run.text);
}

/// Text as GDScript writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

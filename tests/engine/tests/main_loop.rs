//! A game with a main loop of its own, which has no scene tree and so no frames that the addon could use.

use godot_rustls_engine_tests::{Project, finish, godot, suites_addon};

const SETTINGS: &str = "[application]\n\nconfig/name=\"main_loop\"\n";

/// Without frames, a key job completes within the call that begins it. The script keeps the job.
const SCRIPT: &str = r#"extends MainLoop

var job: RefCounted


func _initialize() -> void:
	job = ClassDB.instantiate("RustlsCrypto").call("generate_rsa_async", 2048)
	print("COMPLETED ", job.call("is_completed"), " ", job.call("get_key") != null)


func _process(_delta: float) -> bool:
	return true
"#;

#[test]
fn a_key_job_completes_at_once_without_a_scene_tree() {
    let (Some(godot), Some(addon)) = (godot(), suites_addon()) else {
        return;
    };
    let project = Project::new("main_loop", SETTINGS);
    project.install(&addon);
    project.file("main.gd", SCRIPT);
    project.import(&godot);
    let mut command = godot.headless(project.dir());
    command.args(["--script", "res://main.gd"]);
    let run = finish("a game with its own main loop", command, 1);
    assert!(run.text.contains("COMPLETED true true"), "{}", run.text);
    assert_eq!(run.code, Some(0), "{}", run.text);
}

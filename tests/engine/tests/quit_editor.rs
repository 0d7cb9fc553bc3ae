//! An editor that ends while a tool script listens to what is unfinished ends well.

use godot_rustls_engine_tests::{Project, assert_clean, finish, godot, suites_addon};

const PLUGIN: &str = r#"@tool
extends EditorPlugin


func _ready() -> void:
	await get_tree().process_frame
	new_job().connect("completed", func(_key: CryptoKey) -> void: pass)
	wait()
	await get_tree().process_frame
	print("LISTENING")
	get_tree().quit()


func wait() -> void:
	await new_job().completed
	print("COMPLETED")


func new_job() -> RefCounted:
	return ClassDB.instantiate("RustlsCrypto").call("generate_rsa_async", 8192)
"#;

#[test]
fn the_editor_ends_while_a_lambda_listens_and_a_function_awaits() {
    let (Some(godot), Some(addon)) = (godot(), suites_addon()) else {
        return;
    };
    let project = Project::new(
        "quit_editor",
        "[application]\n\nconfig/name=\"quit_editor\"\n",
    );
    project.install(&addon);
    project.plugin("probe", PLUGIN);
    let mut command = godot.headless(project.dir());
    command.arg("--editor");
    let run = finish("the editor", command, 2);
    assert_clean("the editor", &run);
    assert!(run.text.contains("LISTENING"), "{}", run.text);
    for line in ["COMPLETED", "auto-disconnected", "leaked"] {
        assert!(!run.text.contains(line), "{}", run.text);
    }
}

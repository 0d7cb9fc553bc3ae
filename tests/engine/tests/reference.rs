//! The class reference as the editor shows it: every member that ClassDB knows has a text, every class an icon.

use godot_rustls_engine_tests::{Project, assert_clean, finish, godot, shipped_addon};

/// Opens each class's help page and reads it. The page lists what ClassDB has and lays the texts over it, so a
/// member without a text is there with an excuse in its place, or with nothing.
const PLUGIN: &str = r#"@tool
extends EditorPlugin

## What the editor writes where a text is missing.
const EXCUSE := "There is currently no description"
const MANIFEST := "res://addons/rustls/rustls.gdextension"

var members: int = 0


func _ready() -> void:
	await wait(20)
	var names: Array = Array(ClassDB.get_class_list()).filter(is_ours)
	for name: String in names:
		check_icon(name)
		await check_page(name)
	print("CHECKED %d classes, %d members" % [names.size(), members])
	get_tree().quit()


func is_ours(name: String) -> bool:
	return name.begins_with("Rustls")


func wait(frames: int) -> void:
	for frame: int in frames:
		await get_tree().process_frame


func check_icon(name: String) -> void:
	var manifest := ConfigFile.new()
	manifest.load(MANIFEST)
	var path: String = manifest.get_value("icons", name, "")
	var picture: Texture2D = null
	if not path.is_empty():
		picture = load(MANIFEST.get_base_dir().path_join(path))
	if picture == null or picture.get_size() != Vector2(16, 16):
		print("MISSING %s: an icon of 16x16" % name)


func check_page(name: String) -> void:
	var page: String = await open_page(name)
	if not page.contains("\nDescription\n"):
		print("MISSING %s: a page with a description" % name)
		return
	check_brief(name, page)
	var member: String = ""
	var constants: PackedStringArray = ClassDB.class_get_integer_constant_list(name, true)
	var lines: PackedStringArray = page.split("\n")
	for index: int in lines.size():
		var line: String = lines[index].strip_edges()
		if line.begins_with("●"):
			member = line.trim_prefix("●").strip_edges()
			members += 1
			if not has_text(lines, index, member, constants):
				print("MISSING %s: a text for %s" % [name, member])
		elif line.contains(EXCUSE):
			print("MISSING %s: a text for %s" % [name, member])
	for expected: String in listed(name):
		if not page.contains(expected):
			print("MISSING %s: %s on its page" % [name, expected])


func open_page(name: String) -> String:
	var editor: ScriptEditor = EditorInterface.get_script_editor()
	editor.goto_help("class_name:" + name)
	await wait(10)
	for help: Node in editor.find_children(name, "EditorHelp", true, false):
		for label: RichTextLabel in help.find_children("*", "RichTextLabel", true, false):
			if label.get_parsed_text().contains("Class:"):
				return label.get_parsed_text().replace(char(0xA0), " ")
	return ""


## The brief stands between the line of ancestors or heirs and the description.
func check_brief(name: String, page: String) -> void:
	var head: String = page.get_slice("\nDescription\n", 0)
	var brief: String = ""
	for line: String in head.split("\n"):
		if not line.strip_edges().is_empty():
			brief = line.strip_edges()
	if not brief.ends_with(".") or brief.begins_with("Inherit"):
		print("MISSING %s: a brief of one sentence (it is \"%s\")" % [name, brief])


## A constant's text begins in the next line; other members have an excuse instead of a missing one.
func has_text(lines: PackedStringArray, index: int, member: String, constants: PackedStringArray) -> bool:
	if not constants.has(member.get_slice("=", 0).strip_edges()):
		return true
	return index + 1 < lines.size() and not lines[index + 1].strip_edges() in ["", "●"]


func listed(name: String) -> PackedStringArray:
	var found: PackedStringArray = []
	for constant: String in ClassDB.class_get_integer_constant_list(name, true):
		found.append(constant)
	for signal_info: Dictionary in ClassDB.class_get_signal_list(name, true):
		found.append("%s(" % signal_info["name"])
	for property: Dictionary in ClassDB.class_get_property_list(name, true):
		if property["usage"] & (PROPERTY_USAGE_GROUP | PROPERTY_USAGE_CATEGORY | PROPERTY_USAGE_SUBGROUP):
			continue
		found.append(property["name"])
	for method: Dictionary in ClassDB.class_get_method_list(name, true):
		if not str(method["name"]).begins_with("_"):
			found.append("%s(" % method["name"])
	return found
"#;

#[test]
fn every_member_of_every_class_has_a_text_and_every_class_an_icon() {
    let (Some(godot), Some(addon)) = (godot(), shipped_addon()) else {
        return;
    };
    let project = Project::new("reference", "[application]\n\nconfig/name=\"reference\"\n");
    project.install(&addon);
    // Without the plugin still: the import would end in the middle of its work.
    project.import(&godot);
    project.plugin("probe", PLUGIN);
    let mut command = godot.headless(project.dir());
    // The excuse is searched for in English.
    command.args(["--editor", "--language", "en"]);
    let run = finish("the editor", command, 5);
    assert_clean("the editor", &run);
    let said = |mark: &str| -> Vec<&str> {
        let lines = run.text.lines();
        lines.filter(|line| line.starts_with(mark)).collect()
    };
    assert_eq!(said("MISSING"), Vec::<&str>::new());
    let counts: Vec<u32> = said("CHECKED")
        .join(" ")
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    assert!(
        matches!(counts[..], [classes, members] if classes >= 3 && members >= 40),
        "{}",
        run.text
    );
}

//! Pages of a small class.

use super::description::{Class, parse};
use super::page;

/// Two classes with a member of each kind, as `describe.gd` tells of them.
const SAMPLE: &str = r#"[
{"name": "RustlsJob", "inherits": "RefCounted", "can_instantiate": false,
 "brief": "A job of [RustlsLine].",
 "description": "Await it:[br][br][codeblock lang=gdscript]if job:\n\tawait job.done()[/codeblock][br][br]Or not.",
 "properties": [
  {"name": "size", "type": {"name": "int", "kind": "builtin"}, "is_read_only": true, "text": "The size."}],
 "accessors": {"get_size": "size"},
 "methods": [
  {"name": "done", "is_static": false, "returns": {"name": "Signal", "kind": "builtin"}, "arguments": [],
   "text": "Returns a signal. See [method get_size] and [signal completed]."}],
 "signals": [
  {"name": "completed", "text": "Emitted with [param key] when the job has ended.", "arguments": [
   {"name": "key", "type": {"name": "CryptoKey", "kind": "class"}}]}],
 "enums": []},
{"name": "RustlsLine", "inherits": "StreamPeerExtension", "can_instantiate": true,
 "brief": "A line with a [member mode].", "description": "",
 "properties": [
  {"name": "mode", "type": {"name": "int", "kind": "builtin"}, "is_read_only": false, "default": "0",
   "text": "One of a|b; [constant MODE_1_2] by default."}],
 "accessors": {"get_mode": "mode", "set_mode": "mode"},
 "methods": [
  {"name": "send", "is_static": false, "returns": {"name": "Error", "kind": "enum"}, "arguments": [
   {"name": "verb", "type": {"name": "HTTPClient.Method", "kind": "enum"}},
   {"name": "head_lines", "type": {"name": "PackedStringArray", "kind": "builtin"}, "default": "PackedStringArray()"},
   {"name": "job", "type": {"name": "RustlsJob", "kind": "class"}, "default": "null"}],
   "text": "Sends [code]a < b[/code] & more for [param job].[br][br]Returns [constant ERR_BUSY] *before* [method HTTPClient.poll]."},
  {"name": "all_jobs", "is_static": true, "returns": {"name": "Array[RustlsJob]", "kind": "array"}, "arguments": [],
   "text": "Returns the jobs."}],
 "signals": [
  {"name": "sent", "text": "Emitted for each [param job].", "arguments": [
   {"name": "job", "type": {"name": "RustlsJob", "kind": "class"}}]}],
 "enums": [
  {"name": "Mode", "values": [
   {"name": "MODE_1_3", "value": 1, "text": "New."},
   {"name": "MODE_1_2", "value": 0, "text": "Old | slow."}]}]}
]"#;

/// Returns the classes of the sample.
pub(crate) fn sample() -> Vec<Class> {
    parse(SAMPLE).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the page of a class, and fails unless it has all these parts.
fn assert_page(name: &str, parts: &[&str]) {
    let classes = sample();
    let class = classes.iter().find(|class| class.name == name);
    let page = class.map(|class| page::page(&classes, class));
    let page = page
        .unwrap_or_else(|| panic!("no {name}"))
        .unwrap_or_else(|error| panic!("{error}"));
    for part in parts {
        assert!(page.contains(part), "there is no\n{part}\nin\n{page}");
    }
}

#[test]
fn examples_keep_their_tabs() {
    assert_page(
        "RustlsJob",
        &["Await it:\n\n```gdscript\nif job:\n\tawait job.done()\n```\n\nOr not.\n"],
    );
}

#[test]
fn members_are_declared_as_in_gdscript() {
    assert_page(
        "RustlsJob",
        &[
            "var size: int # Read-only.",
            "signal completed(key: CryptoKey)",
        ],
    );
    assert_page(
        "RustlsLine",
        &[
            "var mode: int = 0\n",
            "func send(verb: HTTPClient.Method, head_lines: PackedStringArray = PackedStringArray(), \
             job: RustlsJob = null) -> Error",
            "static func all_jobs() -> Array[RustlsJob]",
        ],
    );
}

#[test]
fn references_lead_to_our_pages_and_to_the_engines() {
    assert_page(
        "RustlsJob",
        &[
            "A job of [RustlsLine](RustlsLine.md).",
            // A getter has no entry of its own.
            "See [`size`](#property-size) and [`completed`](#signal-completed).",
            "### <a id=\"signal-completed\"></a>completed",
            "Inherits [RefCounted](https://docs.godotengine.org/en/stable/classes/class_refcounted.html).",
        ],
    );
    assert_page(
        "RustlsLine",
        &[
            "class_@globalscope.html#class-globalscope-constant-err-busy)",
            "[`HTTPClient.poll()`](https://docs.godotengine.org/en/stable/classes/class_httpclient.html#class-httpclient-method-poll)",
            "[`MODE_1_2`](#constant-MODE_1_2)",
        ],
    );
}

#[test]
fn characters_with_a_meaning_are_escaped_outside_of_code() {
    assert_page(
        "RustlsLine",
        &["Sends `a < b` & more for `job`.", "\\*before\\*"],
    );
}

#[test]
fn tables_have_values_in_order_and_one_line_each() {
    assert_page(
        "RustlsLine",
        &[
            "| <a id=\"constant-MODE_1_2\"></a>`MODE_1_2` | 0 | Old \\| slow. |\n\
           | <a id=\"constant-MODE_1_3\"></a>`MODE_1_3` | 1 | New. |\n",
        ],
    );
}

#[test]
fn the_index_links_from_a_brief_to_the_page_of_its_class() {
    let index = page::index(&sample()).unwrap_or_else(|error| panic!("{error}"));
    for line in [
        "| [RustlsJob](RustlsJob.md) | A job of [RustlsLine](RustlsLine.md). |\n",
        "| [RustlsLine](RustlsLine.md) | A line with a [`mode`](RustlsLine.md#property-mode). |\n",
    ] {
        assert!(index.contains(line), "{index}");
    }
}

#[test]
fn a_member_that_is_not_there_is_named() {
    let mut classes = sample();
    classes[0].brief = "See [method RustlsLine.nonsense].".to_owned();
    let page = page::page(&classes, &classes[0]);
    assert!(page.is_err_and(|error| error.contains("RustlsLine has no nonsense")));
}

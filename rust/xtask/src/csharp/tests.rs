//! Wrappers of a small class.

use super::members::wrapper;
use crate::reference::tests::sample;

/// Fails unless the wrapper of a class has all these parts, whatever the indentation.
fn assert_wrapper(name: &str, parts: &[&str]) {
    let classes = sample();
    let class = classes.iter().find(|class| class.name == name);
    let text = class.map(|class| wrapper(&classes, class));
    let text = text
        .unwrap_or_else(|| panic!("no {name}"))
        .unwrap_or_else(|error| panic!("{error}"));
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let text = lines.join("\n");
    for part in parts {
        assert!(text.contains(part), "there is no\n{part}\nin\n{text}");
    }
}

#[test]
fn arguments_and_results_are_converted() {
    assert_wrapper(
        "RustlsLine",
        &[
            "public Error Send(HttpClient.Method verb, string[] headLines = null, RustlsJob job = null) =>\n\
             (Error)Instance.Call(_send, (long)verb, headLines ?? System.Array.Empty<string>(), job?.Instance).AsInt64();",
            "public static RustlsJob[] AllJobs() =>\n\
             Extension.WrapAll(Extension.CallStatic(_className, _allJobs), instance => new RustlsJob(instance));",
        ],
    );
}

#[test]
fn properties_are_read_and_written_by_name() {
    assert_wrapper(
        "RustlsJob",
        &["public long Size => Instance.Get(_size).AsInt64();"],
    );
    assert_wrapper(
        "RustlsLine",
        &[
            "private static readonly StringName _mode = \"mode\";",
            "public long Mode\n{\nget => Instance.Get(_mode).AsInt64();\nset => Instance.Set(_mode, value);\n}",
        ],
    );
}

#[test]
fn an_enum_that_has_the_name_of_a_property_gets_a_suffix() {
    assert_wrapper(
        "RustlsLine",
        &[
            "public enum ModeEnum : long\n{\n/// <summary>Old | slow.</summary>\nMode12 = 0,",
            "<see cref=\"RustlsLine.ModeEnum.Mode12\"/> by default.",
        ],
    );
}

#[test]
fn only_what_scripts_can_create_has_a_constructor_without_arguments() {
    assert_wrapper(
        "RustlsLine",
        &[
            "public sealed class RustlsLine : RustlsObject<StreamPeer>",
            "public RustlsLine() : this(Extension.Create(_className))",
            "public static implicit operator StreamPeer(RustlsLine wrapper) => wrapper?.Instance;",
        ],
    );
    let classes = sample();
    let job = wrapper(&classes, &classes[0]);
    assert!(job.is_ok_and(|text| !text.contains("RustlsJob()")));
}

#[test]
fn a_job_can_be_awaited_for_what_its_signal_brings() {
    assert_wrapper(
        "RustlsJob",
        &["public async Task<CryptoKey> CompletedAsync() =>\n\
           (CryptoKey)(await Extension.FirstArgument(Done())).AsGodotObject();"],
    );
}

#[test]
fn handlers_of_events_get_the_object_itself() {
    assert_wrapper(
        "RustlsLine",
        &[
            "public event Action<GodotObject> Sent\n{\n\
             add => Instance.Connect(_sent, Callable.From(value));\n\
             remove => Instance.Disconnect(_sent, Callable.From(value));\n}",
            "/// <summary>Emitted for each <c>job</c>.</summary>\n\
             /// <remarks>Arguments: <c>job</c>.</remarks>",
        ],
    );
}

#[test]
fn comments_are_xml_without_examples() {
    assert_wrapper(
        "RustlsJob",
        &[
            "/// <summary>A job of <see cref=\"RustlsLine\"/>.</summary>\n\
           /// <remarks>\n/// <para>Await it.</para>\n/// <para>Or not.</para>\n/// </remarks>",
        ],
    );
    assert_wrapper(
        "RustlsLine",
        &[
            "/// <summary>Sends <c>a &lt; b</c> &amp; more for <paramref name=\"job\"/>.</summary>",
            "Returns <c>Error.Busy</c> *before* <c>HttpClient.Poll</c>.",
        ],
    );
}

#[test]
fn null_stands_for_an_empty_dictionary() {
    use crate::reference::description::Type;

    let kind = super::types::of(&[], &Type::Builtin("Dictionary".to_owned()));
    let kind = kind.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(kind.default("{}"), "null");
    assert_eq!(
        kind.passed("options", true),
        "options ?? new Godot.Collections.Dictionary()"
    );
    assert_eq!(kind.passed("value", false), "value");
}

#[test]
fn requests_without_a_node_can_be_awaited() {
    let mut classes = sample();
    let line = &mut classes[1];
    line.name = "RustlsHTTP".to_owned();
    line.methods.retain(|method| method.is_static);
    line.methods[0].returns = crate::reference::description::Type::Builtin("Signal".to_owned());
    let text = wrapper(&classes, &classes[1]).unwrap_or_else(|error| panic!("{error}"));
    let expected = "public static async Task<RustlsHttpResponse> AllJobsAsync() =>";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_type_without_a_counterpart_is_named() {
    let mut classes = sample();
    let unknown = crate::reference::description::Type::Builtin("Transform3D".to_owned());
    classes[1].properties[0].kind = unknown;
    let text = wrapper(&classes, &classes[1]);
    assert!(text.is_err_and(|error| error.contains("Transform3D")));
}

#[test]
fn two_members_of_one_name_are_refused() {
    let mut classes = sample();
    classes[1].signals[0].name = "send".to_owned();
    let text = wrapper(&classes, &classes[1]);
    assert!(text.is_err_and(|error| error.contains("Send")));
}

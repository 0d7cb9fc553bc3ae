//! Whole projects as texts.

use super::*;

fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

/// Returns the text of a script after the edits, checked alone.
fn changed(text: &str) -> String {
    let reports = check(&[source("a.gd", text)]);
    apply(text, &reports[0].edits)
}

/// Returns the kinds of findings, with the text where each begins.
fn kinds<'a>(source: &'a Source, report: &Report) -> Vec<(Kind, &'a str)> {
    let findings = report.findings.iter();
    let word = |at: usize| {
        let rest = &source.text[at..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"_\"$".contains(c));
        &rest[..end.unwrap_or(rest.len())]
    };
    findings
        .map(|finding| (finding.kind, word(finding.at)))
        .collect()
}

/// Returns the findings of a script that is checked alone.
fn found(text: &str) -> Vec<(Kind, String)> {
    let source = source("a.gd", text);
    let reports = check(std::slice::from_ref(&source));
    let kinds = kinds(&source, &reports[0]);
    kinds
        .into_iter()
        .map(|(kind, word)| (kind, word.to_owned()))
        .collect()
}

#[test]
fn types_and_constructors_take_the_prefix() {
    let before = "class_name A extends HTTPRequest\n@onready var b: HTTPRequest = $HTTPRequest\nvar c := HTTPClient.new()\n\
                  var d: Array[StreamPeerTLS] = [StreamPeerTLS.new()]\nfunc e(f: Crypto) -> HTTPRequest:\n\treturn $X as HTTPRequest\n";
    let after = "class_name A extends RustlsHTTPRequest\n@onready var b: RustlsHTTPRequest = $HTTPRequest\nvar c := RustlsHTTPClient.new()\n\
                 var d: Array[RustlsStreamPeerTLS] = [RustlsStreamPeerTLS.new()]\nfunc e(f: RustlsCrypto) -> RustlsHTTPRequest:\n\treturn $X as RustlsHTTPRequest\n";
    assert_eq!(changed(before), after);
    assert_eq!(changed(after), after, "a second run changes something");
}

#[test]
fn comments_strings_paths_and_longer_names_stay() {
    let text = "# HTTPRequest.new()\nvar a = \"HTTPRequest\" + '''\nCrypto.new()'''\nvar b = $HTTPRequest\nvar c = %Crypto\n\
                var d: MyHTTPRequest\nvar e = get_node(\"HTTPRequest\")\nvar f = x.HTTPRequest\nvar g = HTTPRequestX.new()\n";
    assert_eq!(found(text), []);
}

#[test]
fn constants_and_enums_stay() {
    let text = "func a(b: HTTPRequest.Result, m := HTTPClient.METHOD_GET) -> HTTPClient.Method:\n\tvar s: StreamPeerTLS.Status = x\n\
                \tprint(HTTPRequest.Result.keys()[b])\n\treturn HTTPClient.Method.METHOD_POST\n@export var c: HTTPClient.Status\n";
    assert_eq!(changed(text), text);
    let stays = found(text)
        .into_iter()
        .filter(|(kind, _)| *kind == Kind::Stays);
    assert_eq!(stays.count(), 7);
}

#[test]
fn options_become_the_addons_where_they_can_only_reach_its_classes() {
    let before = "func a():\n\tvar t := StreamPeerTLS.new()\n\tt.connect_to_stream(s, \"a\", TLSOptions.client())\n\
                  \tvar o: TLSOptions = TLSOptions.client()\n\tt.connect_to_stream(s, \"a\", o)\n";
    let after = before
        .replace("TLSOptions", "RustlsTLSOptions")
        .replace("StreamPeerTLS", "RustlsStreamPeerTLS");
    assert_eq!(changed(before), after);
}

#[test]
fn options_that_may_reach_the_engine_stay() {
    for text in [
        "func a():\n\tw.connect_to_url(u, TLSOptions.client())\n",
        "func a():\n\tvar o := TLSOptions.client()\n\tw.connect_to_url(u, o)\n",
        "func a():\n\tvar o := TLSOptions.client()\n\treturn o\n",
        "var o := TLSOptions.client()\n",
        "func a(o: TLSOptions) -> TLSOptions: return o\n",
        // Something of the name `t` that may be no stream of the addon.
        "func b(t: StreamPeerTLS): pass\nfunc a(t):\n\tt.connect_to_stream(s, \"a\", TLSOptions.client())\n",
        "func a(t: HTTPRequest, b):\n\tt.set_tls_options(TLSOptions.client() if b else null)\nfunc set_tls_options(): pass\n",
    ] {
        assert!(
            changed(text).matches("RustlsTLSOptions").next().is_none(),
            "{text}"
        );
    }
    let told = &check(&[source(
        "a.gd",
        "func a():\n\tw.connect_to_url(u, TLSOptions.client())\n",
    )])[0];
    assert!(
        told.findings[0]
            .message
            .contains("connect_to_url() is the engine's")
    );
}

#[test]
fn members_that_differ_are_told_where_they_are_used() {
    let text =
        "var a := HTTPRequest.new()\nfunc b():\n\ta.use_threads = true\n\tc.use_threads = true\n";
    let wanted = [
        (Kind::Change, "HTTPRequest"),
        (Kind::Differs, "use_threads"),
    ];
    assert_eq!(
        found(text),
        wanted.map(|(kind, word)| (kind, word.to_owned()))
    );
    let text =
        "extends HTTPRequest\nfunc b():\n\trequest(\"\")\n\tself.timeout = 1\n\tvar timeout = 1\n";
    let differs = found(text)
        .into_iter()
        .filter(|(kind, _)| *kind == Kind::Differs);
    let words: Vec<String> = differs.map(|(_, word)| word).collect();
    assert_eq!(words, ["request", "timeout"]);
}

#[test]
fn unsafe_options_are_told_to_warn() {
    let text = "var a := TLSOptions.client_unsafe()\n";
    let wanted = [
        (Kind::Stays, "TLSOptions"),
        (Kind::Differs, "client_unsafe"),
    ];
    assert_eq!(
        found(text),
        wanted.map(|(kind, word)| (kind, word.to_owned()))
    );
}

#[test]
fn nodes_of_the_scene_have_their_class_in_the_script() {
    let scene = "[ext_resource type=\"Script\" path=\"res://a.gd\" id=\"1\"]\n[node name=\"A\" type=\"Node\"]\nscript = ExtResource(\"1\")\n\
                 [node name=\"H\" type=\"HTTPRequest\" parent=\".\"]\n";
    let script =
        "extends Node\n@onready var h = $H\nfunc b():\n\th.request(\"\")\n\t$\"H\".request(\"\")\n";
    let sources = [source("a.gd", script), source("a.tscn", scene)];
    let reports = check(&sources);
    assert_eq!(
        kinds(&sources[0], &reports[0]),
        [(Kind::Differs, "request"), (Kind::Differs, "request")]
    );
}

#[test]
fn a_stream_for_the_engines_web_socket_stays_everywhere() {
    let server = "func a():\n\tvar t := StreamPeerTLS.new()\n\tt.accept_stream(c, TLSOptions.server(k, x))\n\tw.accept_stream(t)\n";
    let other = "var t: StreamPeerTLS\nvar s: StreamPeerTLS.Status\n";
    let sources = [source("a.gd", server), source("b.gd", other)];
    let reports = check(&sources);
    assert!(reports.iter().all(|report| report.edits.is_empty()));
    assert!(
        reports[0]
            .findings
            .iter()
            .all(|finding| finding.kind == Kind::Stays)
    );
    assert_eq!(
        kinds(&sources[1], &reports[1])[0],
        (Kind::Decide, "StreamPeerTLS")
    );
    let plain = "func a(c: StreamPeerTCP):\n\tw.accept_stream(c)\n\tv.accept_stream(l.take_connection())\nvar t: StreamPeerTLS\n";
    assert!(changed(plain).contains("var t: RustlsStreamPeerTLS"));
}

#[test]
fn a_client_whose_connection_is_used_stays_everywhere() {
    let sources = [
        source(
            "a.gd",
            "var c := HTTPClient.new()\nfunc a():\n\treturn c.connection\n",
        ),
        source("b.gd", "var c: HTTPClient\nvar r: HTTPRequest\n"),
    ];
    let reports = check(&sources);
    assert!(reports[0].edits.is_empty());
    assert_eq!(
        kinds(&sources[1], &reports[1]),
        [(Kind::Decide, "HTTPClient"), (Kind::Change, "HTTPRequest")]
    );
    assert!(reports[1].findings[0].message.ends_with("see a.gd:3"));
}

#[test]
fn a_member_that_the_addons_class_has_too_keeps_the_class_everywhere() {
    for member in [
        "signal progress(a)",
        "func fetch(a): pass",
        "var read_timeout = 1",
        "const CAUSE_NONE = 1",
    ] {
        let sources = [
            source("x/a.gd", "class_name A\nextends HTTPRequest\n"),
            source("x/b.gd", "extends \"a.gd\"\n"),
            source("c.gd", &format!("extends \"res://x/b.gd\"\n{member}\n")),
            source("e.gd", &format!("extends A\n{member}\n")),
            source("d.gd", "var a: HTTPRequest\n"),
            source("d.tscn", "[node name=\"A\" type=\"HTTPRequest\"]\n"),
        ];
        let reports = check(&sources);
        assert!(
            reports.iter().all(|report| report.edits.is_empty()),
            "{member}"
        );
        for decided in [2, 3, 5] {
            assert_eq!(reports[decided].findings[0].kind, Kind::Decide, "{member}");
        }
    }
    let text = "extends HTTPRequest\nfunc a():\n\tvar read_timeout = 1\nvar fetch = 1\n";
    assert!(changed(text).starts_with("extends RustlsHTTPRequest"));
}

#[test]
fn tests_for_a_class_follow_it_unless_some_nodes_stay() {
    let script = "func a(b, c: HTTPRequest):\n\tif b is not HTTPRequest or c is HTTPRequest or is_instance_of(b, HTTPRequest): pass\n";
    assert_eq!(
        changed(script),
        script.replace("HTTPRequest", "RustlsHTTPRequest")
    );
    let scene = "[ext_resource type=\"Script\" path=\"res://A.cs\" id=\"1\"]\n[node name=\"A\" type=\"HTTPRequest\"]\n";
    let sources = [source("a.gd", script), source("a.tscn", scene)];
    let reports = check(&sources);
    let after = "func a(b, c: RustlsHTTPRequest):\n\tif b is not HTTPRequest or c is RustlsHTTPRequest or is_instance_of(b, HTTPRequest): pass\n";
    assert_eq!(apply(script, &reports[0].edits), after);
}

#[test]
fn names_in_strings_are_told_where_the_engine_reads_them() {
    let text = "var a = ClassDB.instantiate(&\"HTTPRequest\")\nvar b = a.get_class() == \"HTTPClient\"\n\
                var c = find_children(\"*\", \"HTTPRequest\")\nvar d = [\"HTTPRequest\"]\nvar e = d == \"Crypto\"\n\
                var f = ClassDB.class_exists(\"Crypto\") # rustls: keep\n\
                @export_node_path(\"HTTPRequest\") var g\n";
    let kinds: Vec<Kind> = found(text).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Decide,
            Kind::Decide,
            Kind::Decide,
            Kind::Stays,
            Kind::Decide
        ]
    );
    assert_eq!(changed(text), text);
}

#[test]
fn a_comment_keeps_the_class_in_its_line() {
    let text = "var a := HTTPRequest.new() # rustls: keep, the editor wants it\nvar b := HTTPRequest.new()\n";
    assert_eq!(
        changed(text),
        text.replace("b := HTTPRequest", "b := RustlsHTTPRequest")
    );
    let text = "var c := HTTPClient.new()\nfunc a():\n\treturn c.connection # rustls: keep\n";
    assert!(changed(text).contains("RustlsHTTPClient"));
}

#[test]
fn a_class_as_a_value_is_for_a_person() {
    assert_eq!(
        found("func a(): b(HTTPRequest)\n"),
        [(Kind::Decide, "HTTPRequest".to_owned())]
    );
}

#[test]
fn scripts_inside_of_scenes_change_at_their_place() {
    let scene = "\u{feff}[gd_scene]\r\n[sub_resource type=\"GDScript\" id=\"1\"]\r\nscript/source = \"extends Node\r\nvar a := \\\"ä\\\" # HTTPRequest\r\nvar b := HTTPRequest.new()\r\n\"\r\n\r\n[node name=\"A\" type=\"HTTPRequest\"]\r\n";
    let reports = check(&[source("a.tscn", scene)]);
    let after = scene
        .replace("b := HTTPRequest", "b := RustlsHTTPRequest")
        .replace("type=\"HTTPRequest\"", "type=\"RustlsHTTPRequest\"");
    assert_eq!(apply(scene, &reports[0].edits), after);
}

#[test]
fn the_web_has_no_library() {
    let presets = source(
        "export_presets.cfg",
        "[preset.0]\nname=\"Web\"\nplatform=\"Web\"\n",
    );
    let script = source("a.gd", "var a := HTTPRequest.new()\n");
    let reports = check(&[presets.clone(), script]);
    assert_eq!(kinds(&presets, &reports[0]), [(Kind::Decide, "platform")]);
    assert!(check(&[presets])[0].findings.is_empty());
}

#[test]
fn classes_that_have_no_counterpart_stay() {
    let text = "var a := WebSocketPeer.new()\nvar b: PacketPeerDTLS\nfunc c(): host.dtls_client_setup(\"d\", e)\n";
    let wanted = [
        (Kind::Stays, "WebSocketPeer"),
        (Kind::Stays, "dtls_client_setup"),
    ];
    assert_eq!(
        found(text),
        wanted.map(|(kind, word)| (kind, word.to_owned()))
    );
}

#[test]
fn files_that_end_anywhere_are_read_to_their_end() {
    let script = "extends HTTPRequest # ä\nfunc a(b: Array[Crypto], c := HTTPClient.new()) -> HTTPRequest.Result:\n\
                  \tvar o := TLSOptions.client()\n\tset_tls_options(o)\n\tif $\"ä\" is not HTTPRequest: w.accept_stream(r\"\\\"\")\n";
    let scene = format!(
        "[ext_resource path=\"res://a.cs\"]\n[sub_resource type=\"GDScript\"]\nscript/source = \"{}\"\n[node name=\"ä\" type=\"HTTPRequest\" groups=[\"b\"]]\n",
        script.replace('\\', "\\\\").replace('"', "\\\"")
    );
    let csharp =
        "using Godot;\nvar a = $@\"ä\" + '\\'' + \"\"\"b\"\"\"; /* c */ HttpRequest d; // e";
    for (path, text) in [("a.gd", script), ("a.tscn", &scene), ("a.cs", csharp)] {
        for (end, _) in text.char_indices() {
            let source = source(path, &text[..end]);
            let report = &check(std::slice::from_ref(&source))[0];
            let _ = apply(&source.text, &report.edits);
        }
    }
}

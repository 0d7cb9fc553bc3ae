//! A wrapper class and its members.

use std::fmt::Write;

use super::comments::{comment, event_comment};
use super::names;
use super::types::{self, CSharpType, nested_enum};
use crate::reference::description::{Argument, Class, Enum, Method, Property, Signal};

/// Members that every wrapper has.
const TAKEN: [&str; 5] = ["Equals", "GetHashCode", "GetType", "Instance", "ToString"];

/// The class whose static methods return the signal of a response, and the class of the response.
const REQUESTS: &str = "RustlsHTTP";
const RESPONSE: &str = "RustlsHTTPResponse";

/// A class while its wrapper is written.
struct Writer<'a> {
    classes: &'a [Class],
    class: &'a Class,
    /// In C#.
    name: String,
    /// Names that the engine knows members by, which each become a `StringName`.
    called: Vec<&'a str>,
    body: String,
}

/// Returns the wrapper of a class.
pub(super) fn wrapper(classes: &[Class], class: &Class) -> Result<String, String> {
    let mut writer = Writer {
        classes,
        class,
        name: names::class(&class.name),
        called: Vec::new(),
        body: String::new(),
    };
    check_names(class)?;
    for list in &class.enums {
        writer.enumeration(list)?;
    }
    let has_objects = !is_static(class);
    if has_objects {
        writer.constructors();
    }
    for property in &class.properties {
        writer.property(property)?;
    }
    for method in &class.methods {
        writer.method(method)?;
    }
    for signal in &class.signals {
        writer.signal(signal)?;
    }
    writer.finish()
}

/// Returns true for a class whose methods are all static and of which there are no objects.
fn is_static(class: &Class) -> bool {
    let is_empty = class.properties.is_empty() && class.signals.is_empty();
    !class.can_instantiate && is_empty && class.methods.iter().all(|method| method.is_static)
}

/// Refuses a class two of whose members would have one name.
fn check_names(class: &Class) -> Result<(), String> {
    let properties = class.properties.iter().map(|it| names::member(&it.name));
    let methods = class.methods.iter().map(|it| names::member(&it.name));
    let signals = class.signals.iter().map(|it| names::member(&it.name));
    let enums = class.enums.iter().map(|it| nested_enum(class, &it.name));
    let mut all: Vec<String> = properties
        .chain(methods)
        .chain(signals)
        .chain(enums)
        .collect();
    all.extend(TAKEN.map(str::to_owned));
    all.sort();
    match all.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two members would have the name {}", pair[0])),
        None => Ok(()),
    }
}

/// Returns the type that a wrapper's `Instance` has: the class that the addon's class extends. Scripts pass a stream as
/// a `StreamPeer`; the class in between is for those who write one.
fn base(class: &Class) -> String {
    names::class(
        class
            .inherits
            .strip_suffix("Extension")
            .unwrap_or(&class.inherits),
    )
}

impl<'a> Writer<'a> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.body, "        {line}");
    }

    /// Begins a member: a blank line and its comment.
    fn begin(&mut self, name: &str, text: &str) -> Result<(), String> {
        self.body.push('\n');
        let lines = comment(self.classes, self.class, &[text]);
        for line in lines.map_err(|error| format!("{name}: {error}"))? {
            self.line(&line);
        }
        Ok(())
    }

    /// Returns the field that holds a name.
    fn field(&mut self, name: &'a str) -> String {
        if !self.called.contains(&name) {
            self.called.push(name);
        }
        field(name)
    }

    fn constructors(&mut self) {
        let Self { name, class, .. } = self;
        let (name, godot, base) = (name.clone(), class.name.clone(), base(class));
        self.body.push('\n');
        if self.class.can_instantiate {
            self.line(&format!("/// <summary>Creates a {godot}.</summary>"));
            self.line("/// <exception cref=\"InvalidOperationException\">The addon is not loaded.</exception>");
            self.line(&format!(
                "public {name}() : this(Extension.Create(_className))"
            ));
            self.line("{");
            self.line("}");
            self.body.push('\n');
        }
        self.line(&format!(
            "/// <summary>Wraps an object of the class {godot}.</summary>"
        ));
        self.line(
            "/// <exception cref=\"ArgumentException\">The object is of another class.</exception>",
        );
        self.line(&format!(
            "public {name}(GodotObject instance) : base(instance, _className)"
        ));
        self.line("{");
        self.line("}");
        self.body.push('\n');
        self.line("/// <summary>Returns the object itself.</summary>");
        let operator = format!("public static implicit operator {base}({name} wrapper)");
        self.line(&format!("{operator} => wrapper?.Instance;"));
    }

    fn property(&mut self, property: &'a Property) -> Result<(), String> {
        let Property {
            name,
            kind,
            is_read_only,
            text,
            ..
        } = property;
        let kind = types::of(self.classes, kind)?;
        let field = self.field(name);
        self.begin(name, text)?;
        let declared = format!("public {} {}", kind.name, names::member(name));
        let taken = kind.taken(&format!("Instance.Get({field})"));
        if *is_read_only {
            self.line(&format!("{declared} => {taken};"));
            return Ok(());
        }
        self.line(&declared);
        self.line("{");
        self.line(&format!("    get => {taken};"));
        self.line(&format!(
            "    set => Instance.Set({field}, {});",
            kind.passed("value", false)
        ));
        self.line("}");
        Ok(())
    }

    fn method(&mut self, method: &'a Method) -> Result<(), String> {
        let result = types::of(self.classes, &method.returns)?;
        let field = self.field(&method.name);
        self.begin(&method.name, &method.text)?;
        let (mut declared, mut passed) = (Vec::new(), vec![field]);
        for argument in &method.arguments {
            let kind = types::of(self.classes, &argument.kind)?;
            declared.push(declaration(argument, &kind));
            passed.push(kind.passed(&names::argument(&argument.name), argument.default.is_some()));
        }
        let (word, called) = if method.is_static {
            passed.insert(0, "_className".to_owned());
            ("static ", "Extension.CallStatic")
        } else {
            ("", "Instance.Call")
        };
        let taken = result.taken(&format!("{called}({})", passed.join(", ")));
        let name = names::member(&method.name);
        let declared = declared.join(", ");
        self.line(&format!(
            "public {word}{} {name}({declared}) =>",
            result.name
        ));
        self.line(&format!("    {taken};"));
        if method.name == "done" {
            self.completed()?;
        }
        if self.class.name == REQUESTS && result.name == "Signal" {
            self.awaited(&name, &declared, &method.arguments);
        }
        Ok(())
    }

    /// Writes what C# awaits of a static method that starts a request: its response.
    fn awaited(&mut self, name: &str, declared: &str, arguments: &[Argument]) {
        let response = names::class(RESPONSE);
        let passed = arguments.iter().map(|it| names::argument(&it.name));
        let passed: Vec<String> = passed.collect();
        self.body.push('\n');
        self.line(&format!(
            "/// <summary>Waits for the response to <see cref=\"{name}\"/>.</summary>"
        ));
        self.line(&format!(
            "public static async Task<{response}> {name}Async({declared}) =>"
        ));
        self.line(&format!(
            "    Extension.Wrap(await Extension.FirstArgument({name}({})), instance => new {response}(instance));",
            passed.join(", ")
        ));
    }

    /// Writes what C# awaits: the end of the object's work, with the argument of its signal `completed`.
    fn completed(&mut self) -> Result<(), String> {
        let signals = &self.class.signals;
        let signal = signals.iter().find(|signal| signal.name == "completed");
        let argument = signal.and_then(|signal| signal.arguments.first());
        let argument = argument.ok_or("done() belongs to a signal completed() with an argument")?;
        let kind = types::of(self.classes, &argument.kind)?;
        self.body.push('\n');
        self.line("/// <summary>");
        self.line("/// Waits for <see cref=\"Completed\"/>, also when it has been emitted already: then until the next frame.");
        self.line("/// </summary>");
        self.line(&format!(
            "public async Task<{}> CompletedAsync() =>",
            kind.name
        ));
        let awaited = "(await Extension.FirstArgument(Done()))";
        self.line(&format!("    {};", kind.taken(awaited)));
        Ok(())
    }

    fn signal(&mut self, signal: &'a Signal) -> Result<(), String> {
        let mut kinds = Vec::new();
        for argument in &signal.arguments {
            let kind = types::of(self.classes, &argument.kind)?;
            // A handler gets the object itself: one that wraps it anew could not be removed again.
            kinds.push(if kind.is_wrapped() {
                "GodotObject".to_owned()
            } else {
                kind.name
            });
        }
        let action = match kinds.len() {
            0 => "Action".to_owned(),
            _ => format!("Action<{}>", kinds.join(", ")),
        };
        let field = self.field(&signal.name);
        self.body.push('\n');
        let lines = event_comment(self.classes, self.class, signal);
        for line in lines.map_err(|error| format!("{}: {error}", signal.name))? {
            self.line(&line);
        }
        self.line(&format!(
            "public event {action} {}",
            names::member(&signal.name)
        ));
        self.line("{");
        self.line(&format!(
            "    add => Instance.Connect({field}, Callable.From(value));"
        ));
        self.line(&format!(
            "    remove => Instance.Disconnect({field}, Callable.From(value));"
        ));
        self.line("}");
        Ok(())
    }

    fn enumeration(&mut self, list: &'a Enum) -> Result<(), String> {
        let own: Vec<&str> = list
            .values
            .iter()
            .map(|value| value.name.as_str())
            .collect();
        self.body.push('\n');
        self.line(&format!(
            "/// <summary>The constants of {}.{}.</summary>",
            self.class.name, list.name
        ));
        self.line(&format!(
            "public enum {} : long",
            nested_enum(self.class, &list.name)
        ));
        self.line("{");
        for (value, name) in list.values.iter().zip(names::constants(&own)) {
            let lines = comment(self.classes, self.class, &[&value.text]);
            for line in lines.map_err(|error| format!("{}: {error}", value.name))? {
                self.line(&format!("    {line}"));
            }
            self.line(&format!("    {name} = {},", value.value));
        }
        self.line("}");
        Ok(())
    }

    /// Returns the whole class.
    fn finish(self) -> Result<String, String> {
        let Self { class, name, .. } = &self;
        let mut out = String::new();
        for line in comment(self.classes, class, &[&class.brief, &class.description])? {
            let _ = writeln!(out, "    {line}");
        }
        let head = if is_static(class) {
            format!("public static class {name}")
        } else {
            format!("public sealed class {name} : RustlsObject<{}>", base(class))
        };
        let _ = writeln!(out, "    {head}\n    {{");
        let _ = writeln!(
            out,
            "        private static readonly StringName _className = \"{}\";",
            class.name
        );
        let mut called = self.called;
        called.sort_unstable();
        for name in called {
            let _ = writeln!(
                out,
                "        private static readonly StringName {} = \"{name}\";",
                field(name)
            );
        }
        Ok(out + &self.body + "    }\n")
    }
}

fn field(name: &str) -> String {
    let member = names::member(name);
    let mut letters = member.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    format!("_{}", first.into_iter().chain(letters).collect::<String>())
}

fn declaration(argument: &Argument, kind: &CSharpType) -> String {
    let name = names::argument(&argument.name);
    let default = argument.default.as_ref();
    let default = default.map(|default| format!(" = {}", kind.default(default)));
    format!("{} {name}{}", kind.name, default.unwrap_or_default())
}

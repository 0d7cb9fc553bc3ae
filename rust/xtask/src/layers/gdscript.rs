//! Functions of GDScript, found by their indentation.

/// A function with its lines, counted from 0.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) first_line: usize,
    /// The last line that holds a statement of it.
    pub(super) last_line: usize,
    indentation: usize,
}

/// What a line ends within.
#[derive(Default)]
struct Within {
    /// Open brackets.
    brackets: usize,
    /// The quotation marks that end a string of several lines.
    quotes: Option<&'static str>,
}

/// Returns the functions that have a name, of classes inside the file too.
pub(super) fn functions(text: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let mut open: Vec<Function> = Vec::new();
    let mut within = Within::default();
    for (index, line) in text.lines().enumerate() {
        let goes_on = within.brackets > 0 || within.quotes.is_some();
        within.pass(line);
        let code = line.trim_start();
        if !goes_on && (code.is_empty() || code.starts_with('#')) {
            continue;
        }
        let indentation = line.len() - code.len();
        while let Some(last) = open.pop_if(|f| !goes_on && f.indentation >= indentation) {
            found.push(last);
        }
        for function in &mut open {
            function.last_line = index;
        }
        if let Some(name) = name(code).filter(|_| !goes_on) {
            open.push(Function {
                name: name.to_owned(),
                first_line: index,
                last_line: index,
                indentation,
            });
        }
    }
    found.extend(open);
    found.sort_by_key(|function| function.first_line);
    found
}

/// Returns the name of the function that a line begins.
fn name(code: &str) -> Option<&str> {
    let code = code.strip_prefix("static ").unwrap_or(code);
    let name = code.strip_prefix("func ")?.split('(').next()?.trim();
    (!name.is_empty()).then_some(name)
}

impl Within {
    /// Passes over a line.
    fn pass(&mut self, line: &str) {
        let mut rest = line;
        while !rest.is_empty() {
            if let Some(quotes) = self.quotes {
                let end = end_of_string(rest, quotes);
                // A string in single quotation marks that goes on after its line has a backslash there.
                let goes_on = quotes.len() == 3 || rest.ends_with('\\');
                self.quotes = end.is_none().then_some(quotes).filter(|_| goes_on);
                rest = end.map_or("", |end| &rest[end..]);
                continue;
            }
            let marks = ["\"\"\"", "'''", "\"", "'"];
            if let Some(quotes) = marks.into_iter().find(|marks| rest.starts_with(marks)) {
                self.quotes = Some(quotes);
                rest = &rest[quotes.len()..];
                if rest.is_empty() && quotes.len() == 1 {
                    self.quotes = None;
                }
                continue;
            }
            match rest.chars().next() {
                Some('#') => return,
                Some('(' | '[' | '{') => self.brackets += 1,
                Some(')' | ']' | '}') => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
            rest = &rest[rest.chars().next().map_or(1, char::len_utf8)..];
        }
    }
}

/// Returns where the string ends, behind its quotation marks.
fn end_of_string(text: &str, quotes: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        if !is_escaped && text[at..].starts_with(quotes) {
            return Some(at + quotes.len());
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, usize, usize)> {
        let found = functions(text).into_iter();
        found.map(|f| (f.name, f.first_line, f.last_line)).collect()
    }

    fn function(name: &str, first: usize, last: usize) -> (String, usize, usize) {
        (name.to_owned(), first, last)
    }

    #[test]
    fn a_function_ends_with_its_last_statement() {
        let text =
            "func a():\n\tpass\n\n\tb()\n\n\n# words\nstatic func c() -> void:\n\td()\n\nvar e\n";
        assert_eq!(read(text), [function("a", 0, 3), function("c", 7, 8)]);
    }

    #[test]
    fn a_signature_or_a_list_over_several_lines_belongs_to_it() {
        let text = "func a(\n\tb: int,\n) -> void:\n\tvar c := [\n1,\n\t]\n\td()\nvar e\n";
        assert_eq!(read(text), [function("a", 0, 6)]);
    }

    #[test]
    fn a_string_over_several_lines_belongs_to_it() {
        let text = "func a():\n\tb(\"\"\"\nfunc c():\n) \\\"\"\" \"\"\")\n\td('\"(', \"\\\"[\") # ({\nvar e\n";
        assert_eq!(read(text), [function("a", 0, 4)]);
    }

    #[test]
    fn classes_have_functions_and_lambdas_are_none() {
        let text = "class A:\n\tfunc b():\n\t\tc(func(): d())\n\tvar e\nfunc f():\n\tg()\n";
        assert_eq!(read(text), [function("b", 1, 2), function("f", 4, 5)]);
    }
}

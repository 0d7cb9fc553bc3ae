//! Functions of GDScript, found by their indentation.

use crate::gdscript::{Token, tokenize};

/// A function with its lines, counted from 0.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) first_line: usize,
    /// The last line that holds a statement of it.
    pub(super) last_line: usize,
    indentation: usize,
}

/// Returns the functions that have a name, of classes inside the file too.
pub(super) fn functions(text: &str) -> Vec<Function> {
    let tokens = tokenize(text).tokens;
    let starts = line_starts(text);
    let line = |at: usize| starts.partition_point(|start| *start <= at) - 1;
    let mut found = Vec::new();
    let mut open: Vec<Function> = Vec::new();
    let mut brackets = 0_usize;
    let mut last_line = None;
    for (index, token) in tokens.iter().enumerate() {
        let first_line = line(token.range.start);
        let is_statement = brackets == 0 && last_line.is_none_or(|last| first_line > last);
        let indentation = token.range.start - starts[first_line];
        while let Some(last) = open.pop_if(|f| is_statement && f.indentation >= indentation) {
            found.push(last);
        }
        if let Some(name) = name(text, &tokens[index..]).filter(|_| is_statement) {
            open.push(Function {
                name: name.to_owned(),
                first_line,
                last_line: first_line,
                indentation,
            });
        }
        let end = line(token.range.end - 1);
        for function in &mut open {
            function.last_line = end;
        }
        match &text[token.range.clone()] {
            "(" | "[" | "{" => brackets += 1,
            ")" | "]" | "}" => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        last_line = Some(end);
    }
    found.extend(open);
    found.sort_by_key(|function| function.first_line);
    found
}

fn line_starts(text: &str) -> Vec<usize> {
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).collect()
}

/// Returns the name of the function that a statement begins.
fn name<'a>(text: &'a str, tokens: &[Token]) -> Option<&'a str> {
    let word = |at: usize| tokens.get(at).map(|token| &text[token.range.clone()]);
    let keyword = usize::from(word(0) == Some("static"));
    let name = word(keyword + 1).filter(|name| *name != "(");
    name.filter(|_| word(keyword) == Some("func"))
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

//! The lines of a Rust file that ship, without comments and without what is only for tests.

use std::iter;

#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) text: &'a str,
    /// Part of a `use` statement, of which one line may hold only a name
    pub(super) imports: bool,
}

pub(super) fn lines(file: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = (1..).zip(file.lines().map(without_comment));
    let mut imports = false;
    iter::from_fn(move || {
        let (number, text) = loop {
            let (number, text) = rest.next()?;
            if text.trim() != "#[cfg(test)]" {
                break (number, text);
            }
            skip_item(indent(text), &mut rest);
        };
        let continues = imports;
        let begins = text.trim_start().starts_with("use ") || text.contains(" use ");
        imports = (begins || continues) && !text.trim_end().ends_with(';');
        Some(Line {
            number,
            text,
            imports: begins || continues,
        })
    })
}

fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The item ends with a semicolon, or with a brace in the column where it began.
fn skip_item<'a>(column: usize, rest: &mut impl Iterator<Item = (usize, &'a str)>) {
    let _end = rest.find(|(_, line)| {
        let line = line.trim_end();
        indent(line) == column && (line.ends_with(';') || line.ends_with('}'))
    });
}

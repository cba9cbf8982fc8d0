//! A zip of which every byte follows from the names and contents of its files.

use std::io::{Cursor, Write};

use anyhow::Result;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// With slashes, whatever the system
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// Sorted by name; each file from the year 1980, as on Unix, readable by all, without extra fields.
pub(super) fn zip(mut entries: Vec<Entry>) -> Result<Vec<u8>> {
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        zip.start_file(entry.name, options)?;
        zip.write_all(&entry.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use zip::{DateTime, ZipArchive};

    use super::{Entry, zip};

    fn entries(files: &[(&str, &str)]) -> Vec<Entry> {
        let entries = files.iter().map(|(name, text)| Entry {
            name: (*name).to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
        entries.collect()
    }

    const FILES: [(&str, &str); 3] = [("b.js", "b"), ("a/z.js", "z"), ("a.js", "a")];

    #[test]
    fn the_same_files_give_the_same_bytes_in_whatever_order_they_come() {
        let mut turned = FILES;
        turned.reverse();
        let one = zip(entries(&FILES)).expect("it is written");
        let other = zip(entries(&turned)).expect("it is written");
        assert_eq!(one, other);
    }

    #[test]
    fn files_are_sorted_whole_and_tell_neither_time_nor_owner() {
        let bytes = zip(entries(&FILES)).expect("it is written");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("it is a zip");
        let mut names = Vec::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).expect("it is there");
            let mut text = String::new();
            file.read_to_string(&mut text).expect("it is whole");
            let name = file.name().expect("it has a name").into_owned();
            assert!(name.contains(&text));
            assert_eq!(file.last_modified(), Some(DateTime::default()));
            assert_eq!(file.unix_mode(), Some(0o100_644));
            assert_eq!(file.extra_data().unwrap_or_default(), b"");
            names.push(name);
        }
        assert_eq!(names, ["a.js", "a/z.js", "b.js"]);
    }
}

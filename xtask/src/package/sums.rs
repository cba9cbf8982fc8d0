//! SHA-256 sums, in the form that `sha256sum --check` reads.

use sha2::{Digest, Sha256};

use super::archive::Entry;

/// Of what the packages for browsers hold; to be checked where one was unpacked.
pub(super) const EXTENSION: &str = "extension.sha256";
/// Of what the source archive holds.
pub(super) const SOURCES: &str = "source.sha256";
/// Of the packages themselves.
pub(super) const PACKAGES: &str = "SHA256SUMS";

pub(super) fn line(name: &str, bytes: &[u8]) -> String {
    let digest: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{digest}  {name}\n")
}

/// Sorted by name.
pub(super) fn of_entries(entries: &[Entry]) -> String {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let lines = entries.iter().map(|entry| line(&entry.name, &entry.bytes));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_line_is_what_sha256sum_writes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(line("a/b", b""), format!("{empty}  a/b\n"));
    }
}

//! Replays the kept corpora, as they are and with changes. A failure names its file, or shows its
//! bytes, which can be kept as a file then.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sotto_fuzz::{TARGETS, Target};

const MAX_FILES: usize = 48;
const MAX_BYTES: usize = 200_000;
/// Changed files that are tried for each target, if there is time.
const CHANGED: usize = 4000;
const TIME: Duration = Duration::from_secs(3);

type File = (String, Vec<u8>);

fn corpus(target: &str) -> Vec<File> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let entries = fs::read_dir(folder.join(target)).expect("every target has a corpus");
    let mut files: Vec<File> = entries
        .map(|entry| {
            let entry = entry.expect("a readable folder");
            let bytes = fs::read(entry.path()).expect("a readable file");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_corpus_is_there_and_small() {
    for (name, _) in TARGETS {
        let files = corpus(name);
        let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(!files.is_empty(), "{name}");
        assert!(files.len() <= MAX_FILES, "{name}: {} files", files.len());
        assert!(bytes <= MAX_BYTES, "{name}: {bytes} bytes");
    }
}

/// A test of its own for each target, as its corpus is and with changes.
macro_rules! replay {
    ($($target:ident)*) => {
        const REPLAYED: &[&str] = &[$(stringify!($target)),*];

        mod kept {
            $(#[test] fn $target() { super::run_kept(stringify!($target)); })*
        }

        mod changed {
            $(#[test] fn $target() { super::run_changed(stringify!($target)); })*
        }
    };
}

replay! {
    beacon call carried commit framing key_package message name open packet reassembly recovery repair
    welcome worker
}

#[test]
fn every_target_is_replayed() {
    assert_eq!(TARGETS.map(|(name, _)| name), REPLAYED);
}

fn target(name: &str) -> Target {
    let mut targets = TARGETS.into_iter();
    targets.find(|(known, _)| *known == name).expect("a target")
}

fn run_kept(name: &str) {
    let (_, run) = target(name);
    for (file, bytes) in corpus(name) {
        println!("{name}/{file}");
        run(&bytes);
    }
}

fn run_changed(name: &str) {
    let tried = try_changed(target(name));
    println!("{tried} tried");
    assert!(tried > 0);
}

/// Shows what was tried if trying it panics.
struct Trial<'a> {
    target: &'a str,
    bytes: Vec<u8>,
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let hex = self.bytes.iter().map(|byte| format!("{byte:02x}"));
            eprintln!("{}: {}", self.target, hex.collect::<String>());
        }
    }
}

fn try_changed((target, run): Target) -> usize {
    let files = corpus(target);
    let mut changes = Changes(ChaCha20Rng::from_seed([7; 32]));
    let started = Instant::now();
    let in_time = |_: &usize| started.elapsed() < TIME;
    let trials = (0..CHANGED).take_while(in_time).map(|_| {
        let bytes = changes.of(&files);
        let trial = Trial { target, bytes };
        run(&trial.bytes);
    });
    trials.count()
}

/// The same changes in every run.
struct Changes(ChaCha20Rng);

impl Changes {
    fn of(&mut self, files: &[File]) -> Vec<u8> {
        let mut bytes = files[self.below(files.len())].1.clone();
        for _ in 0..=self.below(4) {
            let other = &files[self.below(files.len())].1;
            self.change(&mut bytes, other);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(bytes.len() + 1);
        let byte = self.below(256) as u8;
        match self.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, byte),
            2 => bytes.extend_from_slice(&other[self.below(other.len() + 1)..]),
            3 => drop(bytes.drain(at..(at + usize::from(byte % 8)).min(bytes.len()))),
            _ => bytes.get_mut(at).into_iter().for_each(|it| *it ^= byte),
        }
    }

    /// A number below `end`, which isn't 0.
    fn below(&mut self, end: usize) -> usize {
        self.0.next_u32() as usize % end
    }
}

//! Shows what an input of a call says, then runs it:
//! `cargo run -p sotto-fuzz --example show -- call <file>`.

use std::{env, error::Error, fmt::Debug, fs};

use arbitrary::{Arbitrary, Unstructured};
use sotto_fuzz::{TARGETS, call, worker};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [target, file] = arguments.as_slice() else {
        return Err("a target and a file, please".into());
    };
    let bytes = fs::read(file)?;
    show(target, &bytes);
    let mut targets = TARGETS.into_iter();
    let found = targets.find(|(name, _)| name == target);
    let (_, run) = found.ok_or("no such target")?;
    run(&bytes);
    Ok(())
}

fn show(target: &str, bytes: &[u8]) {
    let operations = bytes.get(1..).unwrap_or_default();
    match target {
        "call" | "recovery" => list::<call::Operation<'_>>(operations),
        "worker" => list::<worker::Operation<'_>>(operations),
        _ => println!("{} bytes", bytes.len()),
    }
}

fn list<'a, T: Arbitrary<'a> + Debug>(bytes: &'a [u8]) {
    let mut input = Unstructured::new(bytes);
    while let (false, Ok(operation)) = (input.is_empty(), T::arbitrary(&mut input)) {
        println!("{operation:?}");
    }
}

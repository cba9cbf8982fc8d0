//! An SFU to call through, and a network of its own in which it and the browsers are alone.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::debian;
use crate::{paths, step};

/// Why not on other systems.
pub(crate) const ELSEWHERE: &str = "a network of its own for an SFU is for Linux";

/// What is used of each package of Debian's.
const NEEDED: [(&str, &str); 4] = [
    ("janus", "/usr/bin/janus"),
    ("janus-demos", "/usr/share/janus/demos/videoroomtest.html"),
    ("iproute2", "/usr/sbin/ip"),
    ("util-linux", "/usr/bin/unshare"),
];

/// Makes sure that Janus, its demo pages and what makes a network are there.
pub(crate) fn prepare() -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    if !debian::may_install() {
        bail!(
            "calls through an SFU are tried on Debian (or its children), whose packages have all of \
             it. Missing here: {}. As root: apt-get install {}",
            missing.join(", "),
            missing.join(" ")
        );
    }
    debian::install(&missing)?;
    if missing.contains(&"janus") {
        stop_service()?;
    }
    Ok(())
}

/// The same command in a network of its own.
pub(crate) fn apart(command: &Command) -> Command {
    let mut apart = Command::new(paths::workspace().join("tests/lib/sfu/in-network.sh"));
    apart.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        apart.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => apart.env(name, value),
            None => apart.env_remove(name),
        };
    }
    apart
}

fn missing() -> Vec<&'static str> {
    let missing = NEEDED.iter().filter(|(_, file)| !Path::new(file).exists());
    missing.map(|(package, _)| *package).collect()
}

/// Its package starts it for the whole network, now and at each start of the machine.
fn stop_service() -> Result<()> {
    for (program, words) in [
        ("update-rc.d", ["janus", "disable"]),
        ("service", ["janus", "stop"]),
    ] {
        step::run("stop Janus's service", Command::new(program).args(words))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::apart;
    use std::process::Command;

    #[test]
    fn a_command_apart_is_the_same_command() {
        let mut command = Command::new("node");
        command.args(["--test", "a b"]).env("CAST", "chromium");
        let apart = apart(command.current_dir("/"));
        assert!(apart.get_args().eq(["node", "--test", "a b"]));
        assert!(apart.get_envs().eq(command.get_envs()));
        assert_eq!(apart.get_current_dir(), command.get_current_dir());
    }
}

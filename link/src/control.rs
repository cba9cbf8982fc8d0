//! What the program is told, a line at a time: `{"set": {"who": "Ana", "way": "up", "faults": {"loss": 0.05}}}`,
//! `{"own": {"who": "Ana", "ports": [41234]}}`, `"report"`. It answers with a line to each.

use serde::Deserialize;
use serde_json::json;

use crate::relay::Packet;
use link::{Faults, Network, Way};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Command {
    Set {
        who: Option<String>,
        way: Option<Way>,
        faults: Faults,
    },
    Own {
        who: String,
        ports: Vec<u16>,
    },
    Report,
}

/// The answer: `"done"`, what was asked for, or `{"error": ..}`.
pub(crate) fn obey(network: &mut Network<Packet>, line: &str) -> String {
    let command = serde_json::from_str(line).map_err(|error| error.to_string());
    let done = command.and_then(|command| match command {
        Command::Set { who, way, faults } => {
            let set = network.set(who.as_deref(), way, faults);
            set.map(|()| json!("done")).map_err(str::to_owned)
        }
        Command::Own { who, ports } => {
            let owned = network.own(&who, &ports);
            owned.map(|()| json!("done")).map_err(str::to_owned)
        }
        Command::Report => Ok(json!(network.report())),
    });
    done.unwrap_or_else(|error| json!({ "error": error }))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::obey;
    use link::Network;

    #[test]
    fn each_line_has_an_answer() {
        let mut network = Network::new(1);
        let mut ask = |line| obey(&mut network, line);
        assert_eq!(ask(r#"{"own": {"who": "Ana", "ports": [4]}}"#), "\"done\"");
        let set = r#"{"set": {"who": "Ana", "way": "up", "faults": {"cut": true}}}"#;
        assert_eq!(ask(set), "\"done\"");
        assert!(ask("\"report\"").contains(r#""Ana":{"down":{"arrived":0,"#));
        for wrong in [
            "",
            "{}",
            r#"{"set": {"faults": {"loss": 2}}}"#,
            r#"{"set": {"who": "Ben", "faults": {}}}"#,
        ] {
            assert!(ask(wrong).starts_with(r#"{"error":"#), "{wrong}");
        }
    }
}

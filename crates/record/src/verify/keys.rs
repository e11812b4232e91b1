//! Following the log's keys from its first event.

use super::Options;
use super::finding::Finding;
use super::pass::KeyEvent;
use crate::checkpoint::SignedCheckpoint;
use crate::key::VerifierKey;
use crate::rotation::KeyChain;

/// Builds the chain of keys from the events that concern them.
pub(super) fn follow(events: &[(u64, KeyEvent)], entries: u64, findings: &mut Vec<Finding>) -> Option<KeyChain> {
    if entries == 0 {
        return None;
    }
    let mut events = events.iter();
    let mut chain = match events.as_slice().first() {
        Some((0, KeyEvent::Open(body))) => {
            events.next();
            KeyChain::open(body).map_err(|e| findings.push(Finding::NotOpened(e.to_string()))).ok()
        }
        _ => {
            findings.push(Finding::NotOpened("no log.open".to_owned()));
            None
        }
    };
    for (index, event) in events {
        let refused = match (event, chain.as_mut()) {
            (KeyEvent::Open(_), _) => Some("log.open again".to_owned()),
            (KeyEvent::Rotate(body), Some(chain)) => chain.rotate(*index, body).err().map(|error| error.to_string()),
            (KeyEvent::Rotate(_), None) => None,
        };
        findings.extend(refused.map(|why| Finding::KeyChange(*index, why)));
    }
    chain
}

/// Whether the key the auditor trusts is one of the log's.
pub(super) fn check_trusted(chain: Option<&KeyChain>, options: &Options, findings: &mut Vec<Finding>) {
    if let (Some(chain), Some(trusted)) = (chain, &options.trusted)
        && !chain.keys().any(|key| key == trusted)
    {
        findings.push(Finding::KeyUntrusted(trusted.to_string()));
    }
}

/// Compares the key file with the chain: one vkey a line, oldest first.
pub(super) fn check_file(chain: Option<&KeyChain>, key_file: Option<&[u8]>, findings: &mut Vec<Finding>) {
    let Some(chain) = chain else { return };
    let expected: String = chain.keys().map(|key| format!("{key}\n")).collect();
    if key_file.is_some_and(|file| file != expected.as_bytes()) {
        findings.push(Finding::KeyFileChanged);
    }
}

/// The keys that the key file lists, as far as it can be read.
pub(super) fn listed(key_file: Option<&[u8]>) -> Vec<VerifierKey> {
    let text = key_file.and_then(|file| std::str::from_utf8(file).ok()).unwrap_or_default();
    text.lines().filter_map(|line| VerifierKey::parse(line).ok()).collect()
}

/// Names on the checkpoint whose signatures nobody here can judge.
pub(super) fn unknown_signers(own: &SignedCheckpoint, known: &[&VerifierKey]) -> Vec<String> {
    let lines = own.note().signatures().iter();
    let unknown = lines.filter(|line| !known.iter().any(|k| k.name() == line.name && k.id() == line.key_id));
    unknown.map(|line| line.name.clone()).collect()
}

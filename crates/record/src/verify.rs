//! 証明する: the verifier. It shares the format with the writer and nothing else.
//!
//! One pass hashes every entry and reads what it says of itself; then the
//! stores are compared with each other, with the signed checkpoint, and with
//! checkpoints that were kept elsewhere. A finding names the entry or tile.
//!
//! Without an outside checkpoint nobody can tell an old copy of the log from
//! the log, nor a log rewritten by the holder of the key.

mod finding;
mod judge;
mod keys;
mod pass;
mod source;

pub use finding::{Finding, Place};
pub use source::{Exported, LogSource, PrivateText, Resources, StoredEntry, Visit};

use crate::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::cosignature::verify_cosignature;
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::rotation::KeyChain;
use crate::tile::TILE_WIDTH;

/// The most findings a report lists; the rest are counted.
pub const FINDINGS_MAX: usize = 1_000;

/// What the auditor brings along.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A key of the log that the auditor trusts: the first, or a later one.
    /// Without it the log's own word is taken for which key is its own.
    pub trusted: Option<VerifierKey>,
    /// Checkpoints kept elsewhere, as bytes.
    pub outside: Vec<Vec<u8>>,
    /// Witnesses who must have cosigned the checkpoint.
    pub witnesses: Vec<VerifierKey>,
    /// Threads that hash; 0 and 1 use the caller's thread only.
    pub threads: usize,
}

/// What the verifier saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Entries looked at.
    pub entries: u64,
    /// What the log's checkpoint states, believed or not.
    pub checkpoint: Option<Checkpoint>,
    /// What is wrong, in the order of the log; at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// Findings beyond [`FINDINGS_MAX`].
    pub findings_left_out: usize,
    /// The key that signs the log now.
    pub key: Option<VerifierKey>,
    /// Signature lines on the checkpoint that nobody here can judge.
    pub unknown_signers: Vec<String>,
}

impl Report {
    /// Whether nothing at all was found.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Verifies a whole log.
///
/// # Errors
/// Only when the source cannot be read; whatever is wrong with the log is in
/// the report.
pub fn verify<S: LogSource>(source: &S, options: &Options) -> Result<Report, S::Error> {
    let entries = source.size()?;
    let own = source.checkpoint()?;
    let own = own.map(|bytes| SignedCheckpoint::parse(&bytes).map_err(|e| explain(&e)));
    let outside: Vec<_> = options.outside.iter().map(|bytes| SignedCheckpoint::parse(bytes)).collect();

    let stated = own.as_ref().and_then(|own| own.as_ref().ok()).map(|own| own.stated().clone());
    let covered = stated.as_ref().map_or(entries, |stated| stated.size.min(entries));
    let ends = outside.iter().flatten().map(|checkpoint| checkpoint.stated().size);
    let wanted: Vec<u64> = ends.chain([covered]).map(|size| size / u64::from(TILE_WIDTH)).collect();

    let pass = pass::run(source, covered, &wanted, options.threads)?;
    let mut findings = pass.findings;
    let root = check_extent(own.as_ref(), entries, &mut findings);
    let recorded = judge::judge(source, &pass.tiles, covered, root, &mut findings)?;
    let damaged = findings.iter().any(Finding::is_of_entries);

    let chain = keys::follow(&pass.key_events, covered, &mut findings);
    let key_file = source.key_file()?;
    keys::check_trusted(chain.as_ref(), options, &mut findings);
    let mut keys: Vec<VerifierKey> = Vec::new();
    if damaged {
        // An altered event may be the one that named the key: the key file
        // then vouches, so that the checkpoint is not blamed for the event.
        keys.extend(keys::listed(key_file.as_deref()));
    } else {
        keys::check_file(chain.as_ref(), key_file.as_deref(), &mut findings);
    }
    if let Some(Ok(own)) = &own {
        check_own(own, chain.as_ref(), &keys, options, &mut findings);
    }
    for (number, checkpoint) in outside.iter().enumerate() {
        match checkpoint {
            Ok(checkpoint) => {
                let log = Log { chain: chain.as_ref(), recorded: &recorded, entries: covered };
                log.check_outside(number, checkpoint, options, &mut findings);
            }
            Err(error) => findings.push(Finding::OutsideUnsound(number, explain(error))),
        }
    }
    let unknown_signers = own.and_then(Result::ok).map_or_else(Vec::new, |own| {
        let known: Vec<&VerifierKey> = chain.iter().flat_map(KeyChain::keys).chain(&options.witnesses).collect();
        keys::unknown_signers(&own, &known)
    });
    let key = chain.as_ref().and_then(KeyChain::last).cloned();
    Ok(report(entries, stated, findings, key, unknown_signers))
}

fn report(
    entries: u64,
    checkpoint: Option<Checkpoint>,
    mut findings: Vec<Finding>,
    key: Option<VerifierKey>,
    unknown_signers: Vec<String>,
) -> Report {
    findings.sort_by_key(Finding::place);
    findings.dedup_by(|next, before| Finding::join_missing(before, next));
    let findings_left_out = findings.len().saturating_sub(FINDINGS_MAX);
    findings.truncate(FINDINGS_MAX);
    Report { entries, checkpoint, findings, findings_left_out, key, unknown_signers }
}

/// Compares the log's length with its checkpoint and gives the root to be reached.
fn check_extent(
    own: Option<&Result<SignedCheckpoint, String>>,
    entries: u64,
    findings: &mut Vec<Finding>,
) -> Option<Hash> {
    let stated = match own {
        Some(Ok(own)) => own.stated(),
        Some(Err(why)) => {
            findings.push(Finding::CheckpointUnreadable(why.clone()));
            return None;
        }
        None => {
            findings.push(Finding::CheckpointMissing);
            return None;
        }
    };
    if stated.size > entries {
        findings.push(Finding::Truncated { entries, stated: stated.size });
        return None;
    }
    if stated.size < entries {
        findings.push(Finding::Extra { entries, stated: stated.size });
    }
    Some(stated.root)
}

/// Checks who signed the log's own checkpoint.
fn check_own(
    own: &SignedCheckpoint,
    chain: Option<&KeyChain>,
    listed: &[VerifierKey],
    options: &Options,
    findings: &mut Vec<Finding>,
) {
    let stated = own.stated();
    let in_force = chain.and_then(|chain| chain.in_force(stated.size));
    let trusted = options.trusted.as_ref().filter(|_| in_force.is_none());
    let known: Vec<&VerifierKey> = in_force.into_iter().chain(trusted).chain(listed).collect();
    let refused: Vec<String> = known.iter().filter_map(|key| own.verify(key).err()).map(|e| explain(&e)).collect();
    // No key at all: the log is empty, or its first event is already blamed.
    if let Some(why) = refused.first()
        && refused.len() == known.len()
    {
        findings.push(Finding::CheckpointSignature(why.clone()));
    }
    for witness in &options.witnesses {
        if verify_cosignature(own, witness).is_none() {
            findings.push(Finding::CosignatureMissing(witness.name().to_owned()));
        }
    }
}

/// What is known of the log when the outside checkpoints are looked at.
struct Log<'a> {
    chain: Option<&'a KeyChain>,
    recorded: &'a judge::Recorded,
    entries: u64,
}

impl Log<'_> {
    fn check_outside(&self, number: usize, outside: &SignedCheckpoint, options: &Options, findings: &mut Vec<Finding>) {
        let stated = outside.stated();
        let origin = self.chain.and_then(KeyChain::last).or(options.trusted.as_ref());
        if origin.is_some_and(|key| key.name() != stated.origin) {
            findings.push(Finding::OutsideOther(number, stated.origin.clone()));
            return;
        }
        let in_force = self.chain.and_then(|chain| chain.in_force(stated.size));
        let mut keys = in_force.into_iter().chain(&options.trusted);
        let signed = keys.any(|key| outside.verify(key).is_ok());
        let older = stated.size > self.entries;
        // Beyond the log's end the checkpoint may be signed with a later key.
        if !signed && !older {
            let why = "not signed with the key in force".to_owned();
            findings.push(Finding::OutsideUnsound(number, why));
        }
        // An unsigned one that does not fit is named all the same: a log whose
        // keys were all replaced looks just like this.
        if older {
            let (size, entries) = (stated.size, self.entries);
            findings.push(Finding::Older { outside: number, size, entries });
        } else if self.recorded.root(stated.size) != Some(stated.root) {
            findings.push(Finding::Forked { outside: number, size: stated.size });
        }
    }
}

/// An error with its causes in one line.
fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

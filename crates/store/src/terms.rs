//! A resident's index terms, packed as they stand beside the record.

use std::collections::HashMap;

use sekisho_ledgers::event::SealedIdentity;

/// A field and the truncated keyed digest of what the field holds.
pub(crate) type Term = (u8, [u8; 16]);

/// How far the frequency of a term is counted before it passes for common: enough to tell a rare
/// term from a common one, and read in well under a millisecond.
pub(crate) const FREQUENCY_MAX: i64 = 4_096;

/// The terms in order and each once, seventeen bytes each.
pub(crate) fn pack(terms: &[Term]) -> Vec<u8> {
    let mut sorted = terms.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.iter().flat_map(|(field, digest)| std::iter::once(*field).chain(*digest)).collect()
}

/// The reverse of [`pack`]; a torn end is left out.
pub(crate) fn unpack(packed: &[u8]) -> Vec<Term> {
    let one = |chunk: &[u8; 17]| {
        let (field, digest) = chunk.split_first()?;
        Some((*field, digest.try_into().ok()?))
    };
    packed.as_chunks::<17>().0.iter().filter_map(one).collect()
}

/// The last record of each subject, in the order of first appearance: replacing twice in one batch
/// is replacing once.
pub(crate) fn last_of_each(records: &[SealedIdentity]) -> Vec<&SealedIdentity> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(records.len());
    let mut last: Vec<&SealedIdentity> = Vec::with_capacity(records.len());
    for record in records {
        let place = *places.entry(&record.subject).or_insert(last.len());
        match last.get_mut(place) {
            Some(earlier) => *earlier = record,
            None => last.push(record),
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_sorts_and_drops_doubles() {
        let terms = [(3, [9; 16]), (1, [7; 16]), (3, [9; 16])];
        assert_eq!(unpack(&pack(&terms)), [(1, [7; 16]), (3, [9; 16])]);
        assert_eq!(unpack(&[1; 20]).len(), 1);
    }

    #[test]
    fn the_last_record_of_a_subject_counts() {
        let record =
            |subject: &str, byte| SealedIdentity { subject: subject.to_owned(), terms: vec![], sealed: vec![byte] };
        let records = [record("a", 1), record("b", 2), record("a", 3)];
        let kept: Vec<_> = last_of_each(&records).iter().map(|r| (r.subject.as_str(), r.sealed.clone())).collect();
        assert_eq!(kept, [("a", vec![3]), ("b", vec![2])]);
    }
}

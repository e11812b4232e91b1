//! Periods that hold for other things as well: 前項の規定は、甲について準用する.

use super::super::super::words;
use super::super::scope::{Scope, Unit};
use super::super::{Found, Retention};
use super::{in_sentence, kept_members, noun, years};

/// What a paragraph keeps by applying the one before it, with the years it reads instead.
pub(super) fn read<'a>(scope: &Scope<'a>, unit: &Unit<'a>, books: &[Found<String>]) -> Vec<Retention> {
    let sentences = unit.sentences();
    let applied = sentences.iter().find_map(|sentence| {
        let rest = sentence.strip_prefix("前項の規定は、")?;
        let end = ["について準用する", "について、準用する", "に準用する"].iter().find_map(|verb| rest.find(verb))?;
        rest.get(..end)
    });
    let (Some(list), Some(before)) = (applied, scope.before(unit)) else { return Vec::new() };
    let kept = before.sentences().into_iter().flat_map(|sentence| in_sentence(scope, before, sentence, books));
    let Some(of_before) = kept.map(|kept| kept.years).next().filter(|_| before.id() == unit.id()) else {
        return Vec::new();
    };
    scope.mark(unit.text);
    let years = sentences.iter().find_map(|sentence| read_as(sentence)).unwrap_or(of_before);
    let found = |name: &str| Retention { subject: Found::written(unit.text, noun(name), unit.id()), years };
    kept_members(list).into_iter().map(found).collect()
}

/// 「7年」とあるのは「1年」と読み替える
fn read_as(sentence: &str) -> Option<u32> {
    let (_, rest) = sentence.split_once("とあるのは")?;
    let quoted = rest.split_once('「')?.1.split('」').next()?;
    let said = words::sentences(quoted).into_iter().next()?;
    years(said).first().map(|(_, _, n)| *n)
}

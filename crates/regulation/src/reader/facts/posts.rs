//! The posts within a phrase that says who fills an office.

use super::super::words;

/// Words before a post that say where or when it fills the office.
const CONDITIONS: [&str; 9] = [
    "にあっては",
    "については",
    "においては",
    "に関しては",
    "に係るものは",
    "に係る者は",
    "の場合は",
    "のうち",
    "にあたっては",
];

/// The posts of a phrase such as 電算室にあっては総務課長、窓口については市民課長.
pub(super) fn of(phrase: &str) -> Vec<&str> {
    let phrase = after_clauses(phrase);
    let mask = words::masked(phrase);
    let mut marks: Vec<(usize, usize)> = CONDITIONS
        .iter()
        .filter(|mark| **mark != "のうち")
        .flat_map(|mark| mask.match_indices(mark).map(|(at, mark)| (at, at + mark.len())))
        .collect();
    marks.sort_unstable();
    if marks.is_empty() {
        return one_of(phrase).map_or_else(|| words::posts(trim(phrase)), |one| vec![one]);
    }
    let mut out = Vec::new();
    for (i, (_, from)) in marks.iter().enumerate() {
        let to = marks.get(i + 1).map(|(at, _)| *at);
        let part = phrase.get(*from..to.unwrap_or(phrase.len())).unwrap_or_default();
        match to {
            // What follows the posts is the condition of the next ones.
            Some(_) => out.extend(leading(part)),
            None => out.extend(words::posts(trim(part))),
        }
    }
    out
}

/// 課長補佐又は係長のうちから課長が指名する者: one post, however many it is chosen from.
fn one_of(phrase: &str) -> Option<&str> {
    let mask = words::masked(phrase);
    let (at, mark) = ["のうちから", "の中から"].iter().find_map(|mark| Some((mask.find(mark)?, mark.len())))?;
    let from = mask.get(..at)?;
    let behind = mask.get(at + mark..)?;
    let alone = !["、", "及び", "並びに", "又は"].iter().any(|joint| behind.contains(joint));
    let either = from.contains("又は") && !["、", "及び", "並びに"].iter().any(|joint| from.contains(joint));
    (alone && either).then(|| words::bare(trim(phrase)))
}

/// The posts with which a phrase begins, before another condition.
fn leading(part: &str) -> Vec<&str> {
    if let Some(at) = words::masked(part).rfind("を、") {
        return words::posts(trim(part.get(..at).unwrap_or_default()));
    }
    let mut end = 0;
    for member in words::members(part) {
        if !words::is_post(member) {
            break;
        }
        end = (member.as_ptr() as usize - part.as_ptr() as usize) + member.len();
    }
    if end == 0 {
        end = words::masked(part).find('、').unwrap_or(part.len());
    }
    words::posts(trim(part.get(..end).unwrap_or_default()))
}

fn trim(phrase: &str) -> &str {
    phrase.trim_matches(['、', ',', ' ']).trim_end_matches("それぞれ").trim_end_matches('を').trim_end_matches("とし")
}

/// What stands behind the last clause that tells something else: …を行うものとし、総務課長.
fn after_clauses(phrase: &str) -> &str {
    let mask = words::masked(phrase);
    const ENDS: [&str; 14] = [
        "し、",
        "ため、",
        "ために、",
        "り、",
        "い、",
        "て、",
        "おいて、",
        "として",
        "おき、",
        "き、",
        "より、",
        "づき、",
        "ときは、",
        "場合は、",
    ];
    let cut =
        ENDS.iter().filter_map(|end| mask.rfind(end).map(|at| at + end.len())).filter(|at| *at < phrase.len()).max();
    phrase.get(cut.unwrap_or(0)..).unwrap_or(phrase).trim_start_matches(['、', ' '])
}

/// Whether a phrase is a post or a designation, not just anybody who does something.
pub(super) fn is_named(phrase: &str) -> bool {
    let bare = words::bare(phrase);
    if !words::is_post(bare)
        || bare.ends_with("もの")
        || bare.contains("次の")
        || bare.contains("当該各号")
        || bare.contains("前項")
    {
        return false;
    }
    if bare.ends_with('者') || bare.ends_with('員') {
        let named = [
            "指名する",
            "指定する",
            "定める",
            "認める",
            "任命する",
            "選任する",
            "命ずる",
            "命じた",
            "職にある",
            "相当する",
            "準ずる",
            "選任した",
            "推薦する",
            "指名した",
        ];
        return named.iter().any(|word| bare.contains(word)) || !bare.contains(|c: char| "をはがに".contains(c));
    }
    true
}

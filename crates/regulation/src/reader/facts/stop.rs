//! Who may or must cut the connection.

use super::super::words;
use super::Found;
use super::scope::{Scope, Unit};

const CUTS: [&str; 14] = [
    "停止",
    "切断",
    "遮断",
    "切り離",
    "解除",
    "断つ",
    "断ち",
    "切離",
    "遮断し",
    "止める",
    "止め、",
    "中断",
    "断たな",
    "切る",
];

pub(super) fn read(scope: &Scope<'_>) -> Option<Found<String>> {
    for unit in scope.units.iter().filter(|unit| !unit.defines()) {
        for sentence in unit.sentences() {
            let mask = words::masked(sentence);
            let Some(at) = connection(&mask).or_else(|| network(&mask)) else { continue };
            let Some(by) = subject(sentence, &mask, at).or_else(|| inherited(unit)) else { continue };
            scope.mark(unit.text);
            let span = unit.text.range_of(by).map_or_else(|| unit.text.span(), |range| unit.text.span_of(range));
            return Some(Found::new(scope.call(by).to_owned(), unit.id(), span));
        }
    }
    None
}

/// Where a sentence cuts a connection.
fn connection(mask: &str) -> Option<usize> {
    mask.match_indices("接続").find_map(|(at, word)| {
        let rest = mask.get(at + word.len()..)?;
        let near: String = rest.chars().take(14).collect();
        let cut = CUTS.iter().filter_map(|cut| near.find(cut).map(|i| (i, cut.len()))).min()?;
        let after = rest.get(cut.0 + cut.1..)?;
        let between = near.get(..cut.0)?;
        let linked = !between.contains("する") && !between.contains("、")
            || between.contains("物理的")
            || between.contains("一時");
        (linked && !conditional(after)).then_some(at)
    })
}

/// Where a sentence cuts a network or a line.
fn network(mask: &str) -> Option<usize> {
    let cut = ["遮断", "切断", "切り離"].iter().find_map(|cut| mask.find(cut))?;
    let before = mask.get(..cut)?;
    let object = ["ネットワーク", "回線", "住基ネット", "通信", "システム"].iter().any(|word| before.contains(word));
    let one = before
        .rsplit('、')
        .next()
        .is_some_and(|part| part.contains("当該統合端末") || part.contains("当該端末") || part.contains("端末を"));
    (object && !one && !conditional(mask.get(cut..)?.trim_start_matches(|c: char| "遮断切離り".contains(c))))
        .then_some(cut)
}

/// 停止したとき, 停止する場合 only speak of a cut.
fn conditional(after: &str) -> bool {
    let after: String = after.chars().take(12).collect();
    [
        "したとき",
        "した場合",
        "しようとする",
        "するとき",
        "する場合",
        "された",
        "の解除",
        "を解除",
        "した後",
        "の方法",
        "の手順",
        "し又は解除",
    ]
    .iter()
    .any(|word| after.starts_with(word))
}

/// The grammatical subject of what stands at this place.
fn subject<'s>(sentence: &'s str, mask: &str, at: usize) -> Option<&'s str> {
    let before = mask.get(..at)?;
    let named = |mark: char| {
        before.match_indices(mark).filter_map(move |(i, _)| {
            let name = words::named(sentence.get(..i)?);
            let thing = [
                "場合",
                "際",
                "時",
                "内",
                "者又",
                "又",
                "措置",
                "接続",
                "情報",
                "データ",
                "障害",
                "被害",
                "影響",
                "恐",
                "必要",
                "異常",
                "権利",
            ];
            (name.chars().count() >= 2 && !thing.iter().any(|end| name.ends_with(end))).then_some(name)
        })
    };
    let of_office = |name: &&str| words::is_office(name) || name.ends_with(['長', '者', '官', '員']);
    named('は').rfind(of_office).or_else(|| named('が').rfind(of_office)).or_else(|| named('は').next())
}

/// The subject of the sentence above an item, or of the sentence before.
fn inherited<'a>(unit: &Unit<'a>) -> Option<&'a str> {
    let lead = unit.lead.map_or(unit.text.plain(), |lead| lead.plain());
    words::sentences(lead).into_iter().find_map(|sentence| {
        let mask = words::masked(sentence);
        subject(sentence, &mask, mask.len())
    })
}

//! Cells of tables that a narrow column or a line break cut into pieces.

use super::text::Text;
use super::words;

/// How names end that fill a cell of their own, kind by kind.
const PLACES: [&str; 5] = ["室", "区画", "場所", "窓口", "区域"];
const BOOKS: [&str; 3] = ["簿", "台帳", "記録票"];
/// What joins the piece it stands in to the one before.
const JOINTS: [&str; 8] = ["及び", "並びに", "又は", "若しくは", "、", "・", ")", "」"];

/// The pieces of a cell as one text. Pieces that are names of their own, below each other, are a list;
/// those that are not are broken names.
pub(super) fn joined(pieces: &[Text]) -> Text {
    let last = pieces.last().and_then(|last| kind(last.as_str()));
    let prose = pieces.iter().any(|piece| piece.as_str().contains(['。', 'は', 'を']));
    let between = |i: usize| {
        let (Some(before), Some(after)) = (i.checked_sub(1).and_then(|i| pieces.get(i)), pieces.get(i)) else {
            return "";
        };
        let ends = last.is_some() && kind(before.as_str()) == last;
        if ends && !prose && !goes_on(before.as_str(), after.as_str()) { "、" } else { "" }
    };
    Text::join(pieces.iter().enumerate().map(|(i, piece)| (between(i), piece)))
}

/// Whether the second of two pieces goes on with the first.
pub(super) fn goes_on(before: &str, after: &str) -> bool {
    if before.is_empty() || after.is_empty() {
        return false;
    }
    let chief = after.strip_prefix('長').is_some_and(|rest| {
        rest.is_empty() || rest.starts_with('(') || JOINTS.iter().any(|joint| rest.starts_with(joint))
    });
    let open = before.ends_with(['、', '・', '('])
        || before.ends_with('の') && !before.ends_with("もの")
        || before.ends_with("及び")
        || before.ends_with("並びに");
    chief
        || open
        || after.starts_with('(')
        || JOINTS.iter().any(|joint| after.starts_with(joint))
        || before.matches('(').count() > before.matches(')').count()
        || is_fragment(after) && kind(before).is_none()
}

/// Whether the second of two pieces need not be a name of its own beside the first.
pub(super) fn may_go_on(before: &str, after: &str) -> bool {
    kind(before).is_none() || kind(after).is_none() || after.chars().count() <= 3
}

/// Whether a piece is only the end of a name: 課長, 責任者, 管理簿.
fn is_fragment(piece: &str) -> bool {
    const ENDS: [&str; 16] = [
        "課長",
        "係長",
        "部長",
        "室長",
        "所長",
        "局長",
        "次長",
        "補佐",
        "主査",
        "課長補佐",
        "責任者",
        "管理者",
        "担当者",
        "管理簿",
        "台帳",
        "記録簿",
    ];
    ENDS.contains(&piece)
        || ENDS
            .iter()
            .any(|end| piece.strip_prefix(end).is_some_and(|rest| JOINTS.iter().any(|joint| rest.starts_with(joint))))
}

/// Which kind of name a piece ends with.
fn kind(piece: &str) -> Option<usize> {
    let ends = |ends: &[&str]| ends.iter().any(|end| piece.ends_with(end));
    let kinds = [words::is_post(piece), ends(&PLACES), ends(&BOOKS)];
    kinds.iter().position(|is| *is)
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    #[test]
    fn pieces_become_lists_or_names() {
        for (pieces, whole) in [
            (&["町民課長", "南部出張所長"][..], "町民課長、南部出張所長"),
            (&["デジタル戦略部情報システム", "課長"], "デジタル戦略部情報システム課長"),
            (&["総務課長", "デジタル戦略部", "システム課長"], "総務課長、デジタル戦略部システム課長"),
            (&["市民課長、各支所", "長及び各出張所長"], "市民課長、各支所長及び各出張所長"),
            (&["総務課長", "(広報担当)"], "総務課長(広報担当)"),
            (&["サーバ室", "端末室"], "サーバ室、端末室"),
            (&["許可を受けた者", "管理者"], "許可を受けた者管理者"),
        ] {
            let texts: Vec<Text> = pieces.iter().map(|piece| text::fold(&[(piece, 0..piece.len())], '、')).collect();
            assert_eq!(joined(&texts).as_str(), whole);
        }
    }
}

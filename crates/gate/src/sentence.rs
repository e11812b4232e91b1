//! The Japanese of decisions.
//!
//! A refusal says what cannot be done, by which place of the text, and what to do about it:
//! 失効したカードでは操作できません。規程第12条第4号の定めによります。再貸与を申し出てください。

use sekisho_regulation::{Citation, Profile};

use crate::facts::Fact;
use crate::plan::Slot;

/// Whom to turn to when the program itself is at fault.
const ASK: &str = "システム管理者に連絡してください。";

/// 規程第6条第2項及び第8条.
pub(crate) fn places(profile: &Profile, articles: &[Citation]) -> String {
    let mut out = String::new();
    let mut before: Option<&Citation> = None;
    for (at, citation) in articles.iter().enumerate() {
        if at > 0 {
            out.push_str(if at + 1 == articles.len() { "及び" } else { "、" });
        }
        if before.is_some_and(|b| b.instrument == citation.instrument) {
            out.push_str(&citation.place_ja());
        } else {
            out.push_str(&profile.cite_ja(citation));
        }
        before = Some(citation);
    }
    out
}

/// A refusal by a policy.
pub(crate) fn refusal(profile: &Profile, refuse: &str, articles: &[Citation], remedy: &str) -> String {
    format!("{refuse}{}の定めによります。{remedy}", places(profile, articles))
}

/// A permit.
pub(crate) fn permit(profile: &Profile, act: &str, articles: &[Citation]) -> String {
    format!("{act}は、{}の定めにより認められます。", places(profile, articles))
}

/// Nothing permits, and no policy has words of its own for it.
pub(crate) fn denial(profile: &Profile, act: &str, articles: &[Citation]) -> String {
    let refuse = format!("{act}を認める定めに当たらないため、行えません。");
    refusal(profile, &refuse, articles, "権限を持つ責任者に相談してください。")
}

/// A fact was not given.
pub(crate) fn missing(profile: &Profile, act: &str, fact: &str, articles: &[Citation]) -> String {
    refusal(profile, &format!("「{fact}」を確かめられないため、{act}はできません。"), articles, ASK)
}

/// A policy erred.
pub(crate) fn fault(profile: &Profile, act: &str, articles: &[Citation]) -> String {
    refusal(profile, &format!("定めに合うかどうかを判定できないため、{act}はできません。"), articles, ASK)
}

/// The act is not known.
pub(crate) fn unknown_act(profile: &Profile, act: &str, articles: &[Citation]) -> String {
    let name: String = act.chars().filter(|c| !c.is_control()).take(60).collect();
    refusal(profile, &format!("「{name}」という行為は定められていないため、行えません。"), articles, ASK)
}

/// What would have to be: 操作者用ICカードの状態が「貸与中」であること.
pub(crate) fn needed(slot: &Slot, is: Option<&Fact>, needed: &Fact) -> String {
    match (is, needed) {
        (_, Fact::Bool(true)) => slot.ja.to_string(),
        (_, Fact::Bool(false)) => slot.no.as_deref().map_or_else(|| turned(&slot.ja), str::to_owned),
        (Some(Fact::Long(is)), Fact::Long(n)) if n < is => format!("{}が{n}以下であること", slot.ja),
        (Some(Fact::Long(is)), Fact::Long(n)) if n > is => format!("{}が{n}以上であること", slot.ja),
        (_, Fact::Long(n)) => format!("{}が{n}であること", slot.ja),
        (_, Fact::Text(code)) => format!("{}が「{}」であること", slot.ja, named(slot, code)),
        (is, Fact::Set(codes)) => {
            let had = |code| matches!(is, Some(Fact::Set(had)) if had.contains(code));
            match codes.iter().find(|code| !had(code)) {
                Some(code) => format!("{}に「{}」が含まれること", slot.ja, named(slot, code)),
                None => format!("{}が「{}」だけであること", slot.ja, codes.join("、")),
            }
        }
    }
}

fn named<'s>(slot: &'s Slot, code: &'s str) -> &'s str {
    slot.values.get(code).map_or(code, String::as_str)
}

/// Turns the ending of a phrase to "no".
fn turned(ja: &str) -> String {
    const ENDINGS: [(&str, &str); 6] = [
        ("していること", "していないこと"),
        ("ていること", "ていないこと"),
        ("であること", "でないこと"),
        ("があること", "がないこと"),
        ("にいること", "にいないこと"),
        ("が合うこと", "が合わないこと"),
    ];
    for (yes, no) in ENDINGS {
        if let Some(stem) = ja.strip_suffix(yes) {
            return format!("{stem}{no}");
        }
    }
    format!("「{ja}」に当たらないこと")
}

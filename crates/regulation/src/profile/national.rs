//! The national part of every profile: the vocabulary, and the rules that hold wherever a regulation
//! speaks of their topic.
//!
//! A rule is a Cedar policy with gaps. Where a policy of a municipality has `@articles`, a rule has
//! `@basis`: the topics that it rests on, which each profile ties to its own articles in `[basis]`,
//! or declares `[silent]`. A rule is left out where the regulation is silent on its first topic.
//!
//! | gap | outside a string, a set of codes | inside a string, words |
//! |---|---|---|
//! | `${roles.POWER}` | the roles that hold the power | their names |
//! | `${who.POWER}` | - | their names with the posts |
//! | `${devices.FACTOR}` | device classes that ask for `ic_card`, `password`, `biometric` | their names |
//! | `${devices.all}` | every device class | their names |
//! | `${devices.records}` | device classes on which identity records are handled | their names |
//! | `${rooms.employee.DEMAND}`, `${rooms.visitor.DEMAND}` | rooms that ask it of them | their names |
//! | `${roles.rooms}` | roles that manage a room | their names |
//! | `${managers}` | - | each room with the post of its manager |
//! | `${card}` | - | what the text calls the operator card |
//!
//! `@about("TOPIC")` names the topic whose silence leaves a rule out, where that is not its first.
//! `@where("GAP")` leaves a rule out where the set is empty. An empty set is written as a code that
//! nothing bears, so that a condition over it stays what it says.

use std::collections::BTreeMap;

use super::{Demand, Profile, ProfileError, Settings};

/// What no role, room or device is ever called.
const NOTHING: &str = "-";

/// Rules of a profile after its gaps are filled.
#[derive(Debug, Default)]
pub(super) struct Filled {
    /// Text by file.
    pub(super) rules: BTreeMap<String, String>,
    /// Ids of rules left out, each with the topic or set for want of which it is.
    pub(super) left_out: BTreeMap<String, String>,
}

impl Profile {
    /// Fills the gaps of rules or theorems for this profile.
    pub(super) fn fill(settings: &Settings, files: &BTreeMap<String, String>) -> Result<Filled, ProfileError> {
        let mut filled = Filled::default();
        for (file, text) in files {
            let mut out = String::with_capacity(text.len());
            for rule in rules(text) {
                match missing(settings, rule) {
                    Some(want) => {
                        let id = annotation(rule, "id").unwrap_or_default();
                        filled.left_out.insert(id.to_owned(), want);
                    }
                    None => out.push_str(&filled_rule(settings, file, rule)?),
                }
            }
            filled.rules.insert(file.clone(), out);
        }
        Ok(filled)
    }
}

/// The topic or set for want of which a rule does not apply.
fn missing(settings: &Settings, rule: &str) -> Option<String> {
    let first = annotation(rule, "basis").and_then(|basis| basis.split_whitespace().next());
    let topic = annotation(rule, "about").or(first);
    if let Some(topic) = topic.filter(|topic| settings.silent.contains_key(*topic)) {
        return Some(topic.to_owned());
    }
    let set = annotation(rule, "where")?;
    codes(settings, set).is_some_and(|set| set.is_empty()).then(|| set.to_owned())
}

fn filled_rule(settings: &Settings, file: &str, rule: &str) -> Result<String, ProfileError> {
    let mut rule = rule.to_owned();
    if let Some(basis) = annotation(&rule, "basis").map(str::to_owned) {
        let articles = cited(settings, basis.split_whitespace()).map_err(|topic| undeclared(file, &topic))?;
        rule = rule.replacen(&format!("@basis(\"{basis}\")"), &format!("@articles(\"{articles}\")"), 1);
    }
    if let Some(set) = annotation(&rule, "where").map(str::to_owned) {
        codes(settings, &set).ok_or_else(|| undeclared(file, &set))?;
        rule = rule.replacen(&format!("@where(\"{set}\")"), "", 1);
    }
    if let Some(topic) = annotation(&rule, "about").map(str::to_owned) {
        cited(settings, std::iter::once(topic.as_str())).map_err(|topic| undeclared(file, &topic))?;
        rule = rule.replacen(&format!("@about(\"{topic}\")"), "", 1);
    }
    fill(settings, &rule).map_err(|gap| undeclared(file, &gap))
}

fn undeclared(file: &str, name: &str) -> ProfileError {
    ProfileError::Undeclared { place: file.to_owned(), name: name.to_owned() }
}

/// The articles of these topics, each once, in their order.
pub(super) fn cited<'t>(settings: &Settings, topics: impl Iterator<Item = &'t str>) -> Result<String, String> {
    let mut articles: Vec<String> = Vec::new();
    for topic in topics {
        match settings.basis.get(topic) {
            Some(cites) => articles.extend(cites.iter().map(ToString::to_string)),
            None if settings.silent.contains_key(topic) => {}
            None => return Err(topic.to_owned()),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    articles.retain(|article| seen.insert(article.clone()));
    Ok(articles.join(" "))
}

/// Splits a file into its rules, each with the comments before it. A `;` in a string or a comment
/// ends nothing.
fn rules(text: &str) -> Vec<&str> {
    let mut rules = Vec::new();
    let (mut start, mut quoted, mut comment, mut escaped) = (0, false, false, false);
    let mut before = '\0';
    for (at, c) in text.char_indices() {
        match c {
            '\n' => comment = false,
            _ if comment => {}
            '"' if !escaped => quoted = !quoted,
            '/' if !quoted && before == '/' => comment = true,
            ';' if !quoted => {
                rules.push(text.get(start..=at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        before = c;
    }
    rules.push(text.get(start..).unwrap_or_default());
    rules
}

/// The text of an annotation.
fn annotation<'r>(rule: &'r str, name: &str) -> Option<&'r str> {
    let open = format!("@{name}(\"");
    let at = rule.find(&open)? + open.len();
    rule.get(at..)?.split('"').next()
}

/// Fills every gap of a text: sets of codes outside strings, words inside. Names come from texts that
/// anybody may have written: in a string they stay words, whatever stands in them.
pub(super) fn fill(settings: &Settings, text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut quoted = false;
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        quoted ^= before.matches('"').count() % 2 == 1;
        out.push_str(before);
        let (gap, left) = after.get(2..).and_then(|inner| inner.split_once('}')).ok_or_else(|| after.to_owned())?;
        let filled = if quoted {
            words(settings, gap).map(|words| escaped(&words))
        } else {
            codes(settings, gap).map(|set| literal(&set))
        };
        out.push_str(&filled.ok_or_else(|| gap.to_owned())?);
        rest = left;
    }
    out.push_str(rest);
    Ok(out)
}

/// Words as they stand between the quotes of a Cedar or TOML string.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn literal(codes: &[&str]) -> String {
    let codes: Vec<String> = codes.iter().map(|code| format!("\"{}\"", escaped(code))).collect();
    if codes.is_empty() { format!("[\"{NOTHING}\"]") } else { format!("[{}]", codes.join(", ")) }
}

/// The codes that a gap stands for.
pub(super) fn codes<'s>(settings: &'s Settings, gap: &str) -> Option<Vec<&'s str>> {
    let parts: Vec<&str> = gap.split('.').collect();
    match parts.as_slice() {
        ["roles", "rooms"] => Some(managers(settings)),
        ["roles", power] => {
            let held = settings.powers.get(*power)?;
            Some(held.iter().map(String::as_str).collect())
        }
        ["devices", "all"] => Some(settings.devices.iter().map(|d| d.code.as_str()).collect()),
        ["devices", "records"] => {
            Some(settings.devices.iter().filter(|d| d.records).map(|d| d.code.as_str()).collect())
        }
        ["devices", factor] => {
            let factor = factor.parse().ok()?;
            let asks = settings.devices.iter().filter(|d| d.asks_for(factor));
            Some(asks.map(|d| d.code.as_str()).collect())
        }
        ["rooms", who @ ("employee" | "visitor"), demand] => {
            let demand = demand.parse().ok()?;
            let asks = settings.rooms.iter().filter(|room| room.asks_of(*who == "employee").any(|d| d == demand));
            Some(asks.map(|room| room.code.as_str()).collect())
        }
        _ => None,
    }
}

fn managers(settings: &Settings) -> Vec<&str> {
    let mut roles: Vec<&str> = Vec::new();
    for room in settings.rooms.iter().filter(|room| room.controlled()) {
        if !roles.contains(&room.manager.as_str()) {
            roles.push(&room.manager);
        }
    }
    roles
}

/// The words that a gap stands for.
fn words(settings: &Settings, gap: &str) -> Option<String> {
    let parts: Vec<&str> = gap.split('.').collect();
    let role_name = |code: &&str| settings.roles.iter().find(|r| r.code == **code).map(|r| r.name.clone());
    match parts.as_slice() {
        ["card"] => Some(settings.card_name.clone()),
        ["managers"] => Some(room_managers(settings)),
        ["roles", _] => {
            let names: Vec<String> = codes(settings, gap)?.iter().filter_map(role_name).collect();
            Some(either(&names, "権限を持つ責任者"))
        }
        ["who", power] => {
            let held = codes(settings, &format!("roles.{power}"))?;
            let named: Vec<String> = held.iter().filter_map(|code| who(settings, code)).collect();
            Some(either(&named, "権限を持つ責任者"))
        }
        ["devices", _] => {
            let named = |code: &&str| settings.devices.iter().find(|d| d.code == **code).map(|d| d.name.clone());
            Some(either(&codes(settings, gap)?.iter().filter_map(named).collect::<Vec<_>>(), "定められた機器"))
        }
        ["rooms", ..] => {
            let named = |code: &&str| settings.rooms.iter().find(|r| r.code == **code).map(|r| r.name.clone());
            let names: Vec<String> = codes(settings, gap)?.iter().filter_map(named).collect();
            Some(if names.is_empty() { "この室".to_owned() } else { names.join("、") })
        }
        _ => None,
    }
}

/// A又はB, A、B又はC.
fn either(names: &[String], none: &str) -> String {
    match names {
        [] => none.to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{}又は{last}", rest.join("、")),
    }
}

/// アクセス管理責任者（住民課長）: one or two posts by name, more by their section.
fn who(settings: &Settings, code: &str) -> Option<String> {
    let role = settings.roles.iter().find(|role| role.code == code)?;
    let posts: Vec<_> = role.posts.iter().filter_map(|p| settings.posts.iter().find(|q| q.code == *p)).collect();
    let first = posts.first().map(|post| post.section.clone());
    let one_section = first.filter(|section| posts.iter().all(|post| post.section == *section));
    let of = match (posts.len(), one_section) {
        (0, _) => None,
        (1 | 2, _) => Some(posts.iter().map(|post| post.name.clone()).collect::<Vec<_>>().join("又は")),
        (_, section) => section,
    };
    // A role that is named after its post needs no bracket.
    let of = of.filter(|of| !role.name.contains(of.as_str()));
    Some(of.map_or_else(|| role.name.clone(), |of| format!("{}（{of}）", role.name)))
}

/// 電算室は企画財政課長、住民課窓口は住民課長.
fn room_managers(settings: &Settings) -> String {
    let of = |room: &super::Room| {
        let role = settings.roles.iter().find(|role| role.code == room.manager)?;
        let post = role.posts.first().and_then(|p| settings.posts.iter().find(|q| q.code == *p));
        let name = post.filter(|_| role.posts.len() == 1).map_or(&role.name, |post| &post.name);
        Some(format!("{}は{name}", room.name))
    };
    let each: Vec<String> = settings.rooms.iter().filter(|room| room.controlled()).filter_map(of).collect();
    if each.is_empty() { "その室の管理者".to_owned() } else { each.join("、") }
}

impl std::str::FromStr for Demand {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "permit" => Self::Permit,
            "card" => Self::Card,
            "key" => Self::Key,
            "badge" => Self::Badge,
            "staff_id" => Self::StaffId,
            "escort" => Self::Escort,
            _ => return Err(()),
        })
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use crate::testing::profile;

    #[test]
    fn a_rule_is_left_out_where_the_text_is_silent_on_what_it_is_about() {
        let union = profile("tosu");
        let want = |rule: &str| union.left_out.get(rule).map(String::as_str);
        assert_eq!(want("entry.enter"), Some("entry"), "its first topic");
        assert_eq!(want("card.lend.one"), Some("card_ledger"), "what it is about, though not its first topic");
        assert_eq!(want("target.unknown"), None, "kept, though its first topic is silent");
        assert_eq!(want("card.required"), Some("devices.ic_card"), "an empty set");
        assert!(profile("nishimeya").left_out.contains_key("permission.apply"));
        assert!(union.policies.values().all(|text| !text.contains("@about") && !text.contains("@where")));
    }
}

//! What follows from a declaration for the gate: vocabulary, rules, theorems.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{ActNeed, Book, Need, Procedures, Step};
use crate::profile::{ActFacts, FactSpec, FactType, Vocabulary};

/// The code with which somebody without the power is refused, where a step names none.
const NOT_AUTHORISED: &str = "NOT_AUTHORISED";
/// The rank of what speaks before the question who may: after the person, before the designation.
const FIRST: u32 = 64;

impl Procedures {
    /// Adds topics, powers, facts and acts to the vocabulary.
    pub(crate) fn extend(&self, vocabulary: &mut Vocabulary) {
        for area in self.areas.values() {
            vocabulary.topics.extend(area.topics.clone());
            vocabulary.powers.extend(area.powers.iter().map(|(code, power)| (code.clone(), power.ja.clone())));
        }
        for (_, step) in self.steps() {
            let mut groups: Vec<String> = ["clock", "session", "card_live"].map(str::to_owned).to_vec();
            if !step.opens() {
                groups.push("row".to_owned());
            }
            if !step.needs.is_empty() {
                let group = format!("needs {}", step.act);
                vocabulary.groups.insert(group.clone(), step.needs.iter().map(|need| need.fact.clone()).collect());
                groups.push(group);
            }
            for need in &step.needs {
                vocabulary.facts.entry(need.fact.clone()).or_insert_with(|| fact(need));
            }
            let facts = ActFacts {
                ja: step.ja.clone(),
                groups,
                basis: step.basis.clone(),
                power: step.power.clone(),
                usual: BTreeMap::new(),
            };
            vocabulary.acts.insert(step.act.clone(), facts);
        }
        for other in self.act_needs() {
            let group = format!("needs of books {}", other.need.fact);
            vocabulary.facts.entry(other.need.fact.clone()).or_insert_with(|| fact(&other.need));
            vocabulary.groups.insert(group.clone(), vec![other.need.fact.clone()]);
            for (_, facts) in vocabulary.acts.iter_mut().filter(|(act, _)| other.is_of(act)) {
                facts.groups.push(group.clone());
            }
        }
    }

    /// The rules as national rules with gaps, by file. Of a step on whose first topic the text is
    /// silent there is only what would permit it, which is then left out with its topic.
    pub(crate) fn rules(&self, vocabulary: &Vocabulary, silent: Silent<'_>) -> BTreeMap<String, String> {
        let of = |(name, area): (&String, &super::Area)| {
            let mut out = String::new();
            for book in &area.books {
                for step in &book.steps {
                    if spoken(step, silent) {
                        conditions(&mut out, book, step);
                    }
                    permit(&mut out, step);
                }
            }
            for other in &area.needs {
                // Nothing more is asked of an act that is not offered.
                for act in self.asked(other, vocabulary, silent) {
                    let rule = needed(act, &other.need, &other.need.basis.join(" "));
                    forbid(&mut out, act, &Forbid { rank: if other.first { FIRST } else { rule.rank }, ..rule });
                }
            }
            (format!("national/rules/books/{name}.cedar"), out)
        };
        self.areas.iter().map(of).collect()
    }

    /// The acts of which something more is needed, without those of which the text says nothing.
    fn asked<'a>(
        &'a self,
        other: &'a ActNeed,
        vocabulary: &'a Vocabulary,
        silent: Silent<'a>,
    ) -> impl Iterator<Item = &'a String> {
        let offered = move |act: &str, facts: &ActFacts| match self.steps().find(|(_, step)| step.act == act) {
            Some((_, step)) => spoken(step, silent),
            None => facts.basis.iter().any(|topic| !silent.contains_key(topic)),
        };
        vocabulary.acts.iter().filter(move |(act, facts)| other.is_of(act) && offered(act, facts)).map(|(act, _)| act)
    }

    /// The theorems as the national file has them, with gaps; none of an act that is left out, of
    /// which anything would be true.
    pub(crate) fn theorems(&self, vocabulary: &Vocabulary, silent: Silent<'_>) -> String {
        let mut out = String::new();
        let is_of_any = |other: &&ActNeed| self.asked(other, vocabulary, silent).next().is_some();
        for other in self.act_needs().filter(is_of_any) {
            let says = format!("{}でなければ、できないことがある。", other.need.ja);
            let (group, then) = (format!("needs of books {}", other.need.fact), format!("context.{}", other.need.fact));
            theorem(&mut out, &format!("books.{}", other.need.fact), &list(&other.need.basis), &says, &group, &then);
        }
        for (_, step) in self.steps().filter(|(_, step)| spoken(step, silent)) {
            let basis = list(&step.basis);
            if let Some(power) = &step.power {
                theorem(
                    &mut out,
                    &format!("{}.who", step.act),
                    &basis,
                    &format!("{}は、${{roles.{power}}}でなければできない。", step.ja),
                    &step.act,
                    &format!("${{roles.{power}}}.contains(context.capacity)"),
                );
            }
            for need in &step.needs {
                let own = list(&need.basis);
                theorem(
                    &mut out,
                    &format!("{}.{}", step.act, need.fact),
                    if need.basis.is_empty() { &basis } else { &own },
                    &format!("{}には、{}が要る。", step.ja, need.ja),
                    &step.act,
                    &format!("context.{}", need.fact),
                );
            }
        }
        out
    }

    /// For each power, the one that it goes with where a profile says nothing.
    pub(crate) fn likes(&self) -> BTreeMap<&str, &str> {
        let powers = self.areas.values().flat_map(|area| &area.powers);
        powers.map(|(code, power)| (code.as_str(), power.like.as_str())).collect()
    }
}

/// Topics on which a regulation says nothing.
pub(crate) type Silent<'s> = &'s BTreeMap<String, String>;

/// Whether a regulation speaks of a step: of the first of its topics.
fn spoken(step: &Step, silent: Silent<'_>) -> bool {
    step.basis.first().is_some_and(|topic| !silent.contains_key(topic))
}

fn fact(need: &Need) -> FactSpec {
    FactSpec {
        kind: FactType::Bool,
        ja: need.ja.clone(),
        values: BTreeMap::new(),
        no: need.no.clone(),
        usual: None,
        fixed: false,
        values_of: None,
        follows: Vec::new(),
    }
}

fn list(topics: &[String]) -> String {
    let quoted: Vec<String> = topics.iter().map(|topic| format!("{topic:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

fn theorem(out: &mut String, id: &str, basis: &str, says: &str, act: &str, then: &str) {
    let says = says.replace('"', "”");
    let _ = writeln!(
        out,
        "[[theorem]]\nid = \"{id}\"\nbasis = {basis}\nsays = \"{says}\"\nacts = [\"{act}\"]\nthen = '{then}'\n"
    );
}

/// A rule that forbids an act unless something holds.
struct Forbid<'r> {
    id: String,
    rank: u32,
    basis: String,
    code: &'r str,
    refuse: String,
    remedy: String,
    unless: String,
}

fn forbid(out: &mut String, act: &str, rule: &Forbid<'_>) {
    let Forbid { id, rank, basis, code, refuse, remedy, unless } = rule;
    let (refuse, remedy) = (quoted(refuse), quoted(remedy));
    let _ = writeln!(
        out,
        "@id(\"{id}\") @rank(\"{rank}\") @basis(\"{basis}\") @code(\"{code}\")\n@refuse(\"{refuse}\")\n@remedy(\"{remedy}\")\n\
         forbid(principal, action == Sekisho::Action::\"{act}\", resource)\nunless {{ {unless} }};\n"
    );
}

fn conditions(out: &mut String, book: &Book, step: &Step) {
    let (act, ja, basis) = (&step.act, &step.ja, step.basis.join(" "));
    let rule = |id: &str, rank, code, refuse, remedy, unless: &str| Forbid {
        id: format!("{act}.{id}"),
        rank,
        basis: basis.clone(),
        code,
        refuse,
        remedy,
        unless: unless.to_owned(),
    };
    if !step.opens() {
        let refuse = format!("「{}」にない番号なので、{ja}はできません。", book.ja);
        let known =
            rule("unknown", 80, "ROW_UNKNOWN", refuse, "番号を選び直してください。".to_owned(), "context.row_known");
        forbid(out, act, &known);
    }
    if let Some(power) = &step.power {
        let code = step.code.as_deref().unwrap_or(NOT_AUTHORISED);
        let refuse = format!("{ja}は、${{roles.{power}}}でなければできません。");
        let remedy = format!("${{who.{power}}}に申し出るか、その立場に切り替えてください。");
        let unless = format!("${{roles.{power}}}.contains(context.capacity)");
        forbid(out, act, &rule("who", 82, code, refuse, remedy, &unless));
    }
    if !step.opens() {
        let states: Vec<&str> = step.from.iter().map(|state| book.state_ja(state)).collect();
        let refuse = format!("いまの状態では、{ja}はできません。");
        let remedy = format!("「{}」のうち「{}」のものを選んでください。", book.ja, states.join("」か「"));
        forbid(out, act, &rule("order", 84, "STEP_ORDER", refuse, remedy, "context.row_in_order"));
    }
    for need in &step.needs {
        let own = need.basis.join(" ");
        forbid(out, act, &needed(act, need, if own.is_empty() { &basis } else { &own }));
    }
}

fn permit(out: &mut String, step: &Step) {
    let (act, basis) = (&step.act, step.basis.join(" "));
    let _ = writeln!(
        out,
        "@id(\"{act}\") @basis(\"{basis}\")\npermit(principal, action == Sekisho::Action::\"{act}\", resource);\n"
    );
}

/// The rule of a need.
fn needed<'n>(act: &str, need: &'n Need, basis: &str) -> Forbid<'n> {
    Forbid {
        id: format!("{act}.{}", need.fact),
        rank: 100,
        basis: basis.to_owned(),
        code: &need.code,
        refuse: need.refuse.clone(),
        remedy: need.remedy.clone(),
        unless: format!("context.{}", need.fact),
    }
}

/// Text between the quotes of a string; gaps stay.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

//! The village's gate as a whole.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use cedar_policy::{Authorizer, Context, Entities, EntityUid, PolicySet, Request, Schema};
use sekisho_regulation::profile::FactType;
use sekisho_regulation::{Profile, testing};
use serde_json::{Map, Value, json};

use super::{Gate, PolicyInfo};
use crate::decision::{FACT_MISSING, Ruling, UNKNOWN_ACT};
use crate::error::GateError;
use crate::facts::{Fact, FactSheet};
use crate::{fixture, schema};

/// A small generator: the tests need the same numbers every time, not good ones.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }
}

type Bases = BTreeMap<String, Map<String, Value>>;

/// For each act the facts under which it is allowed, from the golden cases.
fn bases() -> Bases {
    let profile = fixture::profile();
    // Of the others the regulation says nothing, and nothing would allow them.
    let acts = profile.vocabulary.acts.keys().filter(|act| profile.speaks_of(act));
    acts.map(|act| (act.clone(), crate::cases::usual(&profile, act))).collect()
}

fn sheet(gate: &Gate, act: &str, facts: &Map<String, Value>) -> FactSheet {
    let mut sheet = gate.sheet(act).expect("an act of the profile");
    assert!(sheet.fill(facts).is_empty());
    sheet
}

/// A value of the fact's own type: often one that policies speak of, sometimes one that none does.
fn random(profile: &Profile, name: &str, dice: &mut Dice) -> Value {
    let spec = &profile.vocabulary.facts[name];
    match spec.kind {
        FactType::Bool => (dice.roll(2) == 0).into(),
        FactType::Long => i64::try_from(dice.roll(9)).expect("small").saturating_sub(2).into(),
        FactType::Set => json!(["a", "b"]),
        FactType::Text => {
            let roles = profile.settings.roles.iter().map(|role| role.code.as_str());
            let codes: Vec<&str> = spec.values.keys().map(String::as_str).chain(roles).chain(["", "何か"]).collect();
            codes[dice.roll(codes.len())].into()
        }
    }
}

/// The gate of every municipality in the source tree.
fn gates() -> Vec<Gate> {
    let gate = |key: &String| Gate::new(Arc::new(testing::profile(key))).expect("a gate");
    testing::keys().iter().map(gate).collect()
}

#[test]
fn golden_cases_hold() {
    let gates = gates();
    assert!(gates.len() >= 5, "{} profiles", gates.len());
    for gate in gates {
        let results = gate.run_cases();
        let failed: Vec<String> = results
            .iter()
            .filter(|case| !case.passed())
            .map(|case| format!("{} {}: {}", case.file, case.name, case.differences.join(" / ")))
            .collect();
        let key = &gate.profile().settings.key;
        assert!(failed.is_empty(), "{key}: {}\n", failed.join("\n"));
        let allowed = |case: &&crate::CaseResult| case.decision.as_ref().is_some_and(|decision| decision.allowed);
        let count = results.iter().filter(allowed).count();
        assert!(count >= 30 && results.len() - count >= 30, "{key}: {count} allowed of {}", results.len());
    }
}

/// A permit that nobody reaches, since the municipality forbids the act to everybody.
const NEVER: [(&str, &str); 1] = [("iida", "password.change")];

/// Every refusal that a policy can speak is in some golden case, and so is every permit.
#[test]
fn golden_cases_reach_every_policy() {
    for gate in gates() {
        let key = &gate.profile().settings.key;
        let decisions: Vec<_> = gate.run_cases().into_iter().filter_map(|case| case.decision).collect();
        let reached: BTreeSet<&str> = decisions.iter().flat_map(|d| d.policies.iter()).map(AsRef::as_ref).collect();
        // Those that follow from a book's declaration have a test of their own.
        let written = gate.policies().iter().filter(|policy| !policy.file.contains("rules/books/"));
        let ids = written.map(|policy| policy.id.as_ref());
        let unreached: Vec<&str> = ids.filter(|id| !reached.contains(id)).collect();
        let never: Vec<&str> = NEVER.iter().filter(|(of, _)| of == key).map(|(_, id)| *id).collect();
        assert_eq!(unreached, never, "{key}");
        let unspoken = decisions.iter().filter(|d| d.policies.is_empty());
        let denials: BTreeSet<&str> = unspoken.map(|d| d.code.as_ref()).collect();
        for policy in gate.policies().iter().filter(|p| p.permits && p.sentence.is_some()) {
            assert!(denials.contains(policy.code.as_ref()), "{key}: {}", policy.id);
        }
    }
}

/// A name is words, whatever stands in it: it never becomes a rule.
#[test]
fn a_name_in_a_profile_is_never_a_rule() {
    let mut files = fixture::files();
    let name = r#"責任者\\\"); permit(principal, action, resource); //"#;
    let text = files.get_mut("profile.toml").expect("settings");
    *text = text.replacen("name = \"アクセス管理責任者\"", &format!("name = \"{name}\""), 1);
    let gate = |files| Gate::new(Arc::new(Profile::from_files(&files, &fixture::national()).expect("a profile")));
    let gate = gate(files).expect("a gate");
    assert_eq!(gate.policies().len(), fixture::gate().policies().len());
    let said = gate.policies().iter().filter_map(|policy| policy.sentence.as_deref());
    assert!(said.clone().any(|sentence| sentence.contains("permit(principal")), "the name is said as it is");
}

/// Our evaluator and Cedar's own authorizer agree on every act.
#[test]
fn agrees_with_cedar() {
    let gate = fixture::gate();
    let schema: Schema = schema::of(&gate.profile.vocabulary).expect("a schema");
    let all = cedar_set(gate.policies().iter());
    let entities =
        Entities::empty().add_entities(schema.action_entities().expect("actions"), Some(&schema)).expect("entities");
    let (mut dice, mut allowed, mut asked) = (Dice(7), 0, 0);
    for (act, base) in bases() {
        // Cedar asks every policy each time, which is slow here: the whole set has its turn too.
        let speaking = cedar_set(gate.policies().iter().filter(|p| p.acts.iter().any(|a| a.as_ref() == act)));
        for round in 0..300 {
            let set = if round % 10 == 0 { &all } else { &speaking };
            let mut facts = base.clone();
            let names: Vec<String> = facts.keys().cloned().collect();
            for _ in 0..(round % 6).min(names.len()) {
                let name = &names[dice.roll(names.len())];
                facts.insert(name.clone(), random(&gate.profile, name, &mut dice));
            }
            let ours = gate.decide(&sheet(&gate, &act, &facts));
            let action: EntityUid = format!("Sekisho::Action::{act:?}").parse().expect("an action");
            let context = Context::from_json_value(Value::Object(facts.clone()), None).expect("context");
            let who = |kind: &str| format!("Sekisho::{kind}::\"x\"").parse().expect("an entity");
            let request = Request::new(who("Person"), action, who("Thing"), context, None).expect("request");
            let theirs = Authorizer::new().is_authorized(&request, set, &entities);
            assert_eq!(theirs.diagnostics().errors().count(), 0);
            assert_eq!(ours.allowed(), theirs.decision() == cedar_policy::Decision::Allow, "{act} {facts:?}");
            let reasons: BTreeSet<String> = theirs.diagnostics().reason().map(ToString::to_string).collect();
            let policies = ours.decision().policies.iter().map(ToString::to_string).collect();
            assert_eq!(reasons, policies, "{act} {facts:?}");
            allowed += usize::from(ours.allowed());
            asked += 1;
        }
    }
    assert!(allowed * 5 > asked && allowed * 5 < asked * 4, "{allowed} of {asked}: too one-sided to show anything");
}

fn cedar_set<'p>(policies: impl Iterator<Item = &'p PolicyInfo>) -> PolicySet {
    let parse = |policy: &PolicyInfo| {
        let id = cedar_policy::PolicyId::new(&policy.id);
        cedar_policy::Policy::parse(Some(id), policy.source.as_ref()).expect("a policy")
    };
    PolicySet::from_policies(policies.map(parse)).expect("one id each")
}

fn assert_sound(ruling: &Ruling) {
    let decision = ruling.decision();
    assert!(!decision.articles.is_empty(), "uncited: {decision:?}");
    assert!(!decision.sentence.is_empty() && !decision.code.is_empty(), "wordless: {decision:?}");
    assert_eq!(decision.allowed, ruling.allowed());
    assert_eq!(decision.allowed, decision.code.as_ref() == "OK", "{decision:?}");
}

/// Whatever facts come in any type, or do not come, a decision cites; what is missing refuses.
#[test]
fn never_uncited() {
    let gate = fixture::gate();
    let mut dice = Dice(11);
    for (act, base) in bases() {
        for _ in 0..100 {
            let mut facts = base.clone();
            let names: Vec<String> = facts.keys().cloned().collect();
            for _ in 0..dice.roll(3).min(names.len()) {
                let name = &names[dice.roll(names.len())];
                let value =
                    [json!(true), json!("x"), json!(3), json!(["x"]), json!(null), json!(1.5)][dice.roll(6)].clone();
                facts.insert(name.clone(), value);
            }
            let kind = |name: &str| gate.profile.vocabulary.facts[name].kind;
            let broken = facts.iter().any(|(name, value)| Fact::from_json(value).map(|f| f.kind()) != Some(kind(name)));
            let ruling = gate.decide(&sheet(&gate, &act, &facts));
            assert_sound(&ruling);
            assert!(!(broken && ruling.allowed()), "{act} {facts:?}");
        }
        for name in base.keys() {
            let mut facts = base.clone();
            facts.remove(name);
            let sheet = sheet(&gate, &act, &facts);
            let ruling = gate.decide(&sheet);
            assert_sound(&ruling);
            let spoken = sheet.plan.slots.iter().any(|slot| slot.name.as_ref() == name && slot.spoken);
            assert_eq!(ruling.decision().code.as_ref() == FACT_MISSING, spoken, "{act} {name}");
        }
    }
    let unknown = gate.refuse_unknown_act("identity.delete\u{7}");
    assert_eq!(unknown.decision().code.as_ref(), UNKNOWN_ACT);
    assert!(!unknown.decision().articles.is_empty());
}

/// A policy set with an accident in it either does not load or still cites every decision.
#[test]
fn mutated_policies_never_leave_a_decision_uncited() {
    let bases = bases();
    let sound = fixture::profile();
    let names: Vec<&String> = sound.policies.keys().collect();
    let (mut dice, mut loaded) = (Dice(13), 0);
    for _ in 0..30 {
        let name = &names[dice.roll(names.len())];
        let mut profile = Profile::clone(&sound);
        profile.policies.insert((*name).clone(), mutate(&sound.policies[*name], &mut dice));
        if let Ok(gate) = Gate::new(Arc::new(profile)) {
            loaded += 1;
            for (act, base) in &bases {
                let mut facts = base.clone();
                let fact = facts.keys().nth(dice.roll(facts.len().max(1))).cloned();
                fact.map(|name| facts.insert(name.clone(), random(&gate.profile, &name, &mut dice)));
                assert_sound(&gate.decide(&sheet(&gate, act, &facts)));
            }
        }
    }
    assert!((5..30).contains(&loaded), "{loaded} of 30 loaded");
}

fn mutate(text: &str, dice: &mut Dice) -> String {
    let swaps =
        [("&&", "||"), ("!context", "context"), ("forbid(", "permit("), ("permit(", "forbid("), ("unless", "when")];
    let mut lines: Vec<&str> = text.lines().collect();
    match dice.roll(4) {
        0 => {
            lines.remove(dice.roll(lines.len()));
            lines.join("\n")
        }
        1 => {
            // One whole policy less.
            let mut policies: Vec<&str> = text.split_inclusive(";\n").collect();
            policies.remove(dice.roll(policies.len()));
            policies.concat()
        }
        2 => {
            let at = (dice.roll(text.len())..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.chars().take(text[..at].chars().count()).chain(text[at..].chars().skip(1)).collect()
        }
        _ => {
            let (from, to) = swaps[dice.roll(swaps.len())];
            let places: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
            let Some(at) = places.get(dice.roll(places.len().max(1))) else { return text.to_owned() };
            format!("{}{to}{}", &text[..*at], &text[at + from.len()..])
        }
    }
}

/// After the nearest miss the act is allowed; and where one fact was spoilt, at most one is named.
#[test]
fn nearest_miss_leads_to_a_permit() {
    let gate = fixture::gate();
    let mut dice = Dice(17);
    let (mut refused, mut without) = (0, 0);
    for (act, base) in bases() {
        for round in 0..100 {
            let mut facts = base.clone();
            let names: Vec<String> = facts.keys().cloned().collect();
            let spoilt = (1 + round % 4).min(names.len());
            for _ in 0..spoilt {
                let name = &names[dice.roll(names.len())];
                if !gate.profile.vocabulary.facts[name].fixed {
                    facts.insert(name.clone(), random(&gate.profile, name, &mut dice));
                }
            }
            let ruling = gate.decide(&sheet(&gate, &act, &facts));
            if ruling.allowed() {
                continue;
            }
            refused += 1;
            let nearest = &ruling.decision().nearest;
            without += usize::from(nearest.is_empty());
            assert!(nearest.len() <= spoilt, "{act} {facts:?} {nearest:?}");
            let mut mended = facts.clone();
            for miss in nearest {
                mended.insert(miss.fact.to_string(), miss.needed.to_json());
                assert_ne!(miss.is.as_ref(), Some(&miss.needed));
                assert!(miss.ja.ends_with("こと"), "{}", miss.ja);
            }
            let follows = |name: &str| gate.profile.vocabulary.facts[name].follows.clone();
            let free = nearest
                .iter()
                .any(|m| base.keys().any(|n| follows(n).iter().any(|first| first.as_str() == m.fact.as_ref())));
            if !nearest.is_empty() && !free {
                assert!(gate.decide(&sheet(&gate, &act, &mended)).allowed(), "{act} {facts:?} {nearest:?}");
            }
        }
    }
    assert!(refused > 1000 && without * 20 < refused, "{without} of {refused} refusals without a nearest miss");
}

/// Loads the village's gate with one more policy file.
fn with_policy(text: &str) -> Result<Gate, GateError> {
    let mut files = fixture::files();
    files.insert("policy/99_more.cedar".to_owned(), text.to_owned());
    Gate::new(Arc::new(Profile::from_files(&files, &fixture::national()).expect("a profile")))
}

#[test]
fn what_is_wrong_with_a_policy_is_named() {
    let said = r#"@code("X") @refuse("できません。") @remedy("待ってください。")"#;
    let on = r#"(principal, action == Sekisho::Action::"log.publish", resource)"#;
    let cases = [
        ("forbid(".to_owned(), "1行目"),
        ("\n\n@id(\"x\")\npermit(principal, action, resource) when { context.a = 1 };".to_owned(), "4行目"),
        (format!("@articles(\"14\") {said} forbid{on};"), "`@id`"),
        (format!("@id(\"x\") {said} forbid{on};"), "`@articles`"),
        (format!("@id(\"x\") @articles(\" \") {said} forbid{on};"), "`@articles`"),
        (format!("@id(\"x\") @articles(\"14\") @refuse(\"。\") @remedy(\"。\") forbid{on};"), "`@code`"),
        (format!("@id(\"x\") @articles(\"14\") @code(\"X\") @refuse(\"。\") forbid{on};"), "`@remedy`"),
        (
            format!("@id(\"x\") @articles(\"14\") @code(\"X\") @refuse(\"だめ\") @remedy(\"。\") forbid{on};"),
            "`@refuse`",
        ),
        (format!("@id(\"x\") @articles(\"14\") permit{on} when {{ context.session_open }};"), "`@refuse`"),
        (format!("@id(\"x\") @articles(\"14\") @kode(\"X\") permit{on};"), "`@kode`"),
        (format!("@id(\"x\") @articles(\"14\") @rank(\"先\") permit{on};"), "`@rank`"),
        (format!("@id(\"x\") @articles(\"14\") @obligations(\"NM-99\") permit{on};"), "NM-99"),
        (format!("@id(\"x\") @articles(\"99\") permit{on};"), "`99`"),
        (format!("@id(\"x\") @articles(\"chiba:1\") permit{on};"), "`chiba:1`"),
        (format!("@id(\"log.publish\") @articles(\"14\") permit{on};"), "`log.publish`"),
        (format!("@id(\"x\") @articles(\"14\") {said} forbid{on} when {{ context.badge_worn }};"), "badge_worn"),
        (format!("@id(\"x\") @articles(\"14\") {said} forbid{on} when {{ context.capacity == 1 }};"), "`x`"),
        (format!("@id(\"x\") @articles(\"14\") {said} forbid{on} when {{ context.capacity like \"a*\" }};"), "`like`"),
        (format!("@id(\"x\") @articles(\"14\") {said} forbid{on} when {{ false }};"), "`x`"),
        (
            "@id(\"x\") @articles(\"14\") permit(principal, action == Sekisho::Action::\"log.burn\", resource);"
                .to_owned(),
            "log.burn",
        ),
        (
            "@id(\"x\") @articles(\"14\") permit(principal is Sekisho::Person, action, resource);".to_owned(),
            "`principal`",
        ),
    ];
    for (policy, named) in cases {
        let error = with_policy(&policy).map(|_| ()).expect_err(&policy).to_string();
        assert!(error.contains(named), "{policy}\n{error}");
    }
}

/// A policy of one act is not asked about another, however many there are.
#[test]
fn unrelated_policies_are_not_asked() {
    let more: Vec<String> = (0..200)
        .map(|n| {
            format!(
                "@id(\"more.{n}\") @articles(\"14\") @code(\"X\") @refuse(\"できません。\") @remedy(\"待ってください。\")\n\
                 forbid(principal, action == Sekisho::Action::\"log.publish\", resource) when {{ context.capacity == \"{n}\" }};"
            )
        })
        .collect();
    let (few, many) = (fixture::gate(), with_policy(&more.join("\n")).expect("a gate"));
    let rules = |gate: &Gate, act: &str| gate.acts[act].forbids.len() + gate.acts[act].permits.len();
    assert_eq!(rules(&many, "identity.search"), rules(&few, "identity.search"));
    assert_eq!(rules(&many, "log.publish"), rules(&few, "log.publish") + 200);
}

/// A sheet that was filled for another gate is read by its names.
#[test]
fn a_sheet_of_another_gate_is_read_anew() {
    let (old, new) = (fixture::gate(), with_policy("// nothing\n").expect("a gate"));
    for (act, base) in bases() {
        let ruling = new.decide(&sheet(&old, &act, &base));
        assert!(ruling.allowed(), "{act}");
        assert_eq!(ruling.decision().profile.as_ref(), new.profile().digest);
        assert_ne!(ruling.decision().profile.as_ref(), old.profile().digest);
    }
}

#[test]
fn a_decision_comes_back_from_json() {
    for case in fixture::gate().run_cases() {
        let decision = case.decision.expect("a decision");
        let text = serde_json::to_string(&decision).expect("json");
        assert_eq!(serde_json::from_str::<crate::Decision>(&text).expect("a decision"), decision);
    }
}

/// The gate reads no clock and no file, and knows neither the record nor any runtime.
#[test]
fn the_gate_is_pure() {
    let absent = ["std::time", "std::fs", "std::net", "std::env", "SystemTime", "sekisho_record", "tokio", "async fn"];
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if name != "tests.rs" && name != "fixture.rs" {
                let text = std::fs::read_to_string(&path).expect("a source");
                let found: Vec<_> = absent.iter().filter(|word| text.contains(**word)).collect();
                assert!(found.is_empty(), "{}: {found:?}", path.display());
            }
        }
    }
}

/// What is printed here was read by a person; `cargo test -- --nocapture words` shows it again.
#[test]
fn words_read_well() {
    let gate = fixture::gate();
    for case in gate.run_cases() {
        let decision = case.decision.expect("a decision");
        assert!(decision.sentence.ends_with('。') && decision.sentence.contains("規程第"), "{}", decision.sentence);
        let misses: Vec<&str> = decision.nearest.iter().map(|miss| miss.ja.as_str()).collect();
        println!("{} {} {}", decision.code, decision.sentence, misses.join("・"));
    }
}

/// `cargo test --release -p sekisho-gate -- --ignored --nocapture time_of_a_decision`.
#[test]
#[ignore = "a measurement"]
fn time_of_a_decision() {
    let gate = fixture::gate();
    let bases = bases();
    for (what, act, fact, value) in [
        ("permit", "identity.search", "purpose_declared", json!(true)),
        ("refusal", "identity.search", "purpose_declared", json!(false)),
        ("permit", "session.open", "card_state", json!("lent")),
        ("refusal", "session.open", "card_state", json!("revoked")),
    ] {
        let mut facts: Vec<(String, Fact)> =
            bases[act].iter().map(|(name, value)| (name.clone(), Fact::from_json(value).expect("a fact"))).collect();
        facts.iter_mut().filter(|(name, _)| name == fact).for_each(|f| f.1 = Fact::from_json(&value).expect("a fact"));
        let (mut decide, mut whole, mut nearest) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..200_000 {
            let start = Instant::now();
            let mut sheet = gate.sheet(act).expect("a sheet");
            for (name, value) in &facts {
                sheet.set(name, value.clone());
            }
            let built = Instant::now();
            let ruling = black_box(gate.decide(black_box(&sheet)));
            let end = Instant::now();
            whole.push((end - start).as_nanos());
            decide.push((end - built).as_nanos());
            if nearest.len() < 20_000 {
                black_box(ruling.decision().nearest.len());
                nearest.push(end.elapsed().as_nanos());
            }
        }
        for (part, mut times) in [("decide", decide), ("sheet + decide", whole), ("nearest", nearest)] {
            times.sort_unstable();
            let at = |share: usize| times[times.len() * share / 1000];
            println!("{act} {what} {part}: p50 {} ns, p99 {} ns, p99.9 {} ns", at(500), at(990), at(999));
        }
    }
}

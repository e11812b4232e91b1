#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use super::*;
use crate::fixture;

fn theorem(acts: &[&str], given: Option<&str>, then: &str) -> Theorem {
    Theorem {
        id: "t".to_owned(),
        articles: vec!["nishimeya:10.2".parse().unwrap()],
        says: "いつも成り立つ。".to_owned(),
        acts: acts.iter().map(|act| (*act).to_owned()).collect(),
        given: given.map(str::to_owned),
        then: then.to_owned(),
    }
}

fn ground() -> Ground {
    Ground::new(fixture::profile()).unwrap()
}

#[test]
fn a_true_claim_has_no_counterexample_and_a_false_one_has() {
    let ground = ground();
    for (given, then, holds) in [
        (None, "context.card_presented && context.password_ok", true),
        (Some(r#"context.terminal_class != "office""#), "context.operator_designated", true),
        (None, "context.operator_designated", false),
        (None, r#"context.terminal_class == "terminal""#, false),
        (Some("false"), "false", true),
        (None, "context.clock_behind_s <= context.clock_behind_max_s", true),
        (None, "context.clock_behind_s < context.clock_behind_max_s", false),
    ] {
        let claims = ground.claims(&theorem(&["session.open"], given, then)).unwrap();
        let [claim] = claims.as_slice() else { panic!("one act, one claim") };
        match claim.refute() {
            Found::Nothing => assert!(holds, "{then}"),
            Found::Sheet(sheet) => {
                assert!(!holds, "{then}");
                let decision = claim.refuted_by(ground.gate(), &sheet).unwrap();
                assert_eq!(decision.policies.join(" "), "session.open");
                let told = ground.tell(claim, &sheet);
                assert!(told.first().is_some_and(|first| first.of_theorem), "{told:?}");
            }
            Found::TooLong => panic!("{then}: too long"),
        }
    }
}

#[test]
fn a_group_names_every_act_that_it_decides() {
    let claims = ground().claims(&theorem(&["identity", "session.open"], None, "context.card_presented")).unwrap();
    let acts: Vec<&str> = claims.iter().map(Claim::act).collect();
    let identity = ["identity.extract", "identity.import", "identity.print", "identity.search", "identity.show"];
    assert_eq!(acts, [identity.as_slice(), &["session.open"]].concat());
}

#[test]
fn what_is_no_claim_is_refused() {
    let ground = ground();
    let wrong = |acts: &[&str], given, then| ground.claims(&theorem(acts, given, then)).unwrap_err();
    assert!(matches!(wrong(&["entry.fly"], None, "true"), GateError::Invalid(_)));
    assert!(matches!(wrong(&["session.open"], None, "context.badge_worn"), GateError::Invalid(_)));
    assert!(matches!(wrong(&["session.open"], None, "context.card_state > 1"), GateError::Invalid(_)));
    assert!(matches!(wrong(&["session.open"], None, "context."), GateError::Unreadable { .. }));
    // Not an expression, though it would make a policy.
    let two = "true }; permit(principal, action, resource) when { true";
    assert!(matches!(wrong(&["session.open"], None, two), GateError::Unreadable { .. }));
    assert!(matches!(wrong(&["session.open"], Some("true } unless { false"), "true"), GateError::Unreadable { .. }));
}

#[test]
fn the_cedar_form_is_what_the_gate_was_made_of() {
    let ground = ground();
    let environments: Vec<_> = ground.schema().request_envs().collect();
    for act in ground.gate().profile().vocabulary.acts.keys() {
        assert!(environments.contains(&ground.environment(act).unwrap()), "{act}");
        let speaks = |policy: &&crate::PolicyInfo| policy.acts.iter().any(|other| other.as_ref() == act);
        let ours: BTreeSet<&str> = ground.gate().policies().iter().filter(speaks).map(|p| p.id.as_ref()).collect();
        let cedars = ground.policies(act).unwrap();
        let cedars: BTreeSet<String> = cedars.policies().map(|policy| policy.id().to_string()).collect();
        assert_eq!(ours, cedars.iter().map(String::as_str).collect::<BTreeSet<_>>(), "{act}");
    }
}

/// Every single thing that can be taken away from a policy, by hand.
#[test]
fn mutants_of_a_policy() {
    let all = ground().mutants();
    let told = |policy: &str| -> Vec<String> {
        let of = all.iter().filter(|mutant| mutant.policy.as_ref() == policy);
        of.map(|mutant| format!("{:?} {}", mutant.change, mutant.what)).collect()
    };
    assert_eq!(
        told("entry.staff_id"),
        [
            "Policy entry.staff_id",
            r#"Clause when { ["densan"].contains(context.room) && context.entrant_is_employee }"#,
            r#"Condition ["densan"].contains(context.room)"#,
            "Condition context.entrant_is_employee",
            "Clause unless { context.staff_id_shown }",
        ]
    );
    let clock = "context.clock_behind_s <= context.clock_behind_max_s";
    assert_eq!(
        told("clock.behind"),
        ["Policy clock.behind".to_owned(), format!("Clause unless {{ {clock} }}"), format!("Comparison {clock}")]
    );
    assert_eq!(
        told("history.export"),
        [
            r#"Clause when { ["access_manager", "auditor"].contains(context.capacity) }"#,
            r#"Element "access_manager""#,
            r#"Element "auditor""#,
        ]
    );
    assert!(
        all.iter()
            .all(|mutant| mutant.change.deletes() != matches!(mutant.change, Change::Element | Change::Comparison))
    );
}

/// A mutant decides differently only where its policy speaks, and the cases or a claim see it.
#[test]
fn a_mutant_is_a_gate_with_one_thing_less() {
    let ground = ground();
    let mutants = ground.mutants();
    let mutant = mutants.iter().find(|m| m.policy.as_ref() == "card.required" && m.change == Change::Policy).unwrap();
    let mutated = ground.mutated(mutant).unwrap();
    let count = |ground: &Ground| ground.policies("session.open").unwrap().policies().count();
    assert_eq!(count(&mutated) + 1, count(&ground));
    let theorem = theorem(&["session.open"], None, "context.card_presented");
    assert!(matches!(ground.claims(&theorem).unwrap()[0].refute(), Found::Nothing));
    assert!(matches!(mutated.claims(&theorem).unwrap()[0].refute(), Found::Sheet(_)));
    assert!(ground.failing_case(&mutant.acts).is_none());
    assert!(mutated.failing_case(&mutant.acts).is_some());
}

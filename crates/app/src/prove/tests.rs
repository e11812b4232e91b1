#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use super::*;
use crate::profiles;

/// The shipped profiles with their theorems.
fn grounds() -> Vec<(Ground, Theorems)> {
    let grounds: Vec<_> = profiles::shipped()
        .iter()
        .map(|key| profiles::source(key).unwrap().profile().unwrap())
        .map(|profile| (profile.theorems.clone(), Ground::new(Arc::new(profile)).unwrap()))
        .map(|(theorems, ground)| (ground, theorems))
        .collect();
    assert!(grounds.iter().any(|(ground, _)| ground.gate().profile().settings.key == "nishimeya"));
    grounds
}

fn village() -> (Ground, Theorems) {
    grounds().into_iter().find(|(ground, _)| ground.gate().profile().settings.key == "nishimeya").unwrap()
}

/// What came out, without the example: there may be many, and each way finds its own.
fn said(proofs: &[Proof]) -> Vec<(String, &'static str)> {
    let word = |proof: &Proof| match &proof.outcome {
        Outcome::Proved => "proved",
        Outcome::Refuted(_) => "refuted",
        Outcome::Undecided(cause) => panic!("{}: {cause}", proof.theorem.id),
    };
    proofs.iter().map(|proof| (proof.theorem.id.clone(), word(proof))).collect()
}

#[test]
fn every_theorem_is_proved_for_all_requests_and_both_ways_agree() {
    assert!(version().is_some(), "cvc5 is needed: see scripts/install");
    for (ground, theorems) in grounds() {
        let proofs = prove(&ground, &theorems.theorems, Method::Solver).unwrap();
        for proof in &proofs {
            assert_eq!(proof.outcome, Outcome::Proved, "{}: {}", proof.theorem.id, proof.theorem.says);
            assert!(proof.acts > 0);
        }
        assert_eq!(said(&proofs), said(&prove(&ground, &theorems.theorems, Method::Bounded).unwrap()));
    }
}

/// Where theorems hold both ways say so; only where they do not is there something to disagree on.
#[test]
fn both_ways_agree_on_mutants() {
    let (ground, theorems) = village();
    let few_acts = |mutant: &sekisho_gate::proof::Mutant| mutant.acts.len() <= 3;
    let acts_of = |theorem: &Theorem| -> Vec<String> {
        ground.claims(theorem).unwrap().iter().map(|claim| claim.act().to_owned()).collect()
    };
    let acts: Vec<Vec<String>> = theorems.theorems.iter().map(acts_of).collect();
    let mut seen = BTreeSet::new();
    for mutant in ground.mutants().into_iter().filter(few_acts).step_by(17) {
        let mutated = ground.mutated(&mutant).unwrap();
        let touched = |(theorem, acts): (&Theorem, &Vec<String>)| {
            let acts: Vec<String> = acts.iter().filter(|act| mutant.acts.contains(*act)).cloned().collect();
            (!acts.is_empty()).then(|| Theorem { acts, ..theorem.clone() })
        };
        let theorems: Vec<Theorem> = theorems.theorems.iter().zip(&acts).filter_map(touched).collect();
        let all = said(&prove(&mutated, &theorems, Method::Solver).unwrap());
        assert_eq!(all, said(&prove(&mutated, &theorems, Method::Bounded).unwrap()), "{mutant:?}");
        seen.extend(all.into_iter().map(|(_, word)| word));
    }
    assert_eq!(seen, BTreeSet::from(["proved", "refuted"]));
}

#[test]
fn every_article_that_a_policy_cites_has_a_theorem() {
    for (ground, theorems) in grounds() {
        let missing: Vec<String> =
            without_theorem(&ground, &theorems).iter().map(|article| article.id.to_string()).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", ground.gate().profile().settings.key);
        for theorem in &theorems.theorems {
            for place in &theorem.articles {
                assert!(ground.gate().profile().article(place).is_some(), "{}: {place}", theorem.id);
            }
        }
        // An exception that is not needed any more goes.
        for exempt in &theorems.exempt {
            let rest = theorems.exempt.iter().filter(|other| *other != exempt).cloned().collect();
            let without = Theorems { theorems: theorems.theorems.clone(), exempt: rest };
            assert!(!without_theorem(&ground, &without).is_empty(), "{}", exempt.article);
        }
    }
}

#[test]
fn a_false_theorem_is_refuted_in_words() {
    let (ground, theorems) = village();
    let mut theorem = theorems.theorems.iter().find(|theorem| theorem.id == "operator.signs_in").unwrap().clone();
    theorem.given = None;
    for method in [Method::Solver, Method::Bounded] {
        let proofs = prove(&ground, std::slice::from_ref(&theorem), method).unwrap();
        let Outcome::Refuted(all) = &proofs.first().unwrap().outcome else { panic!("{method:?}: {proofs:?}") };
        let one = all.first().unwrap();
        assert_eq!(
            (one.act.as_str(), one.policies.as_slice()),
            ("session.open", ["session.open".to_owned()].as_slice())
        );
        let first = one.facts.first().unwrap();
        assert!(first.of_theorem);
        assert_eq!(first.phrase, "操作者に指定されていないこと");
        let phrases: Vec<&str> = one.facts.iter().map(|told| told.phrase.as_str()).collect();
        assert!(phrases.contains(&"端末の区分が「事務用端末」であること"), "{phrases:?}");
        assert!(phrases.contains(&"操作者用ICカードの状態が「貸与中」であること"), "{phrases:?}");
    }
}

/// Every mutant of the village's rules, and every third of the others'.
#[test]
fn a_condition_that_is_taken_away_is_noticed() {
    for (ground, theorems) in grounds() {
        let key = ground.gate().profile().settings.key.clone();
        let step = if key == "nishimeya" { 1 } else { 3 };
        let judged = mutate::judge(&ground, &theorems.theorems, step).unwrap();
        let survivors: Vec<String> = judged
            .iter()
            .filter(|one| one.survived())
            .map(|one| format!("{}: {:?} {}", one.mutant.policy, one.mutant.change, one.mutant.what))
            .collect();
        let score = mutate::score(&judged, true);
        assert!(score.all * step > 150 && score.percent() >= 95.0, "{key}: {score:?}: {survivors:#?}");
        let unsound = |one: &&mutate::Judged| matches!(one.noticed, mutate::Noticed::Unsound(_));
        assert_eq!(judged.iter().filter(unsound).count(), 0, "{key}");
    }
}

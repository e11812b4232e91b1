//! The scenarios of every municipality in the source tree come out as they say.

use std::sync::Arc;

use sekisho_gate::Gate;
use sekisho_regulation::testing;

use super::{Played, Scripts, play};
use crate::kind::Registry;
use crate::kinds::KINDS;
use crate::procedure::Off;

fn gate(key: &str) -> Gate {
    Gate::new(Arc::new(testing::profile(key))).unwrap()
}

fn red(played: &[Played]) -> Vec<String> {
    let red = played.iter().filter(|played| !played.passed());
    red.map(|played| format!("{}「{}」{}", played.file, played.name, played.differences.join(" "))).collect()
}

#[test]
fn every_scenario_comes_out_as_it_says() {
    let registry = Registry::new(KINDS);
    for key in testing::keys() {
        let gate = gate(&key);
        let played = play(&gate, &registry);
        assert_eq!(red(&played), Vec::<String>::new(), "{key}");
        assert!(!played.is_empty(), "{key} has no scenario");
        let mut names: Vec<&str> = played.iter().map(|played| played.name.as_str()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{key}: two scenarios have one name");
    }
}

/// A scenario is red when what it shows is not there: a step, a column, a duty.
#[test]
fn what_is_switched_off_is_noticed() {
    let gate = gate("nishimeya");
    let registry = Registry::new(KINDS);
    let story = "会議の結果に基づいて指示し、回答を受ける";
    let without = |off: Option<Off>| {
        let off = off.map(|off| Registry::with(KINDS, registry.filings().without(off)));
        let registry = off.as_ref().unwrap_or(&registry);
        let played = Scripts::of(gate.profile()).play(&gate, registry, &|name| name.contains("指示"));
        assert!(!played.is_empty(), "no scenario like 「{story}」");
        !red(&played).is_empty()
    };
    assert!(!without(None));
    assert!(without(Some(Off::Step("instruction.issue"))));
    assert!(without(Some(Off::Book("instructions"))));
    assert!(without(Some(Off::Field("instructions", "due"))));
    assert!(without(Some(Off::Duty("instruction.reply"))));
}

/// What is written wrongly is told, and never passes.
#[test]
fn a_scenario_that_is_not_well_written_is_red() {
    let base = testing::files("nishimeya");
    let registry = Registry::new(KINDS);
    for (text, told) in [
        ("[[scenario]]", "name"),
        ("[[scenario]]\nname = \"a\"\nstep = [{ by = \"chief\" }]", "`act`、`duty`、`row`"),
        ("[[scenario]]\nname = \"a\"\nstep = [{ act = \"x.y\", by = \"chief\" }]", "`on`"),
        ("[[scenario]]\nname = \"a\"\nstep = [{ on = \"2026-04-01\", act = \"x.y\", by = \"chief\" }]", "x.y"),
        ("[[scenario]]\nname = \"a\"\nstep = [{ on = \"2026-04-01\", duty = \"x\", state = \"y\" }]", "`state`"),
        ("[[scenario]]\nname = \"a\"\nstep = [{ on = \"2026-04-01\", duty = \"x\", state = \"due\" }]", "`x`がない"),
        ("[[scenario]]\nname = \"a\"\nstep = [{ row = \"$a\" }]", "`$a`"),
    ] {
        let mut files = base.clone();
        files.retain(|name, _| !name.starts_with("scenarios/"));
        files.insert("scenarios/x.toml".to_owned(), text.to_owned());
        let profile = sekisho_regulation::Profile::from_files(&files, &testing::files("national")).unwrap();
        let played = play(&Gate::new(Arc::new(profile)).unwrap(), &registry);
        let said = red(&played).join(" ");
        assert!(said.contains(told), "{text}: {said}");
    }
}

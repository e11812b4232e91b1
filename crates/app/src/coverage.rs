//! Which obligations of a regulation are met by what, and which test shows it.

pub mod mutate;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and tells what it did not look at"
)]
mod tests_codes;

use std::collections::BTreeSet;

use sekisho_gate::Gate;
use sekisho_ledgers::rehearsal::Played;
use sekisho_ledgers::{Registry, rehearsal};
use sekisho_regulation::profile::Obligation;

/// An obligation, looked at.
#[derive(Clone, Debug)]
pub struct Coverage<'p> {
    /// The obligation.
    pub obligation: &'p Obligation,
    /// Names in it that are nowhere: such a row is not met.
    pub unknown: Vec<&'p str>,
}

impl Coverage<'_> {
    /// Whether it is met, by what there is.
    #[must_use]
    pub fn met(&self) -> bool {
        self.obligation.met() && self.unknown.is_empty()
    }
}

/// Looks at every obligation of a gate's profile.
#[must_use]
pub fn of<'g>(gate: &'g Gate, registry: &Registry) -> Vec<Coverage<'g>> {
    let known = Known::of(gate, registry);
    let look = |obligation| Coverage { obligation, unknown: known.missing(gate, obligation) };
    gate.profile().obligations.iter().map(look).collect()
}

/// What there is by name.
struct Known<'r> {
    registry: &'r Registry,
    policies: BTreeSet<String>,
    cases: BTreeSet<String>,
    theorems: BTreeSet<String>,
    scenarios: BTreeSet<String>,
}

impl<'r> Known<'r> {
    fn of(gate: &Gate, registry: &'r Registry) -> Self {
        let played = rehearsal::play(gate, registry).into_iter();
        Self {
            registry,
            scenarios: played.filter(Played::passed).map(|played| played.name).collect(),
            policies: gate.policies().iter().map(|policy| policy.id.to_string()).collect(),
            cases: gate.run_cases().into_iter().filter(|case| case.passed()).map(|case| case.name).collect(),
            theorems: gate.profile().theorems.theorems.iter().map(|theorem| theorem.id.clone()).collect(),
        }
    }

    fn missing<'p>(&self, gate: &Gate, obligation: &'p Obligation) -> Vec<&'p str> {
        let met_by = obligation.by.iter().filter(|name| !self.is_means(gate, name));
        let shown_by = obligation.tests.iter().filter(|name| !self.is_test(name));
        met_by.chain(shown_by).map(String::as_str).collect()
    }

    fn is_means(&self, gate: &Gate, name: &str) -> bool {
        match name.split_once(':') {
            Some(("policy", id)) => self.policies.contains(id),
            Some(("book", view)) => self.registry.view(view).is_some(),
            Some(("act" | "step", act)) => self.registry.act(act).is_some(),
            Some(("field", field)) => field.split_once('.').is_some_and(|(view, column)| {
                self.registry.view(view).is_some_and(|view| view.position(column).is_some())
            }),
            Some(("need", need)) => need.split_once('/').is_some_and(|(act, fact)| {
                let step = self.registry.filings().step(act);
                step.is_some_and(|(_, step)| step.needs.iter().any(|need| need.fact == fact))
            }),
            Some(("duty", name)) => {
                let procedures = self.registry.filings().procedures();
                procedures.periodic().any(|duty| duty.name == name)
                    || procedures.row_duties().any(|(_, duty)| duty.name == name)
            }
            Some(("page", path)) => crate::web::serves(path),
            Some(("setting", path)) => has_setting(gate, path),
            // Documents do not exist yet.
            _ => false,
        }
    }

    /// Tests of the program are checked by a test that reads the source.
    fn is_test(&self, name: &str) -> bool {
        match name.split_once(':') {
            Some(("scenario", name)) => self.scenarios.contains(name),
            Some(("case", case)) => self.cases.contains(case),
            Some(("theorem", id)) => self.theorems.contains(id),
            Some(("test", path)) => path.contains("::"),
            _ => false,
        }
    }
}

/// Whether the profile settles something under this name, such as `council` or `rooms.densan`.
fn has_setting(gate: &Gate, path: &str) -> bool {
    let settings = serde_json::to_value(&gate.profile().settings).unwrap_or_default();
    let mut at = &settings;
    for part in path.split('.') {
        let next = match at {
            serde_json::Value::Array(list) => list.iter().find(|one| {
                ["code", "key", "id", "book"].iter().any(|key| one.get(*key).and_then(|v| v.as_str()) == Some(part))
            }),
            other => other.get(part),
        };
        match next {
            Some(next) if !next.is_null() => at = next,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use sekisho_ledgers::kinds::KINDS;

    use super::*;

    fn gates() -> Vec<Gate> {
        let keys = crate::profiles::shipped();
        let profile = |key: &String| crate::profiles::source(key).unwrap().profile().unwrap();
        keys.iter().map(|key| Gate::new(Arc::new(profile(key))).unwrap()).collect()
    }

    /// Every name in a coverage table is there, and every obligation of an article is in the table.
    #[test]
    fn coverage_names_what_there_is() {
        for gate in gates() {
            let key = &gate.profile().settings.key;
            for row in of(&gate, &Registry::new(KINDS)) {
                assert!(row.unknown.is_empty(), "{key} {}: {:?}", row.obligation.id, row.unknown);
            }
            let listed: BTreeSet<&str> = gate.profile().obligations.iter().map(|o| o.id.as_str()).collect();
            let articles = gate.profile().articles.iter().flat_map(|article| &article.obligations);
            let versions = gate.profile().settings.instruments.iter().flat_map(|i| &i.versions);
            for id in articles.chain(versions.flat_map(|version| &version.obligations)) {
                assert!(listed.is_empty() || listed.contains(id.as_str()), "{key}: {id} is not in the table");
            }
        }
    }

    /// The days of every version, as the texts have them: promulgated, in force, applied.
    #[test]
    fn versions_keep_their_three_dates() {
        type Days = &'static [(&'static str, &'static str, &'static str)];
        let expected: [(&str, Days); 5] = [
            (
                "chiba",
                &[
                    ("2002-08-05", "2002-08-05", "2002-08-05"),
                    ("2002-12-12", "2002-12-12", "2002-12-12"),
                    ("2003-08-25", "2003-08-25", "2003-08-25"),
                    ("2005-04-01", "2005-04-01", "2005-04-01"),
                    ("2006-04-01", "2006-04-01", "2006-04-01"),
                    ("2007-04-01", "2007-04-01", "2007-04-01"),
                ],
            ),
            ("hirakata", &[("2002-08-05", "2002-08-05", "2002-08-05")]),
            ("iida", &[("2022-03-31", "2022-04-01", "2022-04-01")]),
            (
                "nishimeya",
                &[
                    // Applied from a day before it was promulgated (AMB-NM-09).
                    ("2002-08-30", "2002-08-30", "2002-08-05"),
                    ("2016-03-14", "2016-03-14", "2016-03-14"),
                    ("2018-07-12", "2018-07-12", "2018-07-12"),
                    ("2021-03-31", "2021-03-31", "2021-03-31"),
                    ("2023-09-11", "2023-09-11", "2023-09-11"),
                ],
            ),
            ("tosu", &[("2009-04-01", "2009-04-01", "2009-04-01")]),
        ];
        for (key, days) in expected {
            let profile = crate::profiles::source(key).unwrap().profile().unwrap();
            let versions = profile.settings.instruments.iter().flat_map(|instrument| &instrument.versions);
            let found: Vec<_> =
                versions.map(|v| [v.promulgated, v.effective, v.applied].map(|d| d.to_string())).collect();
            let days: Vec<_> = days.iter().map(|(a, b, c)| [*a, *b, *c].map(str::to_owned)).collect();
            assert_eq!(found, days, "{key}");
        }
    }

    /// The tests of the program that a table names are in the source.
    #[test]
    fn coverage_names_tests_that_there_are() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut source = String::new();
        read_all(&root.join("crates"), &mut source);
        for gate in gates() {
            for obligation in &gate.profile().obligations {
                for test in obligation.tests.iter().filter_map(|name| name.strip_prefix("test:")) {
                    let name = test.rsplit("::").next().unwrap();
                    assert!(source.contains(&format!("fn {name}(")), "{}: no test `{test}`", obligation.id);
                }
            }
        }
    }

    fn read_all(dir: &Path, out: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_all(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
}

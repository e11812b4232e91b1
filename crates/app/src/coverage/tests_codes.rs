//! Every code of refusal that the table of obligations names occurs in a golden case of its regulation,
//! with the article of its row in the sentence that the person sees.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use sekisho_gate::{Decision, Gate};
use sekisho_regulation::Citation;

use crate::profiles;

/// The profiles by the beginning of their rows' ids.
const PROFILES: [(&str, &str); 5] =
    [("CB", "chiba"), ("HK", "hirakata"), ("ID", "iida"), ("NM", "nishimeya"), ("TS", "tosu")];

/// Names in the column that are no refusals, with what they are.
const NO_REFUSALS: [(&str, &str); 17] = [
    ("BACKUP_OVERDUE", "a reminder"),
    ("CARD_STOCK_LOSS", "a kind of incident"),
    ("DEGRADED_OPERATION", "a step of an incident"),
    ("ERASE_REQUEST", "an item of a demand"),
    ("EXTERNAL_CONTAINMENT", "a step of an incident"),
    ("FIRST_RESPONSE", "a step of an incident"),
    ("HSM_SETUP_DISK", "a kind of asset"),
    ("ID_CARD_LOSS", "a kind of incident"),
    ("INCIDENT_REPORT", "a clause of a contract"),
    ("JUKI_CARD", "a document of rules"),
    ("LOG_ANALYSIS", "a duty"),
    ("NO_CONNECT", "an item of a demand"),
    ("NO_COPY", "a clause of a contract"),
    ("NO_OTHER_USE", "a clause of a contract"),
    ("PRINT_FAIL", "a reason of a disposal"),
    ("SECONDARY_PREVENTION", "a step of an incident"),
    ("WRITE_FAIL", "a reason of a disposal"),
];

/// Refusals that are no decisions of the gate, with what shows them instead.
const NO_DECISIONS: [(&str, &str); 2] = [
    ("CHAIN_BROKEN", "what verifying finds is no act: the program's test of changed bytes names the place"),
    (
        "HISTORY_UNAVAILABLE",
        "where nothing can be recorded nothing is decided: the program's test of a full disk has it",
    ),
];

/// A row of the table.
struct Row {
    id: String,
    codes: Vec<String>,
}

fn table() -> Option<Vec<Row>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/requirements/obligations.csv");
    if !file.exists() {
        eprintln!("not looked at: the table of obligations is not beside the project ({})", file.display());
        return None;
    }
    let mut table = csv::Reader::from_path(file).unwrap();
    let at = |name: &str, headers: &csv::StringRecord| headers.iter().position(|one| one == name).unwrap();
    let headers = table.headers().unwrap().clone();
    let (id, behaviour) = (at("id", &headers), at("system_behaviour", &headers));
    let rows = table.records().map(|row| {
        let row = row.unwrap();
        let words = row[behaviour].split(|c: char| !c.is_ascii_uppercase() && c != '_');
        let codes = words.filter(|word| word.trim_matches('_').contains('_')).map(str::to_owned).collect();
        Row { id: row[id].to_owned(), codes }
    });
    Some(rows.collect())
}

/// Whether a refusal tells the person an article of the row: any of the regulation, where the row has none.
fn tells(gate: &Gate, decision: &Decision, place: Option<&Citation>) -> bool {
    let of_row = |cited: &&Citation| {
        place.is_none_or(|place| (&place.instrument, &place.article) == (&cited.instrument, &cited.article))
    };
    let own = |cited: &&Citation| gate.profile().article(cited).is_some();
    let mut cited = decision.articles.iter().filter(of_row).filter(own);
    cited.any(|cited| decision.sentence.contains(&cited.place_ja()))
}

#[test]
fn every_code_of_the_table_is_in_a_golden_case_with_its_article() {
    let Some(rows) = table() else { return };
    let listed = |list: &[(&str, &str)], code: &str| list.iter().any(|(known, _)| *known == code);
    let elsewhere = |code: &str| listed(&NO_REFUSALS, code) || listed(&NO_DECISIONS, code);
    let (mut seen, mut refused, mut missing) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (prefix, key) in PROFILES {
        let gate = Gate::new(Arc::new(profiles::source(key).unwrap().profile().unwrap())).unwrap();
        let cases = gate.run_cases();
        assert!(cases.iter().all(|case| case.passed()), "{key}: a golden case is red");
        let decided: Vec<&Decision> = cases.iter().filter_map(|case| case.decision.as_ref()).collect();
        refused.extend(decided.iter().filter(|one| !one.allowed).map(|one| one.code.to_string()));
        for row in rows.iter().filter(|row| row.id.starts_with(prefix)) {
            let obligation = gate.profile().obligations.iter().find(|one| one.id == row.id).unwrap();
            seen.extend(row.codes.iter().cloned());
            for code in row.codes.iter().filter(|code| !elsewhere(code)) {
                let with_code = || decided.iter().filter(|one| !one.allowed && *one.code == **code);
                if !with_code().any(|one| tells(&gate, one, obligation.cite.as_ref())) {
                    let cites: BTreeSet<String> =
                        with_code().flat_map(|one| one.articles.iter().map(ToString::to_string)).collect();
                    missing.push(format!("{} {code}: {cites:?}", row.id));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no golden case with an article of the row: {missing:#?}");
    for (code, what) in NO_REFUSALS.iter().chain(&NO_DECISIONS) {
        assert!(seen.contains(*code), "the table does not name {code} ({what})");
        assert!(!refused.contains(*code), "{code} is a refusal after all, and not {what}");
    }
    assert!(seen.len() > 160, "{} codes", seen.len());
}

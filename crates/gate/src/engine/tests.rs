//! The village's gate as a whole.

use crate::fixture;

#[test]
fn golden_cases_hold() {
    let results = fixture::gate().run_cases();
    let failed: Vec<String> = results
        .iter()
        .filter(|case| !case.passed())
        .map(|case| format!("{} {}: {}", case.file, case.name, case.differences.join(" / ")))
        .collect();
    assert!(failed.is_empty(), "{}\n", failed.join("\n"));
    assert!(results.len() >= 100, "{}", results.len());
}

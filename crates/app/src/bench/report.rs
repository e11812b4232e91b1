//! What was measured, for people and for programs.

use serde::Serialize;

use super::figures::{Spread, ns, rate, time, times};
use super::machine::Machine;

/// All that was measured in one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The machine.
    pub machine: Machine,
    /// Whether it was a quick look with a tenth of the work.
    pub quick: bool,
    /// Whether the program was built with what it is compared with.
    pub peers: bool,
    /// One for each benchmark.
    pub sections: Vec<Section>,
}

/// A benchmark.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Section {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What was measured, side by side.
    pub rows: Vec<Row>,
    /// What should be reached, and whether it is.
    pub goals: Vec<Goal>,
    /// What has to be known to read the figures.
    pub notes: Vec<String>,
    /// How long it took in all.
    pub seconds: f64,
}

/// Something measured.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Rows of one group do the same work; ratios are within it.
    pub group: String,
    /// Name for programs.
    pub id: String,
    /// Name for people.
    pub what: String,
    /// Whether it is this program that does the work.
    pub ours: bool,
    /// The time of one piece of work.
    pub spread: Option<Spread>,
    /// Pieces of work in a second, where several are done at once.
    pub per_second: Option<f64>,
    /// How many times more ours does in the same time; below 1 when it does less. 1 for ours.
    pub ratio: Option<f64>,
}

/// Something that should be reached.
#[derive(Clone, Debug, Serialize)]
pub struct Goal {
    /// What.
    pub goal: String,
    /// What was measured.
    pub measured: String,
    /// Whether it is reached; none when it could not be measured.
    pub met: Option<bool>,
    /// What holds it back, if it is not reached.
    pub held_back: Option<String>,
}

impl Row {
    /// A row of times.
    pub(crate) fn times(group: &str, id: &str, what: &str, spread: Spread) -> Self {
        let (group, id, what) = (group.to_owned(), id.to_owned(), what.to_owned());
        Self { group, id, what, ours: false, spread: Some(spread), per_second: None, ratio: None }
    }

    /// A row of a rate with the times of single pieces.
    pub(crate) fn rate(group: &str, id: &str, what: &str, per_second: f64, spread: Option<Spread>) -> Self {
        let (group, id, what) = (group.to_owned(), id.to_owned(), what.to_owned());
        Self { group, id, what, ours: false, spread, per_second: Some(per_second), ratio: None }
    }

    /// The row with which the others of its group are compared.
    pub(crate) fn ours(self) -> Self {
        Self { ours: true, ..self }
    }

    /// Pieces of work in a second, one after the other if nothing else is said.
    fn speed(&self) -> Option<f64> {
        self.per_second.or_else(|| self.spread.map(|spread| 1e9 / spread.mean_ns.max(1e-3)))
    }
}

impl Section {
    /// A benchmark without figures yet.
    pub(crate) fn new(name: &'static str, title: &'static str) -> Self {
        Self { name, title, ..Self::default() }
    }

    /// The row with this group and name.
    pub(crate) fn row(&self, group: &str, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.group == group && row.id == id)
    }

    /// The 99th percentile of a row, in ns.
    pub(crate) fn p99(&self, group: &str, id: &str) -> Option<f64> {
        self.row(group, id)?.spread.map(|spread| ns(spread.p99_ns))
    }

    /// The mean of a row, in ns.
    pub(crate) fn mean(&self, group: &str, id: &str) -> Option<f64> {
        self.row(group, id)?.spread.map(|spread| spread.mean_ns)
    }

    /// The rate of a row.
    pub(crate) fn speed(&self, group: &str, id: &str) -> Option<f64> {
        self.row(group, id)?.speed()
    }

    /// Brings the rows of each group together, in the order in which the groups first came, and fills
    /// in the ratios: each row against the first of ours in its group.
    pub(crate) fn compare(&mut self) {
        let mut groups: Vec<String> = self.rows.iter().map(|row| row.group.clone()).collect();
        let mut seen = std::collections::BTreeSet::new();
        groups.retain(|group| seen.insert(group.clone()));
        self.rows.sort_by_key(|row| groups.iter().position(|group| *group == row.group));
        let ours: Vec<(String, f64)> =
            self.rows.iter().filter(|row| row.ours).filter_map(|row| Some((row.group.clone(), row.speed()?))).collect();
        for row in &mut self.rows {
            let base = ours.iter().find(|(group, _)| *group == row.group);
            row.ratio = base.zip(row.speed()).map(|((_, ours), theirs)| ours / theirs.max(1e-9));
        }
    }

    /// Adds a goal: `value` should be at most `limit`.
    pub(crate) fn at_most(&mut self, goal: &str, value: Option<f64>, limit: f64, unit: fn(f64) -> String, held: &str) {
        self.goal(goal, value, value.map(|value| value <= limit), unit, held);
    }

    /// Adds a goal: `value` should be at least `limit`.
    pub(crate) fn at_least(&mut self, goal: &str, value: Option<f64>, limit: f64, unit: fn(f64) -> String, held: &str) {
        self.goal(goal, value, value.map(|value| value >= limit), unit, held);
    }

    fn goal(&mut self, goal: &str, value: Option<f64>, met: Option<bool>, unit: fn(f64) -> String, held: &str) {
        let measured = value.map_or_else(|| "測定なし（peersなしで作られたプログラム）".to_owned(), unit);
        let held_back = (met == Some(false)).then(|| held.to_owned());
        self.goals.push(Goal { goal: goal.to_owned(), measured, met, held_back });
    }
}

impl Report {
    /// The report for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = self.machine.lines();
        if self.quick {
            lines.push("※ --quick による簡易測定です。作業量は10分の1で、値は粗くなります。".to_owned());
        }
        if !self.peers {
            lines.push(
                "※ このプログラムには比較の相手（cedar-policy、regorus、PostgreSQLとSQLiteへの単純な追記）が入っていません。\
                 `make bench`で、相手と並べて測定できます。"
                    .to_owned(),
            );
        }
        for section in &self.sections {
            lines.push(String::new());
            lines.push(format!("■ {} — {}（{:.0}秒）", section.name, section.title, section.seconds));
            lines.extend(section.lines());
        }
        lines.join("\n")
    }

    /// Whether every goal that was measured is reached.
    #[must_use]
    pub fn all_met(&self) -> bool {
        self.sections.iter().flat_map(|section| &section.goals).all(|goal| goal.met != Some(false))
    }
}

impl Section {
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut group = None;
        for row in &self.rows {
            if group != Some(&row.group) {
                group = Some(&row.group);
                lines.push(format!("  [{}]", row.group));
                lines
                    .push(table_line(["", "毎秒", "平均", "p50", "p99", "p99.9", "本方式は何倍か"].map(str::to_owned)));
            }
            lines.push(table_line(row.cells()));
        }
        for goal in &self.goals {
            let verdict = match goal.met {
                Some(true) => "達成",
                Some(false) => "未達",
                None => "—",
            };
            lines.push(format!("  目標 {verdict}: {} → {}", goal.goal, goal.measured));
            lines.extend(goal.held_back.iter().map(|why| format!("       妨げているもの: {why}")));
        }
        lines.extend(self.notes.iter().map(|note| format!("  ・{note}")));
        lines
    }
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let of = |pick: fn(&Spread) -> f64| self.spread.as_ref().map_or_else(String::new, |spread| time(pick(spread)));
        [
            format!("{}{}", if self.ours { "▶" } else { "　" }, self.what),
            self.per_second.map_or_else(String::new, rate),
            of(|s| s.mean_ns),
            of(|s| ns(s.p50_ns)),
            of(|s| ns(s.p99_ns)),
            of(|s| ns(s.p999_ns)),
            self.ratio.map_or_else(String::new, times),
        ]
    }
}

/// Columns that line up where a Japanese character is two cells wide.
fn table_line(cells: [String; 7]) -> String {
    const WIDTHS: [usize; 7] = [58, 12, 11, 11, 11, 11, 15];
    let mut line = "   ".to_owned();
    for (place, (cell, width)) in cells.into_iter().zip(WIDTHS).enumerate() {
        let spaces = " ".repeat(width.saturating_sub(cells_wide(&cell)));
        line.push_str(&if place == 0 { format!("{cell}{spaces}") } else { format!("{spaces}{cell}") });
    }
    line.trim_end().to_owned()
}

fn cells_wide(text: &str) -> usize {
    let wide = |c: char| ('\u{1100}'..='\u{115f}').contains(&c) || ('\u{2e80}'..='\u{ffdc}').contains(&c);
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn spread(us: u64) -> Spread {
        Spread::of(vec![Duration::from_micros(us); 10])
    }

    #[test]
    fn ratios_are_within_a_group_and_against_ours() {
        let mut section = Section::new("decide", "判定");
        section.rows.push(Row::times("a", "theirs", "相手", spread(50)));
        section.rows.push(Row::times("c", "alone", "比べない", spread(1)));
        section.rows.push(Row::times("a", "ours", "本方式", spread(5)).ours());
        section.rows.push(Row::rate("b", "ours", "本方式", 100.0, None).ours());
        section.rows.push(Row::rate("b", "theirs", "相手", 400.0, None));
        section.compare();
        let ratios: Vec<Option<f64>> = section.rows.iter().map(|row| row.ratio.map(|r| (r * 100.0).round())).collect();
        assert_eq!(ratios, [Some(1000.0), Some(100.0), None, Some(100.0), Some(25.0)]);
    }

    #[test]
    fn a_goal_that_is_missed_says_what_holds_it_back() {
        let mut section = Section::new("decide", "判定");
        section.at_most("速い", Some(6e3), 5e3, time, "遅い部品");
        section.at_least("多い", Some(6e3), 5e3, rate, "遅い部品");
        section.at_least("比べる", None, 5.0, times, "");
        let met: Vec<Option<bool>> = section.goals.iter().map(|goal| goal.met).collect();
        assert_eq!(met, [Some(false), Some(true), None]);
        let text = section.lines().join("\n");
        assert!(text.contains("未達: 速い → 6.00 µs") && text.contains("遅い部品"), "{text}");
        assert_eq!(text.matches("妨げ").count(), 1);
    }
}

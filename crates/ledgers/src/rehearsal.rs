//! Scenarios: what happens one after another under a regulation, played with real books and the gate,
//! without a store. The format stands in `docs/books.md`.
//!
//! A scenario is to the books what a golden case is to the gate: data of a profile, run whenever the
//! profile is checked, and red when the mechanism that it shows is taken away.

mod script;
#[cfg(test)]
mod tests;
mod town;

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_gate::{Decision, Fact, Gate};
use sekisho_regulation::profile::Plain;
use sekisho_regulation::{Date, Profile};
use serde_json::Value as Json;

use crate::books::{Books, Registers as _, RowChange, Shelf};
use crate::event::{Act, Actor, Asked, Body, Event, Given};
use crate::kind::{Ask, Registry};
use crate::procedure::duties;
use crate::spec::{ActSpec, ColumnKind, FieldKind, Form, View as _, ViewSpec};
use crate::value::Value;
use script::{AsText as _, Scenario, Step};

/// How a scenario went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// The file it stands in.
    pub file: String,
    /// Its name.
    pub name: String,
    /// What came out otherwise than expected, each with the number of the step; empty when it passed.
    pub differences: Vec<String>,
    /// Acts and the codes with which they were refused, for what a coverage table claims.
    pub refused: Vec<(String, String)>,
}

impl Played {
    /// Whether everything came out as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Plays every scenario of a gate's profile.
#[must_use]
pub fn play(gate: &Gate, registry: &Registry) -> Vec<Played> {
    Scripts::of(gate.profile()).play(gate, registry, &|_| true)
}

/// The scenarios of a profile, read once to be played many times.
#[derive(Debug)]
pub struct Scripts {
    /// Each with the file it stands in.
    scenarios: Vec<(String, Scenario)>,
    /// Files that cannot be read: each is a scenario that failed.
    unread: Vec<Played>,
}

impl Scripts {
    /// Reads every file of scenarios.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let mut all = Self { scenarios: Vec::new(), unread: Vec::new() };
        for (file, text) in &profile.scenarios {
            match script::read(text) {
                Ok(scenarios) => all.scenarios.extend(scenarios.into_iter().map(|one| (file.clone(), one))),
                Err(cause) => all.unread.push(Played {
                    file: file.clone(),
                    name: "（読めないファイル）".to_owned(),
                    differences: vec![cause],
                    refused: Vec::new(),
                }),
            }
        }
        all
    }

    /// Plays those that are wanted by name.
    #[must_use]
    pub fn play(&self, gate: &Gate, registry: &Registry, wanted: &dyn Fn(&str) -> bool) -> Vec<Played> {
        let chosen = self.scenarios.iter().filter(|(_, scenario)| wanted(&scenario.name));
        let played = chosen.map(|(file, scenario)| Stage::new(gate, registry).play(file, scenario));
        played.chain(self.unread.iter().cloned()).collect()
    }
}

/// Where a scenario is played.
struct Stage<'a> {
    gate: &'a Gate,
    registry: &'a Registry,
    books: Books,
    /// Rows of journals, by view.
    journals: BTreeMap<&'static str, Vec<Vec<Value>>>,
    /// Personal texts by event.
    texts: BTreeMap<u64, Body>,
    /// What scenarios call the rows that they opened.
    names: BTreeMap<String, String>,
    next: u64,
    last_ms: i64,
}

impl<'a> Stage<'a> {
    fn new(gate: &'a Gate, registry: &'a Registry) -> Self {
        Self {
            gate,
            registry,
            books: Books::default(),
            journals: BTreeMap::new(),
            texts: BTreeMap::new(),
            names: BTreeMap::new(),
            next: 0,
            last_ms: 0,
        }
    }

    fn profile(&self) -> &'a Profile {
        self.gate.profile()
    }

    fn play(mut self, file: &str, scenario: &Scenario) -> Played {
        let mut differences = Vec::new();
        let mut refused = Vec::new();
        if let Some(first) = scenario.steps.iter().find_map(Step::at_ms) {
            town::people(&mut self, Date::in_japan(first).plus_days(-1));
        }
        for (at, step) in scenario.steps.iter().enumerate() {
            let outcome = match step {
                Step::Act(act) => self.act(act, &mut refused),
                Step::Duty(duty) => self.duty(duty),
                Step::Row(row) => self.row(row),
            };
            if let Err(cause) = outcome {
                differences.push(format!("{}番目: {cause}", at + 1));
                // What follows rests on what did not come about.
                break;
            }
        }
        Played { file: file.to_owned(), name: scenario.name.clone(), differences, refused }
    }

    /// `$name`, `@role` and `@post:code` in a value.
    fn word(&self, text: &str) -> Result<String, String> {
        let one = |word: &str| match (word.strip_prefix('$'), word.strip_prefix('@')) {
            (Some(name), _) => {
                self.names.get(name).cloned().ok_or_else(|| format!("`${name}`という行はまだありません"))
            }
            (_, Some(who)) => self.whom(who),
            _ => Ok(word.to_owned()),
        };
        if !text.starts_with(['$', '@']) {
            return Ok(text.to_owned());
        }
        text.split(' ').map(one).collect::<Result<Vec<_>, _>>().map(|words| words.join(" "))
    }

    fn whom(&self, who: &str) -> Result<String, String> {
        town::holder(self.profile(), who).ok_or_else(|| format!("`{who}`という役割も職もありません"))
    }

    fn act(&mut self, step: &script::ActStep, refused: &mut Vec<(String, String)>) -> Result<(), String> {
        let entry = self.registry.act(&step.act).ok_or_else(|| format!("操作`{}`はありません", step.act))?;
        let mut form = Form::new();
        for (name, value) in &step.with {
            if !entry.spec.fields.iter().any(|field| field.name == name) {
                return Err(format!("操作`{}`に欄`{name}`はありません", step.act));
            }
            form.insert(name.clone(), self.word(&value.text())?);
        }
        self.offered(entry.spec, &form)?;
        let asked = entry.read(&form).map_err(|errors| {
            let sentences: Vec<String> = errors.into_iter().map(|error| error.sentence).collect();
            sentences.join(" ")
        })?;
        let person = self.whom(&step.by)?;
        let capacity = match step.by.split_once("post:") {
            Some(("", _)) => "operator".to_owned(),
            // `security_officer/post:CODE`: the role through that post.
            Some((role, _)) => role.trim_end_matches('/').to_owned(),
            None => step.by.clone(),
        };
        let decision = self.submit(asked, &person, &capacity, step)?;
        let code = step.code.as_deref();
        if !decision.allowed {
            refused.push((step.act.clone(), decision.code.to_string()));
        }
        match (decision.allowed, code) {
            (true, Some(code)) => return Err(format!("{}は断られる（{code}）はずが、許された", step.act)),
            (false, None) => return Err(format!("{}が断られた: {} {}", step.act, decision.code, decision.sentence)),
            (false, Some(code)) if *decision.code != *code => {
                return Err(format!("{}を断る符号は{code}のはずが、{} {}", step.act, decision.code, decision.sentence));
            }
            _ => {}
        }
        let cited: Vec<String> = decision.articles.iter().map(ToString::to_string).collect();
        match step.cites.iter().find(|cite| !cited.contains(cite)) {
            Some(cite) => Err(format!("{}の根拠に{cite}がない: {}", step.act, cited.join(" "))),
            None => Ok(()),
        }
    }

    /// Whether the codes are among those that the municipality's forms offer, as far as lists of the
    /// books and of its settings go.
    fn offered(&self, spec: &ActSpec, form: &Form) -> Result<(), String> {
        for field in spec.fields {
            let (FieldKind::Code(list) | FieldKind::Codes(list)) = field.kind else { continue };
            let Some(codes) = self.registry.filings().procedures().codes(list) else { continue };
            let text = form.get(field.name).map_or("", String::as_str);
            let known = |code: &&str| codes.iter().any(|(one, _)| one == code);
            if let Some(code) = text.split(' ').find(|code| !code.is_empty() && !known(code)) {
                return Err(format!("`{}`に`{code}`という選択肢はありません", field.name));
            }
        }
        Ok(())
    }

    fn submit(
        &mut self,
        asked: Asked,
        person: &str,
        capacity: &str,
        step: &script::ActStep,
    ) -> Result<Decision, String> {
        let name = asked.act;
        let by = Actor {
            person: Some(person.to_owned()),
            capacity: Some(capacity.to_owned()),
            session: Some(format!("s-{person}")),
            ..Actor::default()
        };
        let mut facts = self.settled(name);
        if step.by.starts_with("post:") {
            facts.push(("capacity_held", Fact::Bool(true)));
        }
        for (fact, plain) in &step.facts {
            let fact: &'static str = self
                .gate
                .profile()
                .vocabulary
                .facts
                .keys()
                .find(|known| *known == fact)
                .map_or_else(|| Err(format!("事実`{fact}`はありません")), |known| Ok(town::stay(known)))?;
            facts.push((fact, fact_of(plain)));
        }
        let act = Act { asked, by, given: Given { facts, ..Given::default() }, effects: Vec::new() };
        let mut sheet = self.gate.sheet(name).ok_or_else(|| format!("操作`{name}`は規則にありません"))?;
        let ask = Ask {
            act: &act,
            books: &self.books,
            profile: self.gate.profile(),
            now_ms: step.at_ms,
            last_ms: self.last_ms,
        };
        self.registry.facts(&ask, &mut sheet);
        let decision = self.gate.decide(&sheet).decision().clone();
        let mut body = act.asked.public.clone();
        body.extend(self.registry.complete(&ask));
        let private = act.asked.private.clone();
        let key = self.record(name, act.by, body, private, step.at_ms, &decision);
        if let (Some(alias), true) = (&step.alias, decision.allowed) {
            self.names.insert(alias.clone(), key);
        }
        Ok(decision)
    }

    /// What a signed-in person at a registered terminal has established, as far as the act asks.
    fn settled(&self, act: &str) -> Vec<(&'static str, Fact)> {
        let vocabulary = &self.profile().vocabulary;
        let truly = ["capacity", "capacity_held", "person_in_office", "clock_behind_s", "clock_behind_max_s"];
        let groups = ["session", "sign_in", "card_live", "factors", "operating"];
        let names = groups.iter().filter_map(|group| vocabulary.groups.get(*group)).flatten();
        let usual = self.profile().usual(act);
        let given = names.filter(|name| !truly.contains(&name.as_str()));
        given.filter_map(|name| Some((town::stay(name), fact_of(usual.get(name)?)))).collect()
    }

    /// Records an event and folds it; gives the key of the row that it opened.
    fn record(&mut self, act: &str, by: Actor, body: Body, private: Body, at_ms: i64, decision: &Decision) -> String {
        let seq = self.next;
        self.next += 1;
        self.last_ms = self.last_ms.max(at_ms);
        let event = Event {
            seq,
            at_ms,
            act: act.into(),
            by,
            profile: Arc::from(self.profile().digest.as_str()),
            allowed: decision.allowed,
            code: decision.code.clone(),
            cites: decision.articles.iter().map(ToString::to_string).collect(),
            body,
            private: (!private.is_empty()).then(|| "digest".to_owned()),
        };
        let opened = self.fold(&event);
        self.texts.insert(seq, private);
        opened
    }

    /// Folds an event; gives the key of the row that it opened.
    fn fold(&mut self, event: &Event) -> String {
        let mut shelf = Shelf::new(&self.books);
        self.registry.fold(event, &mut shelf);
        let changes = shelf.into_changes();
        for change in &changes {
            if let RowChange::Add { view, row } | RowChange::Close { view, row, .. } = change {
                self.journals.entry(view).or_default().push(row.clone());
            }
        }
        let opened = changes.iter().find_map(|change| match change {
            RowChange::Put { view, key, .. } | RowChange::Close { view, key, .. } => {
                let new = *view != duties::Done::SPEC.name && self.books.row(view, key).is_none();
                new.then(|| key.clone())
            }
            RowChange::Remove { .. } | RowChange::Add { .. } => None,
        });
        self.books.apply(changes);
        opened.unwrap_or_default()
    }

    fn duty(&self, step: &script::DutyStep) -> Result<(), String> {
        let today = Date::in_japan(step.at_ms);
        let of = step.of.as_deref().map(|of| self.word(of)).transpose()?;
        let all = duties::due(self.registry.filings(), &self.books, self.profile(), today);
        let mut found = all.iter().filter(|due| {
            let about = due.row.as_ref().map(|(_, key)| key).or(due.scope.as_ref());
            due.duty == step.duty && (of.is_none() || about == of.as_ref())
        });
        let Some(due) = found.next() else {
            return match step.state.as_str() {
                "gone" => Ok(()),
                _ => Err(format!("義務`{}`がない", step.duty)),
            };
        };
        let standing = match due.standing {
            duties::Standing::Overdue => "overdue",
            duties::Standing::Due => "due",
            duties::Standing::Soon => "soon",
            duties::Standing::Later => "later",
        };
        if standing != step.state {
            return Err(format!("義務`{}`は{}のはずが、{standing}（期日{}）", step.duty, step.state, due.day));
        }
        let Some(whom) = &step.whom else { return Ok(()) };
        let person = self.whom(whom)?;
        match due.is_of(&self.books, self.profile(), &person, today) {
            true => Ok(()),
            false => Err(format!("義務`{}`は{whom}のものではない: {:?}", step.duty, due.owner)),
        }
    }

    fn row(&self, step: &script::RowStep) -> Result<(), String> {
        let key = self.word(&step.row)?;
        let views = match &step.book {
            Some(book) => vec![self.registry.view(book).ok_or_else(|| format!("帳簿`{book}`はありません"))?],
            None => self.registry.views(),
        };
        let (view, row) = views
            .into_iter()
            .find_map(|view| Some((view, self.find(view, &key)?)))
            .ok_or_else(|| format!("行`{key}`はどの帳簿にもありません"))?;
        for (column, wanted) in &step.has {
            let at = view.position(column).ok_or_else(|| format!("{}に欄`{column}`はありません", view.name))?;
            let kind = view.columns.get(at).map_or(ColumnKind::Text, |column| column.kind);
            let found = self.shown(kind, row.get(at).unwrap_or(&Value::Null));
            let wanted = self.word(&wanted.text())?;
            if !same(kind, &found, &wanted) {
                return Err(format!("{}の{column}は「{wanted}」のはずが、「{found}」", view.name));
            }
        }
        Ok(())
    }

    fn find(&self, view: &'static ViewSpec, key: &str) -> Option<Vec<Value>> {
        let kept = self.books.row(view.name, key);
        let journal = || {
            let mut rows = self.journals.get(view.name)?.iter().rev();
            rows.find(|row| row.first().and_then(Value::text) == Some(key)).cloned()
        };
        kept.or_else(journal)
    }

    fn shown(&self, kind: ColumnKind, value: &Value) -> String {
        match (kind, value) {
            (ColumnKind::Private(field), Value::Int(seq)) => {
                let text = u64::try_from(*seq).ok().and_then(|seq| self.texts.get(&seq));
                text.and_then(|text| text.get(field)).and_then(Json::as_str).unwrap_or_default().to_owned()
            }
            (_, Value::Text(text)) => text.to_string(),
            (_, Value::Int(number)) => number.to_string(),
            (_, Value::Bool(yes)) => yes.to_string(),
            (_, Value::Null) => String::new(),
        }
    }
}

/// Whether what was found is what was wanted; instants are written as days and minutes, or as a day.
fn same(kind: ColumnKind, found: &str, wanted: &str) -> bool {
    if kind != ColumnKind::Instant || found.is_empty() {
        return found == wanted || (wanted == "false" && found.is_empty() && kind == ColumnKind::Bool);
    }
    let Ok(ms) = found.parse::<i64>() else { return false };
    let day = wanted.parse::<Date>().is_ok_and(|day| day == Date::in_japan(ms));
    day || crate::spec::read_moment(wanted).is_ok_and(|wanted| wanted / 60_000 == ms / 60_000)
}

fn fact_of(plain: &Plain) -> Fact {
    match plain {
        Plain::Bool(yes) => Fact::Bool(*yes),
        Plain::Long(number) => Fact::Long(*number),
        Plain::Text(text) => Fact::Text(text.as_str().into()),
    }
}

//! What a declaration may not say.

use std::collections::{BTreeMap, BTreeSet};

use super::{Book, Field, Is, Need, Procedures, ROW, Step};

/// Why declarations of books cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("帳簿の定義`{place}`を直してください: {cause}")]
pub struct BookError {
    /// The file, book or step.
    pub place: String,
    /// What is wrong.
    pub cause: String,
}

fn wrong<T>(place: &str, cause: impl Into<String>) -> Result<T, BookError> {
    Err(BookError { place: place.to_owned(), cause: cause.into() })
}

/// Columns that every book has by itself.
const OWN: [&str; 4] = [ROW, "state", "self_decided", "evidence"];

impl Procedures {
    /// Whether what is declared can be.
    pub(super) fn check(&self) -> Result<(), BookError> {
        let mut seen = BTreeSet::new();
        let mut once = |kind: &str, name: &str, place: &str| match seen.insert(format!("{kind} {name}")) {
            true => Ok(()),
            false => wrong(place, format!("{kind}`{name}`が二つあります。別の名前にしてください。")),
        };
        for (name, area) in &self.areas {
            area.topics.keys().try_for_each(|topic| once("論点", topic, name))?;
            area.powers.keys().try_for_each(|power| once("権限", power, name))?;
            area.codes.keys().try_for_each(|list| once("一覧", list, name))?;
            area.duties.iter().try_for_each(|duty| once("義務", &duty.name, name))?;
            for book in &area.books {
                once("帳簿", &book.name, name)?;
                once("番号", &book.number, &book.name)?;
                book.duties.iter().try_for_each(|duty| once("義務", &duty.name, &book.name))?;
                book.steps.iter().try_for_each(|step| once("操作", &step.act, &book.name))?;
                check_book(book)?;
            }
        }
        self.check_facts()
    }

    fn check_facts(&self) -> Result<(), BookError> {
        let mut facts: BTreeMap<&str, &str> = BTreeMap::new();
        for other in self.act_needs() {
            if other.need.basis.is_empty() || other.acts.is_empty() {
                return wrong(&other.need.fact, "`acts`と`basis`を一つ以上書いてください。");
            }
            check_need(&other.need.fact, &other.need)?;
        }
        let others = self.act_needs().map(|other| &other.need);
        for need in self.steps().flat_map(|(_, step)| &step.needs).chain(others) {
            if !name_of(&need.fact) {
                return wrong(&need.fact, "事実の名前は、英小文字と数字と下線で書いてください。");
            }
            if *facts.entry(&need.fact).or_insert(&need.ja) != need.ja {
                return wrong(&need.fact, "同じ名前の事実に、二通りの`ja`があります。");
            }
        }
        Ok(())
    }

    /// Books that are named and not declared, with who names them; `known` tells those that are code.
    #[must_use]
    pub fn dangling(&self, known: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut out = Vec::new();
        for (book, step) in self.steps() {
            for field in &step.fields {
                if let Is::Ref(view) | Is::Refs(view) = &field.is
                    && self.book(view).is_none()
                    && !known(view)
                {
                    out.push(format!("{}.{}: {view}", book.name, field.name));
                }
            }
        }
        out
    }
}

fn name_of(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn check_book(book: &Book) -> Result<(), BookError> {
    let place = &book.name;
    if !name_of(&book.name) {
        return wrong(place, "帳簿の名前は、英小文字と数字と下線で書いてください。");
    }
    if book.number.is_empty() || !book.number.bytes().all(|b| b.is_ascii_uppercase()) {
        return wrong(place, "番号の頭は、英大文字で書いてください。");
    }
    if !book.steps.iter().any(Step::opens) {
        return wrong(place, "行を作る操作（`from`のないもの）がありません。");
    }
    let mut columns: BTreeMap<&str, &Field> = BTreeMap::new();
    for step in &book.steps {
        check_step(book, step)?;
        for field in &step.fields {
            let earlier = columns.entry(&field.name).or_insert(field);
            if earlier.is != field.is || earlier.private != field.private {
                return wrong(&step.act, format!("欄`{}`が、前の操作と違う書き方です。", field.name));
            }
        }
    }
    for duty in &book.duties {
        if let Some(state) = duty.states.iter().find(|state| !knows(book, state)) {
            return wrong(&duty.name, format!("状態`{state}`がありません。"));
        }
    }
    Ok(())
}

fn knows(book: &Book, state: &str) -> bool {
    book.states.iter().any(|(code, _)| code == state)
}

fn check_step(book: &Book, step: &Step) -> Result<(), BookError> {
    let place = &step.act;
    let parts: Vec<&str> = step.act.split('.').collect();
    if parts.len() != 2 || !parts.iter().all(|part| name_of(part)) {
        return wrong(place, "操作の名前は、`帳簿.動詞`の形で書いてください。");
    }
    if step.basis.is_empty() {
        return wrong(place, "根拠の論点（`basis`）を一つ以上書いてください。");
    }
    if let Some(state) = step.from.iter().chain(&step.to).find(|state| !knows(book, state)) {
        return wrong(place, format!("状態`{state}`がありません。"));
    }
    if step.opens() && step.to.is_none() && !book.states.is_empty() {
        return wrong(place, "行を作る操作には、始めの状態（`to`）が要ります。");
    }
    let mut names = BTreeSet::new();
    for field in &step.fields {
        if !name_of(&field.name) || OWN.contains(&field.name.as_str()) {
            return wrong(place, format!("欄の名前`{}`は使えません。", field.name));
        }
        if !names.insert(&field.name) {
            return wrong(place, format!("欄`{}`が二つあります。", field.name));
        }
        if field.private && !matches!(field.is, Is::Line(_) | Is::Lines(_)) {
            return wrong(place, format!("欄`{}`: 本文の外に置けるのは文字の欄だけです。", field.name));
        }
    }
    step.needs.iter().try_for_each(|need| check_need(place, need))
}

fn check_need(place: &str, need: &Need) -> Result<(), BookError> {
    if [&need.refuse, &need.remedy].iter().any(|sentence| !sentence.ends_with('。')) {
        return wrong(place, format!("`{}`の`refuse`と`remedy`は、「。」で終わる文にしてください。", need.fact));
    }
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    if need.code.is_empty() || !need.code.bytes().all(plain) {
        return wrong(place, format!("`{}`の`code`は、英大文字で書いてください。", need.fact));
    }
    Ok(())
}

//! The books that are declared as data (`docs/books.md`): their forms, rows, facts and fold.
//!
//! A declaration is read once and stays for as long as the program runs, so that its names can stand
//! where those of the books in code stand.

mod builtin;
pub mod duties;
mod fold;
mod look;

use std::collections::HashMap;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use sekisho_gate::FactSheet;
use sekisho_regulation::procedure::{Book, BookError, FOLDER, Field, Is, Procedures, ROW, Step};
use serde_json::Value as Json;

use crate::books::Shelf;
use crate::event::{Asked, Body, Event};
use crate::kind::{ActEntry, Ask, Kind};
use crate::kinds::KINDS;
use crate::spec::{
    ActSpec, ColumnKind, ColumnSpec, FieldError, FieldKind, FieldSpec, Form, Input as _, Keeping, View as _, ViewSpec,
    read_moment,
};
use look::Look;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../profiles/national/books");

/// The first event of a log: the day from which periodic duties run.
const FIRST: &str = "log.open";

/// Where a step belongs.
#[derive(Clone, Copy, Debug)]
struct Place {
    book: &'static Book,
    step: &'static Step,
    view: &'static ViewSpec,
    spec: &'static ActSpec,
}

/// Something of the books that is switched off, to see what notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// A step: nobody can do it.
    Step(&'static str),
    /// A column: nothing is kept in it.
    Field(&'static str, &'static str),
    /// A duty: it is never due.
    Duty(&'static str),
    /// A book: none of its steps can be done.
    Book(&'static str),
}

/// Every book that is data, as one kind.
#[derive(Clone)]
pub struct Filings {
    procedures: &'static Procedures,
    acts: &'static [ActEntry],
    views: &'static [&'static ViewSpec],
    steps: HashMap<&'static str, Place>,
    /// Every view, those of the code as well, for what refers to them.
    all: HashMap<&'static str, &'static ViewSpec>,
    off: Option<Off>,
}

impl std::fmt::Debug for Filings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filings({} books)", self.views.len())
    }
}

/// The books that come with the program.
pub fn shipped() -> &'static Filings {
    static FILINGS: LazyLock<&'static Filings> = LazyLock::new(|| {
        let files = SHIPPED.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
        let files: Vec<(String, &str)> = files.map(|(name, text)| (format!("{FOLDER}{name}"), text)).collect();
        let read = Procedures::read(files.iter().map(|(name, text)| (name.as_str(), *text)));
        // A test sees to it that what comes with the program is sound.
        Filings::new(read.unwrap_or_default()).unwrap_or_else(|_| Box::leak(Box::new(Filings::none())))
    });
    *FILINGS
}

impl Filings {
    /// The books of these declarations.
    ///
    /// # Errors
    /// [`BookError`] when a test names a function that the program does not have, or a name that is no
    /// field and no column.
    pub fn new(procedures: Procedures) -> Result<&'static Self, BookError> {
        let procedures: &'static Procedures = Box::leak(Box::new(procedures));
        let mut filings = Self::none();
        filings.procedures = procedures;
        let mut views: Vec<&'static ViewSpec> = vec![duties::Done::SPEC];
        let mut acts = Vec::new();
        for (_, book) in procedures.books() {
            let view: &'static ViewSpec = Box::leak(Box::new(view_of(book)));
            views.push(view);
            for step in &book.steps {
                let spec: &'static ActSpec = Box::leak(Box::new(act_of(book, step)));
                acts.push(ActEntry { spec, read });
                filings.steps.insert(&step.act, Place { book, step, view, spec });
            }
        }
        filings.all.extend(views.iter().map(|view| (view.name, *view)));
        (filings.acts, filings.views) = (acts.leak(), views.leak());
        look::check(&filings)?;
        Ok(Box::leak(Box::new(filings)))
    }

    fn none() -> Self {
        let code = KINDS.iter().flat_map(|kind| kind.views()).map(|view| (view.name, *view));
        let procedures: &'static Procedures = Box::leak(Box::default());
        Self { procedures, acts: &[], views: &[], steps: HashMap::new(), all: code.collect(), off: None }
    }

    /// The same books with something switched off. It stays for as long as the program runs.
    #[must_use]
    pub fn without(&self, off: Off) -> &'static Self {
        let mut filings = self.clone();
        filings.off = Some(off);
        let gone = |book: &str, act: &str| match off {
            Off::Step(step) => step == act,
            Off::Book(name) => name == book,
            Off::Field(..) | Off::Duty(_) => false,
        };
        filings.steps.retain(|act, place| !gone(&place.book.name, act));
        let left = self.acts.iter().filter(|entry| filings.steps.contains_key(entry.spec.name));
        filings.acts = left.map(|entry| ActEntry { spec: entry.spec, read: entry.read }).collect::<Vec<_>>().leak();
        Box::leak(Box::new(filings))
    }

    /// Whether nothing is to be kept in a column.
    fn forgets(&self, view: &str, column: &str) -> bool {
        matches!(self.off, Some(Off::Field(book, field)) if book == view && field == column)
    }

    /// Whether a duty is never due.
    fn waives(&self, duty: &str) -> bool {
        matches!(self.off, Some(Off::Duty(name)) if name == duty)
    }

    /// The declarations.
    #[must_use]
    pub const fn procedures(&self) -> &'static Procedures {
        self.procedures
    }

    /// The step that an act is, with its book.
    #[must_use]
    pub fn step(&self, act: &str) -> Option<(&'static Book, &'static Step)> {
        self.steps.get(act).map(|place| (place.book, place.step))
    }

    /// What acts that are code, and several steps, need of these books. Where the text is silent nothing
    /// is looked at: the acts at the counter are many.
    fn facts_of_acts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        let act = ask.act.asked.act;
        for other in self.procedures.act_needs() {
            if !sheet.wants(&other.need.fact) {
                continue;
            }
            let spoken = other.need.basis.first().is_some_and(|topic| ask.profile.settings.basis.contains_key(topic));
            if !spoken {
                sheet.set(&other.need.fact, true);
                continue;
            }
            let code = KINDS.iter().flat_map(|kind| kind.acts()).map(|entry| entry.spec);
            let spec = code.chain(self.steps.get(act).map(|place| place.spec)).find(|spec| spec.name == act);
            let fields = spec.map_or(&[][..], |spec| spec.fields);
            Look { filings: self, ask, fields, view: None, row: None }.set(&other.need, sheet);
        }
    }

    fn view(&self, name: &str) -> Option<&'static ViewSpec> {
        self.all.get(name).copied()
    }
}

impl Kind for Filings {
    fn name(&self) -> &'static str {
        "procedure"
    }

    fn acts(&self) -> &'static [ActEntry] {
        self.acts
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        self.views
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        let Some(place) = self.steps.get(ask.act.asked.act) else { return self.facts_of_acts(ask, sheet) };
        let opens = place.step.opens();
        let row = if opens { None } else { ask.books.row_dyn(place.view.name, ask.text(ROW)) };
        if !opens {
            let state = row.as_ref().and_then(|row| row.get(1)).and_then(crate::value::Value::text);
            sheet.set("row_known", row.is_some());
            sheet.set("row_in_order", state.is_some_and(|state| place.step.from.iter().any(|from| from == state)));
        }
        let look = Look { filings: self, ask, fields: place.spec.fields, view: Some(place.view), row: row.as_deref() };
        place.step.needs.iter().for_each(|need| look.set(need, sheet));
        self.facts_of_acts(ask, sheet);
    }

    fn complete(&self, ask: &Ask<'_>) -> Body {
        let Some(place) = self.steps.get(ask.act.asked.act) else { return Body::new() };
        // What was left empty leaves no trace in the erasable text, and so none in the book.
        let filled = place.step.fields.iter().filter(|field| field.private && ask.filled(&field.name));
        let filled: Vec<&str> = filled.map(|field| field.name.as_str()).collect();
        let mut body = Body::new();
        if !filled.is_empty() {
            body.insert(fold::FILLED.to_owned(), filled.join(" ").into());
        }
        body
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if event.allowed {
            fold::fold(self, event, shelf);
        }
    }
}

/// The row that an event is about, if it is a step of a book that is data.
pub(crate) fn key_of(event: &Event) -> Option<String> {
    let (book, step) = shipped().step(&event.act)?;
    if step.opens() {
        return event.allowed.then(|| fold::key(book, event.seq));
    }
    event.text(ROW).map(str::to_owned)
}

/// Reads a form by the specification alone.
fn read(spec: &'static ActSpec, form: &Form) -> Result<Asked, Vec<FieldError>> {
    let (mut asked, mut errors) = (Asked::new(spec.name), Vec::new());
    for field in spec.fields {
        let text = form.get(field.name).map_or("", |text| text.trim());
        match json(field, text) {
            Ok(value) => asked.put(field.name, value, field.private),
            Err(rest) => {
                let sentence = format!("「{}」{rest}", field.label);
                errors.push(FieldError { field: field.name.to_owned(), sentence });
            }
        }
    }
    if errors.is_empty() { Ok(asked) } else { Err(errors) }
}

fn json(field: &FieldSpec, text: &str) -> Result<Json, String> {
    if text.is_empty() && field.required {
        return Err("を入力してください。".to_owned());
    }
    match field.kind {
        FieldKind::Check => bool::read(text, field.kind).map(Json::from),
        _ if text.is_empty() => Ok(Json::Null),
        FieldKind::Day => sekisho_regulation::Date::read(text, field.kind).map(|day| day.to_json()),
        FieldKind::Int(..) => i64::read(text, field.kind).map(Json::from),
        FieldKind::Moment => read_moment(text).map(Json::from),
        _ => String::read(text, field.kind).map(Json::from),
    }
}

fn act_of(book: &'static Book, step: &'static Step) -> ActSpec {
    let row =
        FieldSpec { name: ROW, label: "番号", kind: FieldKind::Ref(&book.name), required: true, private: false };
    let fields = step.fields.iter().map(|field| FieldSpec {
        name: &field.name,
        label: &field.ja,
        kind: field_kind(&field.is),
        required: !field.optional && field.is != Is::Check,
        private: field.private,
    });
    let row = (!step.opens()).then_some(row);
    ActSpec { name: &step.act, fields: row.into_iter().chain(fields).collect::<Vec<_>>().leak() }
}

fn field_kind(is: &'static Is) -> FieldKind {
    match is {
        Is::Line(most) => FieldKind::Line(*most),
        Is::Lines(most) => FieldKind::Lines(*most),
        Is::Code(list) => FieldKind::Code(list),
        Is::Codes(list) => FieldKind::Codes(list),
        Is::Ref(view) => FieldKind::Ref(view),
        Is::Refs(view) => FieldKind::Refs(view),
        Is::Person => FieldKind::Person,
        Is::People => FieldKind::People,
        Is::Day => FieldKind::Day,
        Is::Moment => FieldKind::Moment,
        Is::Int(least, most) => FieldKind::Int(*least, *most),
        Is::Check => FieldKind::Check,
    }
}

fn column_kind(field: &'static Field) -> ColumnKind {
    match &field.is {
        _ if field.private => ColumnKind::Private(&field.name),
        Is::Line(_) | Is::Lines(_) => ColumnKind::Text,
        Is::Code(list) | Is::Codes(list) => ColumnKind::Code(list),
        Is::Ref(view) => ColumnKind::Ref(view),
        Is::Refs(view) => ColumnKind::Refs(view),
        Is::Person => ColumnKind::Person,
        Is::People => ColumnKind::People,
        Is::Day => ColumnKind::Day,
        Is::Moment => ColumnKind::Instant,
        Is::Int(..) => ColumnKind::Int,
        Is::Check => ColumnKind::Bool,
    }
}

fn view_of(book: &'static Book) -> ViewSpec {
    let mut columns: Vec<ColumnSpec> = Vec::new();
    let mut add = |name: &'static str, label: &'static str, kind: ColumnKind| {
        if !columns.iter().any(|column| column.name == name) {
            columns.push(ColumnSpec { name, label, kind });
        }
    };
    add(ROW, "番号", ColumnKind::Text);
    if !book.states.is_empty() {
        add("state", "状態", ColumnKind::Code(format!("{}.state", book.name).leak()));
    }
    for step in &book.steps {
        for field in &step.fields {
            add(&field.name, &field.ja, column_kind(field));
        }
        if let Some((stamp, ja)) = &step.stamp {
            add(format!("{stamp}_by").leak(), format!("{ja}人").leak(), ColumnKind::Person);
            add(format!("{stamp}_as").leak(), format!("{ja}立場").leak(), ColumnKind::Code("role"));
            add(format!("{stamp}_at").leak(), format!("{ja}日時").leak(), ColumnKind::Instant);
        }
        if step.decides.is_some() {
            add("self_decided", "申請者自らの決定", ColumnKind::Bool);
        }
        for set in &step.sets {
            add(&set.column, &set.ja, ColumnKind::Int);
        }
    }
    add("evidence", "記録", ColumnKind::Evidence);
    let columns = columns.leak();
    ViewSpec { name: &book.name, label: &book.ja, keeping: Keeping::Register, columns, closed_by: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_the_program_is_sound() {
        let files = SHIPPED.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
        let files: Vec<(String, &str)> = files.map(|(name, text)| (format!("{FOLDER}{name}"), text)).collect();
        let read = Procedures::read(files.iter().map(|(name, text)| (name.as_str(), *text)));
        let procedures = read.unwrap_or_else(|e| panic!("{e}"));
        let known = |view: &str| shipped().view(view).is_some();
        assert_eq!(procedures.dangling(&known), Vec::<String>::new());
        let count = procedures.books().count();
        let filings = Filings::new(procedures).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(filings.views.len(), count + 1);
        assert_eq!(shipped().views.len(), count + 1);
    }
}

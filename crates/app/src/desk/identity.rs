//! Looking residents up. Purpose and basis come before the search; what was found is recorded
//! before it is shown; nothing beyond what the purpose needs leaves this module.

use sekisho_gate::Fact;
use sekisho_ledgers::event::{Asked, Effect, SealedIdentity};
use sekisho_ledgers::identity::blind::{index_terms, query_terms, subject_key};
use sekisho_ledgers::identity::export::{self, Unmapped};
use sekisho_ledgers::identity::import::{self, ImportOptions, ImportReport};
use sekisho_ledgers::identity::record::IdentityRecord;
use sekisho_ledgers::identity::reveal::{Redacted, Reveal, redact};
use sekisho_ledgers::identity::seal::{self, NONCE_BYTES};
use sekisho_ledgers::identity::search::{SearchInput, SearchTerms, matches};
use sekisho_ledgers::kinds::identity::SUBJECTS_MAX;
use sekisho_ledgers::spec::FieldError;
use sekisho_regulation::Date;
use sekisho_regulation::digest::hex;
use sha2::{Digest as _, Sha256};

use super::live::Found;
use super::{Desk, DeskError, Live, Outcome};
use crate::platform::random;

/// Most candidates that are opened for one search; a search that finds more must be narrowed.
const CANDIDATES_MAX: usize = 1_000;

/// A resident found: as much of the record as the purpose shows.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Blind key.
    pub subject: String,
    /// Field code, its name, and the text.
    pub fields: Vec<(String, String, String)>,
}

/// A record shown.
pub type Shown = Hit;

/// What a printed form holds.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The form's code.
    pub form: String,
    /// Its name.
    pub title: String,
    /// The form's number in the book.
    pub form_no: String,
    /// The fields on the paper.
    pub fields: Vec<(String, String, String)>,
    /// Purpose, by name.
    pub purpose: String,
    /// Applicant.
    pub applicant: String,
    /// Copies.
    pub quantity: i64,
    /// Number of the event.
    pub seq: u64,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
}

/// What is asked to be printed.
#[derive(Clone, Debug, Default)]
pub struct PrintForm {
    /// Blind key of the resident.
    pub subject: String,
    /// The form's code.
    pub form: String,
    /// Applicant.
    pub applicant: String,
    /// Copies.
    pub quantity: String,
    /// Other matters to be noted.
    pub remarks: String,
}

/// What is asked to be extracted.
#[derive(Clone, Debug, Default)]
pub struct ExtractForm {
    /// Blind keys of the residents.
    pub subjects: Vec<String>,
    /// Why.
    pub reason: String,
    /// For whom.
    pub applicant: String,
    /// Whether the file is to be in Shift_JIS.
    pub shift_jis: bool,
}

/// A file for the person.
#[derive(Clone, Debug)]
pub struct File {
    /// Suggested name.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
    /// Characters that the encoding could not hold.
    pub unmapped: Vec<Unmapped>,
}

impl Desk {
    /// Searches for residents.
    ///
    /// # Errors
    /// [`DeskError::Input`] for terms that cannot be searched by; [`DeskError::Act`] when it could
    /// not be recorded, in which case nothing is shown.
    pub fn search(
        &self,
        live: &Live,
        purpose: &str,
        basis: &str,
        input: &SearchInput,
    ) -> Result<Outcome<Vec<Hit>>, DeskError> {
        let today = Date::in_japan(self.now_ms());
        let terms = SearchTerms::parse(input, today).map_err(|errors| {
            let one = |e: &sekisho_ledgers::identity::search::SearchError| FieldError {
                field: serde_json::to_value(e.field)
                    .ok()
                    .and_then(|f| f.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                sentence: e.message.clone(),
            };
            DeskError::Input(errors.iter().map(one).collect())
        });
        let terms = match terms {
            Ok(terms) => terms,
            // Nothing to search by, but without purpose or basis either: the gate says so first.
            Err(_) if purpose.is_empty() || basis.trim().is_empty() => {
                return self.refuse_search(live, purpose, basis, input);
            }
            Err(errors) => return Err(errors),
        };
        let asked = search_asked(purpose, basis, input);
        let facts = vec![("terms_sufficient", Fact::Bool(true))];
        let ruling = self.house.ask(&self.act_of(live, asked.clone(), facts.clone(), Vec::new()))?;
        if !ruling.allowed() {
            return Ok(match self.submit(live, asked, facts, Vec::new())? {
                Outcome::Refused(receipt) | Outcome::Done((), receipt) => Outcome::Refused(receipt),
            });
        }
        let mut found = self.candidates(&terms)?;
        let hits = found.len();
        // A search that finds too many shows nobody, but that it was made and how many there are is
        // recorded like any other: counting people is finding something out.
        if hits > SUBJECTS_MAX {
            found.clear();
        }
        let mut asked = asked;
        let subjects: Vec<String> = found.iter().map(|(subject, _)| subject.clone()).collect();
        asked.put("hits", u64::try_from(hits).unwrap_or(0).into(), false);
        asked.put("subjects", subjects.join(" ").into(), false);
        let receipt = match self.submit(live, asked, facts, Vec::new())? {
            Outcome::Refused(receipt) => return Ok(Outcome::Refused(receipt)),
            Outcome::Done((), receipt) => receipt,
        };
        if hits > SUBJECTS_MAX {
            let sentence = format!("該当が{hits}件あります。{SUBJECTS_MAX}件以下になるように条件を加えてください。");
            return Err(DeskError::Input(vec![FieldError { field: "search".to_owned(), sentence }]));
        }
        let subjects = subjects.into_iter().collect();
        self.remember(&live.session, Found { purpose: purpose.to_owned(), basis: basis.to_owned(), subjects });
        let reveal = self.reveal(purpose);
        let hits = found.iter().map(|(subject, record)| self.hit(subject, record, reveal)).collect();
        Ok(Outcome::Done(hits, receipt))
    }

    fn refuse_search(
        &self,
        live: &Live,
        purpose: &str,
        basis: &str,
        input: &SearchInput,
    ) -> Result<Outcome<Vec<Hit>>, DeskError> {
        let facts = vec![("terms_sufficient", Fact::Bool(false))];
        match self.submit(live, search_asked(purpose, basis, input), facts, Vec::new())? {
            Outcome::Refused(receipt) => Ok(Outcome::Refused(receipt)),
            Outcome::Done((), receipt) => Ok(Outcome::Done(Vec::new(), receipt)),
        }
    }

    /// The records that the terms mean.
    fn candidates(&self, terms: &SearchTerms) -> Result<Vec<(String, IdentityRecord)>, DeskError> {
        let wanted: Vec<(u8, [u8; 16])> =
            query_terms(terms, &self.keys.index).into_iter().map(|(field, term)| (field.code(), term)).collect();
        let sealed = self.house.ground().store.find_identity(&wanted, CANDIDATES_MAX)?;
        let mut found = Vec::new();
        for one in sealed {
            let record = seal::open(&one.sealed, &one.subject, &self.keys.seal)
                .map_err(|e| DeskError::Internal(e.to_string()))?;
            if matches(&record, terms) {
                found.push((one.subject, record));
            }
        }
        Ok(found)
    }

    /// Shows one resident found by the session's last search.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is no such resident.
    pub fn show(&self, live: &Live, subject: &str) -> Result<Outcome<Shown>, DeskError> {
        let record = self.record(subject)?;
        let fields = self.purpose_fields(&live.found.purpose);
        let mut asked = with_purpose("identity.show", live);
        asked.put("subject", subject.into(), false);
        asked.put("fields", fields.into(), false);
        Ok(match self.submit(live, asked, self.found_fact(live, &[subject]), Vec::new())? {
            Outcome::Refused(receipt) => Outcome::Refused(receipt),
            Outcome::Done((), receipt) => {
                Outcome::Done(self.hit(subject, &record, self.reveal(&live.found.purpose)), receipt)
            }
        })
    }

    /// Prints a form. The form is in the book before it is on the screen.
    ///
    /// # Errors
    /// [`DeskError::Input`] for wrong fields; [`DeskError::NotFound`] for an unknown resident.
    pub fn print(&self, live: &Live, form: &PrintForm) -> Result<Outcome<Sheet>, DeskError> {
        let record = self.record(&form.subject)?;
        let mut fields = sekisho_ledgers::spec::Form::new();
        for (name, text) in [
            ("purpose", &live.found.purpose),
            ("basis", &live.found.basis),
            ("subject", &form.subject),
            ("form", &form.form),
            ("applicant", &form.applicant),
            ("quantity", &form.quantity),
            ("remarks", &form.remarks),
        ] {
            fields.insert(name.to_owned(), text.clone());
        }
        let act = sekisho_ledgers::kinds::identity::action::Print::from_form(&fields).map_err(DeskError::Input)?;
        let outcome = self.submit(live, act.asked(), self.found_fact(live, &[&form.subject]), Vec::new())?;
        let receipt = match outcome {
            Outcome::Refused(receipt) => return Ok(Outcome::Refused(receipt)),
            Outcome::Done((), receipt) => receipt,
        };
        let kind = self.profile().form(&act.form).ok_or(DeskError::NotFound)?;
        let reveal = Reveal::from_codes(&kind.fields).map_err(|e| DeskError::Internal(e.to_string()))?;
        let sheet = Sheet {
            form: act.form,
            title: kind.name.clone(),
            form_no: format!("F{:06}", receipt.seq),
            fields: self.hit(&act.subject, &record, reveal).fields,
            purpose: self.label("purpose", &live.found.purpose),
            applicant: act.applicant,
            quantity: act.quantity,
            seq: receipt.seq,
            at_ms: receipt.at_ms,
        };
        Ok(Outcome::Done(sheet, receipt))
    }

    /// Extracts residents found by the last search as a CSV file.
    ///
    /// # Errors
    /// [`DeskError::Input`] for wrong fields; [`DeskError::NotFound`] for an unknown resident.
    pub fn extract(&self, live: &Live, form: &ExtractForm) -> Result<Outcome<File>, DeskError> {
        let records = form.subjects.iter().map(|s| self.record(s)).collect::<Result<Vec<_>, _>>()?;
        if records.is_empty() {
            let sentence = "抽出する人を1人以上選んでください。".to_owned();
            return Err(DeskError::Input(vec![FieldError { field: "subjects".to_owned(), sentence }]));
        }
        if form.reason.trim().is_empty() {
            let sentence = "「理由」を入力してください。".to_owned();
            return Err(DeskError::Input(vec![FieldError { field: "reason".to_owned(), sentence }]));
        }
        let mut asked = with_purpose("identity.extract", live);
        asked.put("subjects", form.subjects.join(" ").into(), false);
        asked.put("fields", self.purpose_fields(&live.found.purpose).into(), false);
        asked.put("hits", u64::try_from(records.len()).unwrap_or(0).into(), false);
        asked.put("reason", form.reason.clone().into(), true);
        asked.put("applicant", form.applicant.clone().into(), true);
        let subjects: Vec<&str> = form.subjects.iter().map(String::as_str).collect();
        match self.submit(live, asked, self.found_fact(live, &subjects), Vec::new())? {
            Outcome::Refused(receipt) => Ok(Outcome::Refused(receipt)),
            Outcome::Done((), receipt) => {
                let table = export::table(&records, self.reveal(&live.found.purpose), &self.reasons);
                let name = format!("extract-{}.csv", receipt.seq);
                let (bytes, unmapped) = if form.shift_jis {
                    let file = export::shift_jis(&table);
                    (file.bytes, file.unmapped)
                } else {
                    (export::utf8(&table), Vec::new())
                };
                Ok(Outcome::Done(File { name, media_type: "text/csv", bytes, unmapped }, receipt))
            }
        }
    }

    /// Takes over a file of records: all of it, or nothing.
    ///
    /// # Errors
    /// When it could not be recorded. Bad rows are in the report, not an error.
    pub fn import(&self, live: &Live, file_name: &str, bytes: &[u8]) -> Result<Outcome<ImportReport>, DeskError> {
        let today = Date::in_japan(self.now_ms());
        let report = import::import(bytes, &ImportOptions::new(today, &self.reasons));
        let (rows, effects, sound) = match &report.outcome {
            import::Outcome::Accepted(records) => {
                (records.len(), vec![Effect::Identity(self.seal_all(records)?)], true)
            }
            import::Outcome::Rejected(_) => (report.rows_read, Vec::new(), false),
        };
        let mut asked = Asked::new("identity.import");
        asked.put("file", file_name.chars().take(200).collect::<String>().into(), true);
        asked.put("encoding", report.encoding.map_or_else(String::new, |e| format!("{e:?}")).into(), false);
        asked.put("rows", u64::try_from(rows).unwrap_or(0).into(), false);
        asked.put("digest", hex(&Sha256::digest(bytes)).into(), false);
        let facts = vec![("rows_accepted", Fact::Bool(sound))];
        Ok(match self.submit(live, asked, facts, effects)? {
            Outcome::Done((), receipt) => Outcome::Done(report, receipt),
            Outcome::Refused(receipt) if sound => Outcome::Refused(receipt),
            // The file itself is the reason: the person needs its errors, and the refusal is recorded.
            Outcome::Refused(receipt) => Outcome::Done(report, receipt),
        })
    }

    /// Records ready for the store.
    pub(crate) fn seal_all(&self, records: &[IdentityRecord]) -> Result<Vec<SealedIdentity>, DeskError> {
        let entropy = &*self.house.ground().entropy;
        let one = |record: &IdentityRecord| {
            let subject = subject_key(record.juki_code, &self.keys.index);
            let nonce = random::<NONCE_BYTES>(entropy).map_err(|e| DeskError::Internal(e.to_string()))?;
            let sealed =
                seal::seal(record, &subject, &self.keys.seal, nonce).map_err(|e| DeskError::Internal(e.to_string()))?;
            let terms =
                index_terms(record, &self.keys.index).into_iter().map(|(field, term)| (field.code(), term)).collect();
            Ok(SealedIdentity { subject, terms, sealed })
        };
        records.iter().map(one).collect()
    }

    fn record(&self, subject: &str) -> Result<IdentityRecord, DeskError> {
        let sealed = self.house.ground().store.identity(subject)?.ok_or(DeskError::NotFound)?;
        seal::open(&sealed.sealed, subject, &self.keys.seal).map_err(|e| DeskError::Internal(e.to_string()))
    }

    fn hit(&self, subject: &str, record: &IdentityRecord, reveal: Reveal) -> Hit {
        let shown: Redacted = redact(record, reveal, &self.reasons);
        let field = |s: &sekisho_ledgers::identity::reveal::Shown| {
            (s.field.code().to_owned(), s.field.label().to_owned(), s.text.clone())
        };
        Hit { subject: subject.to_owned(), fields: shown.fields().iter().map(field).collect() }
    }

    fn reveal(&self, purpose: &str) -> Reveal {
        let codes = self.profile().purpose(purpose).map(|p| p.reveals.clone()).unwrap_or_default();
        Reveal::from_codes(&codes).unwrap_or_default()
    }

    fn purpose_fields(&self, purpose: &str) -> String {
        self.profile().purpose(purpose).map(|p| p.reveals.join(" ")).unwrap_or_default()
    }

    fn found_fact(&self, live: &Live, subjects: &[&str]) -> Vec<(&'static str, Fact)> {
        let found = subjects.iter().all(|subject| live.found.subjects.contains(*subject));
        vec![("subject_was_found", Fact::Bool(found))]
    }
}

fn search_asked(purpose: &str, basis: &str, input: &SearchInput) -> Asked {
    let mut asked = Asked::new("identity.search");
    asked.put("purpose", purpose.into(), false);
    asked.put("basis", basis.into(), true);
    for (name, text) in [
        ("juki_code", &input.juki_code),
        ("my_number", &input.my_number),
        ("name", &input.name),
        ("kana", &input.kana),
        ("birth", &input.birth),
        ("sex", &input.sex),
        ("address", &input.address),
    ] {
        if !text.is_empty() {
            asked.put(name, text.chars().take(100).collect::<String>().into(), true);
        }
    }
    asked
}

fn with_purpose(act: &'static str, live: &Live) -> Asked {
    let mut asked = Asked::new(act);
    asked.put("purpose", live.found.purpose.clone().into(), false);
    asked.put("basis", live.found.basis.clone().into(), true);
    asked
}

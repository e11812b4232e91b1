//! The reader of regulations: the text of a municipality's regulation becomes an [`Instrument`], and
//! the instrument becomes [`Facts`], each with the article and the place in the text it came from.
//!
//! The way is one and always the same, so the same bytes give the same facts:
//!
//! ```text
//! bytes -> source (text) -> markup (lines) -> lines (pages joined) -> structure (instruments) -> facts
//! ```
//!
//! Nothing is guessed silently: a sentence that looks as if it set something up and that no extractor
//! understood is listed in [`Facts::unread`].

pub mod facts;
pub mod instrument;
pub mod json;
pub mod report;
pub mod source;
pub mod text;

mod cells;
mod dates;
mod heads;
mod lines;
mod markup;
mod structure;
mod words;

pub use facts::{Facts, Found};
pub use instrument::Instrument;
pub use source::Source;
pub use text::Span;

/// Largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Why a file could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing in the file.
    #[error("ファイルが空です。規程の本文が入ったファイルを指定してください。")]
    Empty,
    /// The file is larger than [`FILE_BYTES_MAX`].
    #[error("ファイルが大きすぎます（{0}バイト）。8MiBまで読めます。規程ごとに分けて指定してください。")]
    TooLarge(usize),
    /// The bytes are no text in an encoding the reader knows.
    #[error(
        "文字コードが分かりません。UTF-8かShift_JISのテキスト、Markdown、HTML、XMLで保存し直してください（PDFやWordの文書は、テキストとして書き出してください）。"
    )]
    UnknownEncoding,
    /// No title with articles below it was found.
    #[error("規程が見つかりません。題名と「第1条」から始まる条文が入っているか確かめてください。")]
    NoInstrument,
}

/// One instrument of a file and what it says.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The instrument as it is built.
    pub instrument: Instrument,
    /// What it says.
    pub facts: Facts,
}

/// A file that has been read.
#[derive(Clone, Debug)]
pub struct Book {
    /// The decoded text; every [`Span`] points into it.
    pub source: Source,
    /// The instruments in the order of the file; never empty.
    pub readings: Vec<Reading>,
}

/// Reads a file.
///
/// # Errors
/// [`ReadError`] when the file is empty, too large, in an unknown encoding, or holds no instrument.
pub fn read(bytes: &[u8]) -> Result<Book, ReadError> {
    let source = Source::decode(bytes)?;
    let lines = lines::tidy(markup::lines(&source));
    let instruments = structure::instruments(lines);
    if instruments.is_empty() {
        return Err(ReadError::NoInstrument);
    }
    let readings = instruments
        .into_iter()
        .map(|instrument| {
            let facts = facts::read(&instrument, source.comma());
            Reading { instrument, facts }
        })
        .collect();
    Ok(Book { source, readings })
}

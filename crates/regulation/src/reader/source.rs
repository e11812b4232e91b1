//! From bytes to text: which encoding, which form.

use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use super::{FILE_BYTES_MAX, ReadError};

/// How far into a file a declaration of its encoding is looked for, in bytes.
const DECLARATION_BYTES_MAX: usize = 2048;

/// How a text is marked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines and nothing else.
    Plain,
    /// Headings with `#`, lists, tables with bars.
    Markdown,
    /// A web page.
    Html,
    /// 法令標準XML.
    Xml,
}

/// A decoded file.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    form: Form,
    encoding: &'static str,
    comma: char,
}

impl Source {
    /// Decodes a file and sees how it is marked up.
    ///
    /// # Errors
    /// [`ReadError`] when the file is empty, too large, or in no known encoding.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(ReadError::TooLarge(bytes.len()));
        }
        let (text, encoding) = decode(bytes).ok_or(ReadError::UnknownEncoding)?;
        if text.trim().is_empty() {
            return Err(ReadError::Empty);
        }
        let (form, comma) = (form(&text), comma(&text));
        Ok(Self { text, form, encoding, comma })
    }

    /// The decoded text, without its byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the text is marked up.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The name of the encoding the file was in.
    #[must_use]
    pub const fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// The comma of this text: 、 or the western one that some municipalities write.
    #[must_use]
    pub const fn comma(&self) -> char {
        self.comma
    }
}

fn decode(bytes: &[u8]) -> Option<(String, &'static str)> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, lossy) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return (!lossy || mostly_readable(&text)).then(|| (text.into_owned(), encoding.name()));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => return Some((text.to_owned(), UTF_8.name())),
        // A file cut within its last character is still a file in UTF-8.
        Err(e) if e.error_len().is_none() && e.valid_up_to() > 0 => {
            let text = String::from_utf8_lossy(bytes.get(..e.valid_up_to()).unwrap_or_default());
            return Some((text.into_owned(), UTF_8.name()));
        }
        _ => {}
    }
    let declared = declared(bytes);
    let candidates = declared.into_iter().chain([SHIFT_JIS, EUC_JP, UTF_16LE, UTF_16BE]);
    for encoding in candidates {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes)
            && looks_japanese(&text)
        {
            return Some((text.into_owned(), encoding.name()));
        }
    }
    for encoding in [UTF_8, SHIFT_JIS] {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        if mostly_readable(&text) {
            return Some((text.into_owned(), encoding.name()));
        }
    }
    None
}

/// The encoding that an XML or HTML file declares for itself.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES_MAX)).unwrap_or_default();
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let at = ["charset=", "encoding="].iter().find_map(|key| head.find(key).map(|at| at + key.len()))?;
    let label: String = head
        .get(at..)?
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
        .collect();
    Encoding::for_label(label.as_bytes())
}

/// Whether a decoded text has Japanese in it: any bytes decode as UTF-16, few of them to kana.
fn looks_japanese(text: &str) -> bool {
    let mut all = 0usize;
    let mut japanese = 0usize;
    for c in text.chars().filter(|c| !c.is_whitespace()).take(20_000) {
        all += 1;
        match c {
            '\u{3041}'..='\u{30ff}' | '、' | '。' => japanese += 2,
            '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff9f}' | ' '..='~' => japanese += 1,
            _ => {}
        }
    }
    all > 0 && japanese * 10 >= all * 9 && text.chars().any(|c| ('\u{3041}'..='\u{30ff}').contains(&c))
}

/// Whether a text that was decoded with replacements has few of them.
fn mostly_readable(text: &str) -> bool {
    let bad = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER || *c == '\0').count();
    bad * 200 <= text.chars().count() && looks_japanese(text)
}

fn form(text: &str) -> Form {
    let head = text.trim_start();
    let tags = |names: &[&str]| tags(text, names) > 0;
    if head.starts_with("<?xml") && !tags(&["html"]) || tags(&["Law", "LawBody", "MainProvision"]) {
        return Form::Xml;
    }
    let marked = |line: &str| {
        let line = line.trim_start();
        line.trim_start_matches('#').starts_with(' ') && line.starts_with('#')
            || line.starts_with("- ") && !line.trim_end().ends_with(" -")
            || line.starts_with("* ")
            || line.starts_with("|")
    };
    let marks = text.lines().filter(|line| marked(line)).take(3).count();
    // A tag here and there does not make a page: the lines of the file are still its lines.
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let laid_out = self::tags(text, &BLOCKS) * if marks >= 2 { 1 } else { 2 } >= lines.max(1);
    if tags(&["html", "body"]) || laid_out {
        return Form::Html;
    }
    if marks >= 2 || tags(&BLOCKS) || tags(&["span", "u", "b", "strong", "font"]) {
        Form::Markdown
    } else {
        Form::Plain
    }
}

/// Tags that lay out a page.
const BLOCKS: [&str; 11] = ["div", "table", "p", "br", "li", "tr", "td", "th", "h1", "h2", "h3"];

/// How many tags of these names a text opens.
fn tags(text: &str, names: &[&str]) -> usize {
    let opens = |at: usize| {
        let rest = text.get(at + 1..).unwrap_or_default();
        names.iter().any(|name| {
            rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
                && rest.get(name.len()..).is_some_and(|rest| rest.starts_with(['>', ' ', '/', '\n', '\t', '\r']))
        })
    };
    text.match_indices('<').filter(|(at, _)| opens(*at)).count()
}

/// Which comma the sentences are written with.
fn comma(text: &str) -> char {
    let japanese = text.matches('、').count();
    let wide = text.matches('，').count();
    if wide > japanese { ',' } else { '、' }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Source {
        Source::decode(bytes).unwrap()
    }

    #[test]
    fn encodings() {
        let text = "第1条　この規程は、システム管理者を置く。";
        let (sjis, _, _) = SHIFT_JIS.encode(text);
        let (euc, _, _) = EUC_JP.encode(text);
        let mut bom = vec![0xef, 0xbb, 0xbf];
        bom.extend_from_slice(text.as_bytes());
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for (bytes, name) in
            [(text.as_bytes(), "UTF-8"), (&bom, "UTF-8"), (&sjis, "Shift_JIS"), (&euc, "EUC-JP"), (&utf16, "UTF-16LE")]
        {
            assert_eq!(decoded(bytes).text(), text, "{name}");
            assert_eq!(decoded(bytes).encoding(), name);
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(Source::decode(b"").unwrap_err(), ReadError::Empty);
        assert_eq!(Source::decode(" \n\t".as_bytes()).unwrap_err(), ReadError::Empty);
        let junk: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(Source::decode(&junk).unwrap_err(), ReadError::UnknownEncoding);
        let large = vec![b'a'; FILE_BYTES_MAX + 1];
        assert_eq!(Source::decode(&large).unwrap_err(), ReadError::TooLarge(FILE_BYTES_MAX + 1));
    }

    #[test]
    fn forms() {
        for (text, form) in [
            ("第1条 この規程", Form::Plain),
            ("# 規程\n\n- 第1条 この規程", Form::Markdown),
            ("<!DOCTYPE html><html><body>第1条</body></html>", Form::Html),
            ("<?xml version=\"1.0\"?><Law><LawBody/></Law>", Form::Xml),
            ("- 1 -\n第1条 この規程\n- 2 -", Form::Plain),
            ("# 規程\n\n## 第1条\n\n| 職 |\n|---|\n| 町民課長<br>所長 |", Form::Markdown),
            ("○規程\n第1条 この規程は<br>\n2 甲\n3 乙\n4 丙", Form::Markdown),
            ("<p>第1条 この規程</p>\n<p>2 甲</p>", Form::Html),
        ] {
            assert_eq!(decoded(text.as_bytes()).form(), form, "{text}");
        }
    }
}

//! A piece of text that remembers where it came from.
//!
//! The reader works on folded text: full-width letters are narrow, half-width kana wide, spaces
//! single. [`Text`] keeps, run by run, which bytes of the source every part of it stands for, so a
//! value can always be shown where it was found.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::words;

/// A place in the decoded text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Bytes of the folded text and the bytes of the source they stand for. Within a run of equal
/// lengths every byte stands for its neighbour; any other run is one folded character.
#[derive(Clone, Debug)]
struct Run {
    at: usize,
    len: usize,
    source: Range<usize>,
}

impl Run {
    /// The place of those of these bytes that lie in this run.
    fn place(&self, bytes: Range<usize>) -> Span {
        if self.len != self.source.len() {
            return Span { start: self.source.start, end: self.source.end };
        }
        let start = bytes.start.saturating_sub(self.at);
        let end = (bytes.end - self.at).min(self.len);
        Span { start: self.source.start + start, end: self.source.start + end }
    }
}

/// A piece of folded text with its places in the source.
#[derive(Clone, Debug, Default)]
pub struct Text {
    chars: String,
    plain: String,
    runs: Vec<Run>,
}

impl Text {
    /// The text as it is written, folded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.chars
    }

    /// The text in one spelling (もつて as もって, をあてる as を充てる). Byte for byte as long as
    /// [`Text::as_str`], so that what is found in one can be taken from the other.
    #[must_use]
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// Whether there is nothing but spaces.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chars.trim().is_empty()
    }

    /// The place of the whole text.
    #[must_use]
    pub fn span(&self) -> Span {
        self.runs.iter().map(|run| run.place(0..self.chars.len())).reduce(Span::cover).unwrap_or_default()
    }

    /// The place of these bytes: from the first to the last of what they stand for, since the cells of
    /// a table that is laid out badly need not be in the order of the source.
    #[must_use]
    pub fn span_of(&self, bytes: Range<usize>) -> Span {
        if bytes.is_empty() {
            return self.span();
        }
        let from = self.runs.partition_point(|run| run.at + run.len <= bytes.start);
        let within = self.runs.iter().skip(from).take_while(|run| run.at < bytes.end);
        within.map(|run| run.place(bytes.clone())).reduce(Span::cover).unwrap_or_else(|| self.span())
    }

    /// Where `part`, a slice of [`Text::plain`] or [`Text::as_str`], stands in this text.
    #[must_use]
    pub fn range_of(&self, part: &str) -> Option<Range<usize>> {
        let at = part.as_ptr() as usize;
        [&self.plain, &self.chars].into_iter().find_map(|whole| {
            let start = at.checked_sub(whole.as_ptr() as usize)?;
            (start + part.len() <= whole.len()).then(|| start..start + part.len())
        })
    }

    /// What is written where `part` of [`Text::plain`] stands, and its place.
    #[must_use]
    pub fn written(&self, part: &str) -> (String, Span) {
        let trimmed = part.trim();
        let range = self.range_of(trimmed);
        let as_written = range.clone().and_then(|range| self.chars.get(range)).unwrap_or(trimmed);
        (as_written.nfkc().collect(), range.map_or_else(|| self.span(), |range| self.span_of(range)))
    }

    /// The part of this text between two bytes.
    #[must_use]
    pub fn slice(&self, bytes: Range<usize>) -> Self {
        let mut out = Builder::default();
        let Some(part) = self.chars.get(bytes.clone()) else { return Self::default() };
        for (at, c) in part.char_indices() {
            let from = bytes.start + at;
            let span = self.span_of(from..from + c.len_utf8());
            out.push(c, span.start..span.end);
        }
        out.finish()
    }

    /// Several texts as one, in this order, with `between` where two meet.
    #[must_use]
    pub fn join<'a>(parts: impl IntoIterator<Item = (&'a str, &'a Self)>) -> Self {
        let mut out = Builder::default();
        for (between, part) in parts {
            let at = out.runs.last().map_or_else(|| part.span().start, |run| run.source.end);
            for c in between.chars() {
                out.push(c, at..at);
            }
            let shift = out.chars.len();
            out.chars.push_str(&part.chars);
            out.runs.extend(part.runs.iter().map(|run| Run { at: run.at + shift, ..run.clone() }));
        }
        out.finish()
    }
}

/// Puts a [`Text`] together, character by character.
#[derive(Clone, Debug, Default)]
pub(super) struct Builder {
    chars: String,
    runs: Vec<Run>,
}

impl Builder {
    /// Adds a folded character and the bytes of the source it stands for.
    pub(super) fn push(&mut self, c: char, source: Range<usize>) {
        let (at, len) = (self.chars.len(), c.len_utf8());
        self.chars.push(c);
        if let Some(last) = self.runs.last_mut()
            && last.source.end == source.start
            && last.len == last.source.len()
            && len == source.len()
        {
            last.len += len;
            last.source.end = source.end;
            return;
        }
        self.runs.push(Run { at, len, source });
    }

    /// The text; its plain spelling is made here, once.
    pub(super) fn finish(self) -> Text {
        let plain = words::plain(&self.chars);
        Text { chars: self.chars, plain, runs: self.runs }
    }
}

/// A character of the source, folded, with the bytes it stands for.
#[derive(Clone, Copy, Debug)]
struct Folded {
    c: char,
    start: usize,
    end: usize,
}

/// Folds pieces of the source (each with the offset of its first byte) into one text.
pub(super) fn fold(pieces: &[(&str, Range<usize>)], comma: char) -> Text {
    let mut folded = Vec::new();
    for (piece, source) in pieces {
        fold_piece(piece, source, comma, &mut folded);
    }
    let mut out = Builder::default();
    for kept in without_idle_spaces(&folded) {
        out.push(kept.c, kept.start..kept.end);
    }
    out.finish()
}

fn fold_piece(piece: &str, source: &Range<usize>, comma: char, out: &mut Vec<Folded>) {
    // A piece that stands for other text (an entity) has no places of its own within.
    let exact = piece.len() == source.len();
    let place = |from: usize, to: usize| {
        if exact { (source.start + from, source.start + to) } else { (source.start, source.end) }
    };
    let mut chars = piece.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        let mut cluster = [c, '\0'];
        if let Some((next_at, next)) = chars.peek().copied()
            && matches!(next, '\u{3099}' | '\u{309a}' | '\u{ff9e}' | '\u{ff9f}')
        {
            cluster = [c, next];
            end = next_at + next.len_utf8();
            chars.next();
        }
        let (start, end) = place(at, end);
        let mut push = |c: char| out.push(Folded { c, start, end });
        match c {
            '，' | ',' if comma == ',' => push('、'),
            '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{ad}' | '\u{fe00}'..='\u{fe0f}' => {}
            c if c.is_whitespace() => push(' '),
            c if c.is_control() => {}
            c if words::circled(c).is_some() => push(c),
            '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fe}' | '\u{4e00}'..='\u{9fff}' | '、' | '。' | '!'..='~'
                if cluster[1] == '\0' =>
            {
                push(c);
            }
            _ => cluster.iter().filter(|c| **c != '\0').nfkc().for_each(&mut push),
        }
    }
}

trait Nfkc<'a>: Iterator<Item = &'a char> + Sized {
    fn nfkc(self) -> impl Iterator<Item = char> {
        UnicodeNormalization::nfkc(self.copied())
    }
}

impl<'a, I: Iterator<Item = &'a char>> Nfkc<'a> for I {}

/// Drops the spaces that mean nothing: doubled ones, those at the ends, those a typesetter put
/// between the characters of a word, and those around numbers (第 1 条, 平成 14 年).
fn without_idle_spaces(folded: &[Folded]) -> Vec<Folded> {
    let letters = folded.iter().filter(|f| f.c != ' ').count();
    let alone = folded.split(|f| f.c == ' ').filter(|word| word.len() == 1).count();
    let spread = letters >= 3 && alone * 10 >= letters * 7;
    let mut out: Vec<Folded> = Vec::with_capacity(folded.len());
    let mut head_number = true;
    let mut pending: Option<Folded> = None;
    for f in folded {
        if f.c == ' ' {
            pending = pending.or(Some(*f));
            continue;
        }
        if let (Some(space), Some(last)) = (pending.take(), out.last().copied())
            && space_between(last.c, f.c, head_number, spread)
        {
            out.push(space);
            head_number = false;
        }
        head_number = head_number && f.c.is_ascii_digit();
        out.push(*f);
    }
    out
}

fn space_between(before: char, after: char, head_number: bool, spread: bool) -> bool {
    if head_number {
        return true;
    }
    let loose = |c: char| !c.is_ascii_alphanumeric();
    if spread && (loose(before) || loose(after)) && before != ')' && !before.is_ascii_digit() {
        return false;
    }
    if before.is_ascii_digit() && "年月日条項号章節款".contains(after) {
        return false;
    }
    if before == '第' && "一二三四五六七八九十百".contains(after) {
        return false;
    }
    if "前次同本".contains(before) && "条項号".contains(after) {
        return false;
    }
    if "第年月成和治正".contains(before) && (after.is_ascii_digit() || after == '元') {
        return false;
    }
    !("、。(「".contains(before) || "、。)」".contains(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> Text {
        fold(&[(text, 0..text.len())], '、')
    }

    #[test]
    fn folding() {
        for (from, to) in [
            ("第 １ 条　（目的）", "第1条 (目的)"),
            ("２　ｼｽﾃﾑ管理者ﾊﾞ", "2 システム管理者バ"),
            ("指 定 施 設", "指定施設"),
            ("平成 14 年 8 月 5 日", "平成14年8月5日"),
            ("  ①　室  ", "① 室"),
            ("2 日常の点検", "2 日常の点検"),
        ] {
            assert_eq!(folded(from).as_str(), to);
        }
    }

    #[test]
    fn places_lead_back() {
        let source = "２　システム管理者は、ﾊﾞｯｸｱｯﾌﾟをもつて充てる。";
        let text = folded(source);
        let at = text.plain().find("バックアップをもって").unwrap();
        let span = text.span_of(at..at + "バックアップ".len());
        assert_eq!(&source[span.start..span.end], "ﾊﾞｯｸｱｯﾌﾟ");
        let (written, span) = text.written(&text.plain()[at..at + "バックアップをもって".len()]);
        assert_eq!(written, "バックアップをもつて");
        assert_eq!(&source[span.start..span.end], "ﾊﾞｯｸｱｯﾌﾟをもつて");
    }

    #[test]
    fn texts_join() {
        let (a, b) = (folded("関"), fold(&[("係", 10..13)], '、'));
        let joined = Text::join([("", &a), ("", &b)]);
        assert_eq!(joined.as_str(), "関係");
        assert_eq!(joined.span(), Span { start: 0, end: 13 });
        assert_eq!(Text::join([("・", &b)]).span(), b.span());
        assert_eq!(Text::join([("", &b), ("、", &a)]).span(), joined.span());
    }

    proptest! {
        #[test]
        fn every_place_lies_in_the_source(source in ".{0,60}") {
            let text = folded(&source);
            prop_assert_eq!(text.as_str().len(), text.plain().len());
            for (at, c) in text.as_str().char_indices() {
                let span = text.span_of(at..at + c.len_utf8());
                prop_assert!(source.get(span.start..span.end).is_some());
            }
        }
    }
}

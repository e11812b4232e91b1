//! What the bytes of the fuzzer stand for: short inputs that reach deep into the reader.
//!
//! No text begins with a control character, so the first byte tells how an input is meant:
//!
//! ```text
//! 0x01 + t   template t, the rest spliced in as text
//! 0x10 + t   template t, the rest spliced in as words, one a byte
//! any other  the bytes as they are
//! ```
//!
//! A zero byte in the rest goes on at the next mark of the template.

use std::borrow::Cow;
use std::sync::LazyLock;

/// Small regulations; the rest of an input is put where they have a [`MARK`].
pub const TEMPLATES: [&str; 15] = [
    "¤",
    "○甲市電算室管理規程\n第1条 ¤\n2 ¤",
    "○¤\n平成14年8月5日\n¤\n第1条 甲\n附 則\n¤",
    "○甲規程\n(責任者)\n第1条 システム管理者を置き、¤をもって充てる。\n第2条 次の¤\n(1) ¤",
    "○甲規程\n(会議)\n第1条 セキュリティ会議を置く。\n2 会議は、¤をもって組織する。\n(1) ¤\n3 ¤",
    "○甲規程\n(入退室)\n第1条 入退室管理を行う室は、¤とする。\n2 室に入室しようとする者は、¤ならない。",
    "○甲規程\n第1条 次の表の¤室に入室する。\n区分 | 室 | 方法\n¤ | ¤ | ¤\n二 | 書庫 | 鍵\n¤",
    "○甲規程\n第1条 責任者は、別表¤\n附則\n¤\n別表第1(第1条関係)\n役割\t充てる職\n¤\t¤",
    "○甲規程\n第1条 次の帳簿を備え、¤保存する。\n(1) 入退室管理簿 ¤\n2 ¤年間保存する。",
    "○甲規程\n第1条 アクセス管理を行う機器は、¤とする。\n2 操作者は、¤パスワード¤",
    "○甲規程\n第1条 委託する契約書に、¤を明記する。\n(1) ¤\n第2条 統括者は、¤接続を¤",
    "<html><body><h1>甲規程</h1><p>第1条 ¤</p><table><tr><td>¤</td><td>室</td></tr>¤</table></body></html>",
    "<?xml version=\"1.0\"?><Law><LawBody><LawTitle>甲規程</LawTitle><MainProvision><Article Num=\"1\"><ArticleTitle>第一条</ArticleTitle><Paragraph><ParagraphSentence>¤</ParagraphSentence>¤</Paragraph>¤</Article></MainProvision></LawBody></Law>",
    "# 甲規程\n\n## 第1条 ¤\n\n- (1) ¤\n- ¤\n\n| 区分 | 室 |\n|---|---|\n| ¤ | ¤ |\n",
    "甲規程\n第1 ¤\n¤\n第2 乙\n1 ¤",
];

/// Where a template is filled.
pub const MARK: char = '¤';
/// The first byte of inputs with text in the first template, and with words.
pub const TEXT: u8 = 0x01;
pub const WORDS: u8 = 0x10;
/// How many bytes stand for words; those behind them are left out.
pub const WORDS_MAX: usize = 80;

static WORD_LIST: LazyLock<Vec<String>> = LazyLock::new(|| include_str!("../words.txt").lines().map(meant).collect());

/// The words of the genre; the first is spelled 0x01.
pub fn words() -> &'static [String] {
    &WORD_LIST
}

/// A word without its escapes: `\n`, `\t`, `\\`, `\u{3099}`.
fn meant(word: &str) -> String {
    let mut out = String::new();
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match (c == '\\').then(|| chars.next()).flatten() {
            None => out.push(c),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let digits: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(other) => out.push(other),
        }
    }
    out
}

/// The file that these bytes stand for.
pub fn file(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some((first, rest)) = bytes.split_first() else { return Cow::Borrowed(bytes) };
    let template = |from: u8| first.checked_sub(from).and_then(|t| TEMPLATES.get(usize::from(t)));
    if let Some(template) = template(WORDS) {
        let word = |b: &u8| words().get(usize::from(*b).checked_sub(1)?).map(String::as_str);
        let spell = |part: &[u8]| part.iter().filter_map(word).collect();
        let rest = rest.get(..WORDS_MAX).unwrap_or(rest);
        return Cow::Owned(filled(template, rest.split(|b| *b == 0).map(spell)));
    }
    // Tabs and line ends begin a text; the templates in their place are reached by words alone.
    if let Some(template) = template(TEXT).filter(|_| !first.is_ascii_whitespace()) {
        let parts = rest.split(|b| *b == 0).map(|part| String::from_utf8_lossy(part).into_owned());
        return Cow::Owned(filled(template, parts));
    }
    Cow::Borrowed(bytes)
}

/// A template with these parts at its marks; what is left over stands at its end.
fn filled(template: &str, mut parts: impl Iterator<Item = String>) -> Vec<u8> {
    let mut out = String::new();
    for (i, piece) in template.split(MARK).enumerate() {
        if i > 0 {
            out.extend(parts.next());
        }
        out.push_str(piece);
    }
    out.extend(parts);
    out.into_bytes()
}

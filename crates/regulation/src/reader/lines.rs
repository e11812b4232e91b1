//! Lines as their author wrote them: page numbers fall away, what a page or a margin broke is joined.

use super::heads::{self, Style};
use super::markup::Line;
use super::text::Text;

/// Lines shorter than this say nothing about the margin.
const MARGIN_MIN: usize = 20;
/// No page is printed wider than this.
const MARGIN_MAX: usize = 70;
/// How far from the margin a full line may end: a line may not begin with a comma.
const RAGGED: usize = 3;

/// Drops page numbers and running heads, and joins the lines that a margin broke.
pub(super) fn tidy(lines: Vec<Line>) -> Vec<Line> {
    let lines = without_pages(lines);
    let Some(margin) = margin(&lines) else { return lines };
    let mut out: Vec<Line> = Vec::with_capacity(lines.len());
    let mut parts: Vec<Line> = Vec::new();
    for line in lines {
        let continues = parts.last().is_some_and(|last| continues(last, &line, margin));
        if !continues {
            out.extend(joined(std::mem::take(&mut parts)));
        }
        parts.push(line);
    }
    out.extend(joined(parts));
    out
}

fn joined(parts: Vec<Line>) -> Option<Line> {
    let text = Text::join(parts.iter().map(|line| ("", &line.text)));
    let single = parts.len() == 1;
    let first = parts.into_iter().next()?;
    if single {
        return Some(first);
    }
    Some(Line { width: text.as_str().chars().count(), text, columns: Vec::new(), ..first })
}

/// The width at which this text was broken into lines; `None` where it was not.
fn margin(lines: &[Line]) -> Option<usize> {
    let mut widths: Vec<usize> = lines
        .iter()
        .filter(|line| line.loose && !line.is_row() && line.width >= MARGIN_MIN)
        .map(|line| line.width)
        .collect();
    if widths.len() < 8 {
        return None;
    }
    widths.sort_unstable();
    // A few lines (tables, headers) may stick out of the page.
    let margin = *widths.get(widths.len() - 1 - widths.len() / 50)?;
    let full = widths.iter().filter(|width| (margin.saturating_sub(RAGGED)..=margin).contains(width)).count();
    (margin <= MARGIN_MAX && full * 5 >= widths.len()).then_some(margin)
}

/// Whether a line goes on where the line before it was broken.
fn continues(last: &Line, line: &Line, margin: usize) -> bool {
    let other = last.is_row() || line.is_row() || line.heading || last.heading && !split_title(last, line);
    if other || !last.loose || last.width + RAGGED < margin {
        return false;
    }
    let closed = last.str().ends_with(['。', '」']);
    let text = line.str();
    if heads::supplement(text).is_some() || heads::appendix(text) || heads::chapter(text).is_some() {
        return !closed && heads::appendix(text) && last.str().contains('。') && !line.gap;
    }
    if heads::article(text).is_some() || heads::is_note(text) {
        return false;
    }
    match heads::marker(text) {
        // A number after an open line is more often a quantity than a paragraph.
        Some(marker) if matches!(marker.style, Style::Number | Style::Kanji | Style::Letter | Style::Kana) => {
            !closed && !marker.spaced
        }
        Some(_) => false,
        None => heads::caption(text).is_none() || !closed && !text.ends_with(')'),
    }
}

/// Whether a title goes on in the next line: it has not come to the word that ends one.
fn split_title(last: &Line, line: &Line) -> bool {
    const ENDS: [&str; 8] = ["規程", "要綱", "規則", "要領", "規定", "条例", "基準", "計画"];
    let ends = |text: &str| ENDS.iter().any(|end| text.ends_with(end));
    !ends(last.str()) && ends(line.str()) && !line.str().contains('。')
}

/// Drops lines that only number pages, and the running heads beside them.
fn without_pages(lines: Vec<Line>) -> Vec<Line> {
    let texts: Vec<&str> = lines.iter().map(Line::str).collect();
    let loose = lines.iter().any(|line| line.loose);
    let bare = loose && numbers_pages(&texts);
    let page: Vec<bool> = texts.iter().map(|text| is_page(text) || bare && text.parse::<u32>().is_ok()).collect();
    if !page.contains(&true) {
        return lines;
    }
    let mut counts = std::collections::HashMap::new();
    for text in &texts {
        *counts.entry(*text).or_insert(0usize) += 1;
    }
    let beside = |i: usize| {
        page.get(i + 1).copied().unwrap_or(false)
            || i.checked_sub(1).is_some_and(|i| page.get(i).copied().unwrap_or(false))
    };
    let head = |i: usize, text: &str| {
        counts.get(text).is_some_and(|count| *count >= 3)
            && beside(i)
            && text.chars().count() > 5
            && heads::marker(text).is_none()
    };
    let keep: Vec<bool> =
        texts.iter().enumerate().map(|(i, text)| !page.get(i).copied().unwrap_or(false) && !head(i, text)).collect();
    let mut keep = keep.into_iter();
    let mut lines = lines;
    lines.retain(|_| keep.next().unwrap_or(true));
    lines
}

/// - 3 -, 3/12, 3ページ.
fn is_page(text: &str) -> bool {
    let inner = text.trim_matches(|c: char| "-‐–—―−ー~〜= ".contains(c));
    let dashed = inner.len() < text.len()
        && text.starts_with(|c: char| "-‐–—―−ー~〜=".contains(c))
        && text.ends_with(|c: char| "-‐–—―−ー~〜=".contains(c));
    let digits = |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    if dashed && digits(inner) {
        return true;
    }
    let named = inner
        .strip_suffix("ページ")
        .or_else(|| inner.strip_suffix("頁"))
        .or_else(|| inner.strip_prefix("p."))
        .or_else(|| inner.strip_prefix("P."))
        .or_else(|| inner.strip_prefix("Page "));
    let of = inner.split_once('/').is_some_and(|(page, pages)| digits(page.trim()) && digits(pages.trim()));
    named.is_some_and(|page| digits(page.trim())) || of && inner.len() <= 9
}

/// Whether the lines that are numbers only count the pages.
fn numbers_pages(texts: &[&str]) -> bool {
    let numbers: Vec<(usize, u32)> = texts
        .iter()
        .enumerate()
        .filter_map(|(i, text)| Some((i, text.parse::<u32>().ok().filter(|_| text.len() <= 3)?)))
        .collect();
    numbers.len() >= 2 && numbers.iter().zip(numbers.iter().skip(1)).all(|((i, a), (j, b))| *b == a + 1 && j - i >= 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers() {
        for text in ["- 3 -", "－3－", "― 12 ―", "3/12", "3ページ", "P.3"] {
            let folded: String = text.replace('－', "-");
            assert!(is_page(&folded), "{text}");
        }
        for text in ["3", "(3)", "第3条", "- 室 -", "-"] {
            assert!(!is_page(text), "{text}");
        }
    }
}

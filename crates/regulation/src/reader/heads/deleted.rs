//! Ranges of articles and sections of which only the numbers are left.

use super::{Number, article_number, leading_number};

/// What joins the ends of a range.
const JOINTS: [&str; 14] = ["から", "及び", "および", "・", "、", "～", "~", "―", "-", "—", "‐", "−", "－", "〜"];

/// 第5条から第7条まで 削除, 第3条及び第4条 削除.
pub(super) fn deleted_range(first: &Number, rest: &str) -> Option<Vec<Number>> {
    let rest = rest.trim_start();
    let joint = JOINTS.into_iter().find(|joint| rest.starts_with(joint))?;
    let tail = rest.get(joint.len()..)?.trim_start();
    let (last, len) = article_number(tail)?;
    let after = tail.get(len..)?.trim_start();
    let after = after.strip_prefix("まで").unwrap_or(after).trim_matches([' ', '(', ')', '。', ':']);
    if !after.starts_with("削除") {
        return None;
    }
    let mut numbers = vec![first.clone()];
    let spread = !matches!(joint, "及び" | "および" | "・" | "、");
    if let ([from], [to], true) = (first.0.as_slice(), last.0.as_slice(), spread) {
        numbers.extend((from + 1..=*to).take(200).map(|n| Number(vec![n])));
    } else if let ([from, a], [to, b], true) = (first.0.as_slice(), last.0.as_slice(), spread)
        && from == to
    {
        numbers.extend((a + 1..=*b).take(200).map(|n| Number(vec![*from, n])));
    } else {
        numbers.push(last);
    }
    Some(numbers)
}

/// 第8から第10まで 削除: the sections of which only the numbers are left.
pub(in super::super) fn deleted_sections(line: &str) -> Option<Vec<u32>> {
    let of = |text: &str| {
        let rest = text.strip_prefix('第')?;
        let (n, len) = leading_number(rest)?;
        Some((n, text.len() - rest.len() + len))
    };
    let (first, len) = of(line)?;
    let rest = line.get(len..)?.trim_start();
    let joint = JOINTS.into_iter().find(|joint| rest.starts_with(joint))?;
    let tail = rest.get(joint.len()..)?.trim_start();
    let (last, len) = of(tail)?;
    let after = tail.get(len..)?.trim_start();
    let after = after.strip_prefix("まで").unwrap_or(after).trim_matches([' ', '(', ')', '。', ':']);
    if first == 0 || !after.starts_with("削除") {
        return None;
    }
    let spread = !matches!(joint, "及び" | "および" | "・" | "、");
    Some(if spread { (first..=last).take(200).collect() } else { vec![first, last] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections() {
        for (line, found) in [
            ("第8から第10まで 削除", Some(vec![8, 9, 10])),
            ("第三及び第四 削除", Some(vec![3, 4])),
            ("第2～第4(削除)", Some(vec![2, 3, 4])),
            ("第8から第10までの規定", None),
            ("第8 削除", None),
        ] {
            assert_eq!(deleted_sections(line), found, "{line}");
        }
    }
}

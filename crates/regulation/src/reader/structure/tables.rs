//! Tables whose cells stand one to a line.

use super::super::instrument::Table;
use super::super::text::Text;
use super::super::{cells, heads, words};

/// Words that head the columns of tables of this genre.
const HEADS: [&str; 45] = [
    "番号",
    "事項",
    "区分",
    "室",
    "場所",
    "施設",
    "区画",
    "区域",
    "方法",
    "役職",
    "職名",
    "職",
    "充てる",
    "名称",
    "責任者",
    "管理者",
    "期間",
    "年限",
    "保存",
    "帳票",
    "台帳",
    "帳簿",
    "簿冊",
    "記録",
    "内容",
    "備考",
    "レベル",
    "役割",
    "担当",
    "部署",
    "対象",
    "機器",
    "種類",
    "条件",
    "管理",
    "仕事",
    "事務",
    "段階",
    "許可",
    "所属",
    "構成員",
    "委員",
    "部屋",
    "入り方",
    "保管",
];

/// The table whose cells these lines are, one after the other; `None` where they are no table.
pub(super) fn from_cells(cells: &[Text]) -> Option<Table> {
    let cells = glued(cells);
    if cells.len() < 4 {
        return None;
    }
    let anchors: Vec<usize> =
        cells.iter().enumerate().filter(|(_, cell)| is_level(cell.as_str())).map(|(i, _)| i).collect();
    if let (Some(first), true) = (anchors.first().copied(), anchors.len() >= 2) {
        let steps: Vec<usize> = anchors.iter().zip(anchors.iter().skip(1)).map(|(a, b)| b - a).collect();
        let even = steps.first().copied().filter(|step| steps.iter().all(|other| other == step));
        if let Some(width) =
            even.filter(|width| (2..=6).contains(width) && first >= *width && cells.len().is_multiple_of(*width))
        {
            return Some(Table { rows: cells.chunks(width).map(<[Text]>::to_vec).collect() });
        }
        if (1..=4).contains(&first) {
            return Some(by_anchors(&cells, &anchors, first));
        }
    }
    let width = (2..=5)
        .filter(|width| cells.len() >= width * 2)
        .max_by_key(|width| (score(&cells, *width), usize::MAX - width))?;
    if score(&cells, width) < 3 {
        return None;
    }
    Some(Table { rows: cells.chunks(width).map(<[Text]>::to_vec).collect() })
}

/// The table whose rows these lines are, with a space between the cells of each.
pub(super) fn from_columns(lines: &[Text]) -> Option<Table> {
    let cells = |line: &Text| -> Vec<Text> {
        let mut from = 0;
        let mut out = Vec::new();
        for (at, _) in line.as_str().match_indices(' ') {
            out.push(line.slice(from..at));
            from = at + 1;
        }
        out.push(line.slice(from..line.as_str().len()));
        out
    };
    let width = lines.first()?.as_str().split(' ').count();
    let marked = width == 2 && lines.iter().all(|line| heads::marker(line.as_str()).is_some());
    let even = !marked
        && (2..=5).contains(&width)
        && lines.len() >= 2
        && lines.len() <= 500
        && lines.iter().all(|line| line.as_str().split(' ').count() == width);
    even.then(|| Table { rows: lines.iter().map(cells).collect() })
}

/// The rows without the empty cells that only move the others: columns set by more than one tab.
pub(super) fn aligned(rows: Vec<Vec<Text>>) -> Vec<Vec<Text>> {
    let full = |row: &Vec<Text>| row.iter().all(|cell| !cell.is_empty());
    let head = rows.first().filter(|row| full(row)).map_or(0, Vec::len);
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
    if head == longest || rows.iter().all(|row| row.len() == longest) {
        return rows;
    }
    let kept = |row: Vec<Text>| row.into_iter().filter(|cell| !cell.is_empty()).collect();
    rows.into_iter().map(kept).collect()
}

/// A line in parentheses goes on with the cell before it, as does the rest of a broken name.
fn glued(lines: &[Text]) -> Vec<Text> {
    let mut out: Vec<Text> = Vec::with_capacity(lines.len());
    for cell in lines {
        match out.last_mut() {
            Some(last) if cells::goes_on(last.as_str(), cell.as_str()) => {
                *last = Text::join([("", &*last), ("", cell)]);
            }
            _ => out.push(cell.clone()),
        }
    }
    out
}

/// レベル2 at the head of a cell.
pub(super) fn is_level(cell: &str) -> bool {
    cell.chars().count() <= 12 && (cell.starts_with("レベル") || cell.starts_with("セキュリティレベル"))
}

fn by_anchors(cells: &[Text], anchors: &[usize], first: usize) -> Table {
    let mut rows = vec![cells.get(..first).unwrap_or_default().to_vec()];
    for (i, at) in anchors.iter().enumerate() {
        let end = anchors.get(i + 1).copied().unwrap_or(cells.len());
        rows.push(cells.get(*at..end).unwrap_or_default().to_vec());
    }
    Table { rows }
}

/// How well these cells fill rows of this width.
fn score(cells: &[Text], width: usize) -> usize {
    if !cells.len().is_multiple_of(width) {
        return 0;
    }
    let heads = cells.iter().take(width).filter(|cell| is_head(cell.as_str())).count();
    let further = cells.get(width).is_some_and(|cell| is_head(cell.as_str()) && cell.as_str().chars().count() <= 4);
    let column = |c: usize| cells.iter().skip(width + c).step_by(width);
    let alike = (0..width)
        .filter(|c| {
            let kinds: Vec<usize> = column(*c).map(|cell| kind(cell.as_str())).collect();
            kinds.iter().zip(kinds.iter().skip(1)).all(|(a, b)| a == b)
        })
        .count();
    let short =
        cells.iter().take(width).all(|cell| cell.as_str().chars().count() <= 24 && !cell.as_str().contains('。'));
    if heads + 1 < width || heads == 0 || !short || alike * 2 < width {
        return 0;
    }
    3 + heads * 2 / width + alike * 4 / width - usize::from(further)
}

fn is_head(cell: &str) -> bool {
    cell.chars().count() <= 20 && !cell.contains('。') && HEADS.iter().any(|head| cell.contains(head))
}

fn kind(cell: &str) -> usize {
    if cell.ends_with('。') {
        0
    } else if cell.ends_with(|c: char| "年月日間用".contains(c)) {
        2
    } else if words::is_office(cell) || words::is_post(cell) {
        3
    } else {
        4
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::text;
    use super::*;

    #[test]
    fn cells_one_to_a_line() {
        let lines = [
            "責任者",
            "職",
            "所掌",
            "情報保護総括責任者",
            "市民局長",
            "基準の運用の総括",
            "情報保護副総括責任者",
            "市民局次長、総務局情報統括監",
            "総括責任者の補佐",
            "システム責任者",
            "総務局情報管理部システム課長(住民記録担当)",
            "機器及び回線の管理",
        ];
        let texts: Vec<Text> = lines.iter().map(|line| text::fold(&[(line, 0..line.len())], '、')).collect();
        assert_eq!(glued(&texts).iter().map(Text::as_str).collect::<Vec<_>>(), lines);
        assert!(from_cells(&texts).is_some());
    }
}

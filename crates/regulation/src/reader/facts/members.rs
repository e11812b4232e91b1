//! Tables as lists: which row is the head, which column holds what.

use super::super::instrument::Table;
use super::super::text::Text;

/// Words that only stand in the head of a table.
const HEADS: [&str; 45] = [
    "番号",
    "項番",
    "審議事項",
    "協議事項",
    "検討事項",
    "所掌事項",
    "所掌事務",
    "区分",
    "室",
    "場所",
    "施設",
    "指定施設",
    "方法",
    "役職",
    "職名",
    "職",
    "名称",
    "責任者",
    "期間",
    "年限",
    "帳票",
    "帳票名",
    "台帳",
    "帳簿",
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
    "委員",
    "構成員",
    "記録",
    "記録等",
    "保存期間",
    "許可",
    "名札",
    "部屋",
    "区域",
    "区画",
    "入り方",
];

/// Whether the first row of a table is its head.
pub(super) fn has_head(table: &Table) -> bool {
    let Some(first) = table.rows.first() else { return false };
    let cells = || first.iter().map(Text::plain).filter(|cell| !cell.trim().is_empty());
    let short = cells().all(|cell| cell.chars().count() <= 24 && !cell.contains('。'));
    let named = cells().any(|cell| {
        let cell: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
        HEADS.contains(&cell.as_str())
            || [
                "区分",
                "方法",
                "充てる",
                "名称",
                "期間",
                "年限",
                "場所",
                "施設",
                "職",
                "管理",
                "欄",
                "の室",
                "責任者名",
                "条件",
                "にある者",
                "となる者",
            ]
            .iter()
            .any(|end| cell.ends_with(end))
            || cell.contains("充てる")
    });
    table.rows.len() > 1 && short && named
}

/// The column whose head has one of these words.
pub(super) fn column(table: &Table, words: &[&str]) -> Option<usize> {
    let head = table.rows.first().filter(|_| has_head(table))?;
    head.iter().position(|cell| words.iter().any(|word| cell.plain().contains(word)))
}

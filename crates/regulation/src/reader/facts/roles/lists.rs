//! Offices and their posts in lists and tables.

use super::super::super::instrument::Table;
use super::super::super::text::Text;
use super::super::super::words;
use super::super::scope::Unit;
use super::super::{members, posts};
use super::names::{is_set_up, offices};
use super::{Roles, body, parted};

impl<'a> Roles<'a, '_> {
    /// Items such as システム管理者 総務課長.
    pub(super) fn list(&mut self, unit: &Unit<'a>) {
        if unit.items.is_empty() {
            return;
        }
        let lead = unit.text.plain();
        let sets_up = ["を置", "充て", "責任者", "管理者", "組織体制", "を設け"].iter().any(|word| lead.contains(word));
        let sorts = lead.contains("区分に応じ");
        if !sets_up || unit.defines() || lead.contains("組織する") || lead.contains("構成") || lead.contains("事項")
        {
            return;
        }
        if self.by_place(unit) {
            return;
        }
        for item in unit.items {
            let text = item.text.plain();
            let Some((name, filled)) = parted(text) else {
                let name = words::named(text.trim_end_matches('。'));
                if words::is_office(name) && lead.contains("を置") && text.chars().count() < 40 {
                    self.add(unit, name, &[], &item.text);
                }
                continue;
            };
            let name = words::named(name);
            let filled = posts::of(filled.trim_end_matches('。'));
            let fits = words::is_office(name) || name.ends_with("補佐") || !sorts && lead.contains("充て");
            if fits && !filled.is_empty() && filled.iter().all(|post| posts::is_named(post)) {
                self.add(unit, name, &filled, &item.text);
                self.scope.mark(unit.text);
            }
        }
    }

    /// 部門責任者を置き、次のとおりとする: each item names a part of the municipality and the post there.
    fn by_place(&mut self, unit: &Unit<'a>) -> bool {
        let lead = unit.text.plain();
        let clause = ["を置き", "を設け"].iter().find_map(|verb| lead.get(..words::masked(lead).find(verb)?));
        let set_up = clause.map(offices).unwrap_or_default();
        let [name] = set_up.as_slice() else { return false };
        let halves: Vec<(&str, &str)> =
            unit.items.iter().filter_map(|item| parted(item.text.plain().trim_end_matches('。'))).collect();
        let placed = halves.len() == unit.items.len()
            && is_set_up(name)
            && halves.iter().all(|(place, filled)| {
                !words::is_office(words::named(place)) && posts::of(filled).iter().all(|post| posts::is_named(post))
            });
        if placed {
            for (item, (_, filled)) in unit.items.iter().zip(halves) {
                self.add(unit, name, &posts::of(filled), &item.text);
            }
            self.scope.mark(unit.text);
        }
        placed
    }

    /// Tables such as 責任者 | 充てる職.
    pub(super) fn tables(&mut self, unit: &Unit<'a>) {
        let lead = unit.text.plain();
        for table in self.scope.tables_of(unit) {
            let Some((role, post)) = columns(table, lead) else { continue };
            for row in body(table) {
                let (Some(name), Some(filled)) = (row.get(role), row.get(post)) else { continue };
                let name = words::named(name.plain());
                let filled: Vec<&str> = posts::of(filled.plain());
                if !name.is_empty() && !filled.is_empty() {
                    let text = row.get(post).unwrap_or(unit.text);
                    let called = self.scope.call(name).to_owned();
                    self.add(unit, &called, &filled, text);
                    self.scope.mark(unit.text);
                }
            }
        }
    }

    /// それぞれ同表の中欄に掲げる職にある者: the posts of a column, of this table or of one nearby.
    pub(super) fn by_column(&mut self, unit: &Unit<'a>, names: &[&'a str], phrase: &str) {
        let [name] = names else { return };
        let mut near: Vec<&Table> = self.scope.tables_of(unit);
        if phrase.contains("次条") || phrase.contains("前条") {
            let at = self.scope.instrument.articles.iter().position(|a| a.id == unit.article.id);
            let step = |i: usize| if phrase.contains("次条") { Some(i + 1) } else { i.checked_sub(1) };
            let article = at.and_then(step).and_then(|i| self.scope.instrument.articles.get(i));
            near.extend(article.into_iter().flat_map(|a| &a.paragraphs).flat_map(|p| &p.tables));
        }
        let called = self.scope.call(name).to_owned();
        for table in near {
            if columns(table, unit.text.plain()).is_some() {
                return;
            }
            let width = table.rows.iter().map(Vec::len).max().unwrap_or(0);
            let headed = (0..width).find(|c| {
                table
                    .rows
                    .first()
                    .and_then(|row| row.get(*c))
                    .is_some_and(|cell| cell.plain() == called || cell.plain().contains("充て"))
            });
            let sided = [
                ("右欄", width.saturating_sub(1)),
                ("下欄", width.saturating_sub(1)),
                ("中欄", 1),
                ("左欄", 0),
                ("上欄", 0),
            ];
            let sided = sided
                .iter()
                .filter_map(|(word, column)| phrase.rfind(word).map(|at| (at, *column)))
                .max()
                .map(|(_, column)| column);
            let Some(column) = headed.or(sided) else { continue };
            for cell in body(table).filter_map(|row| row.get(column)) {
                self.add(unit, &called, &posts::of(cell.plain()), cell);
            }
            self.scope.mark(unit.text);
            return;
        }
        for item in unit.items.iter().filter(|_| phrase.contains("各号") || phrase.contains("次に掲げる")) {
            let text = item.text.plain();
            let filled = parted(text).map_or(text, |(_, filled)| filled);
            let filled = posts::of(filled.trim_end_matches('。'));
            if filled.iter().all(|post| posts::is_named(post))
                && parted(text).is_none_or(|(name, _)| !words::is_office(words::named(name)))
            {
                self.add(unit, name, &filled, &item.text);
            }
        }
    }
}

/// Which columns hold the offices and the posts.
fn columns(table: &Table, lead: &str) -> Option<(usize, usize)> {
    let width = table.rows.iter().map(Vec::len).max()?;
    let rows: Vec<&Vec<Text>> = body(table).collect();
    let head = |c: usize| {
        table.rows.first().filter(|_| members::has_head(table)).and_then(|row| row.get(c)).map_or("", Text::plain)
    };
    let share = |c: usize, test: &dyn Fn(&str) -> bool| {
        let cells: Vec<&str> = rows.iter().filter_map(|row| row.get(c)).map(Text::plain).collect();
        !cells.is_empty() && cells.iter().filter(|cell| test(cell)).count() * 2 > cells.len()
    };
    let office =
        |cell: &str| words::is_office(words::named(cell)) && !cell.contains('。') && cell.chars().count() <= 60;
    let post = |cell: &str| !cell.contains('。') && posts::of(cell).iter().all(|post| words::is_post(post));
    let fills = ["充て", "を置", "のとおり", "職にある"].iter().any(|word| lead.contains(word))
        || (0..width).any(|c| head(c).contains("充て"));
    let named = |c: &usize| {
        ["責任者", "管理者", "名称", "役割", "役職", "区分", "呼称"].iter().any(|word| head(*c).contains(word))
            && fills
            && lead.contains("置")
    };
    let role = (0..width)
        .find(|c| share(*c, &office) && !head(*c).contains("充て"))
        .or_else(|| (0..width).find(named).filter(|c| share(*c, &post)))?;
    let others = || (0..width).filter(|c| *c != role);
    let best = others()
        .find(|c| {
            (head(*c).contains("充て") || head(*c).contains("職") || head(*c).contains("担当者")) && share(*c, &post)
        })
        .or_else(|| others().find(|c| share(*c, &post) && !share(*c, &office)))
        .or_else(|| others().find(|c| share(*c, &post)))?;
    fills.then_some((role, best))
}

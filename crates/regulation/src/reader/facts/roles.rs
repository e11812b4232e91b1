//! Offices that the text itself fills.

use super::super::instrument::Table;
use super::super::text::Text;
use super::super::words;
use super::scope::{Scope, Unit};
use super::{Found, Role, members, posts};

/// The offices of an instrument, each once, in the order in which they are set up.
pub(super) fn read(scope: &Scope<'_>) -> Vec<Role> {
    let mut roles = Roles { scope, found: Vec::new() };
    for unit in &scope.units {
        if unit.text.is_empty() && unit.tables().is_empty() {
            continue;
        }
        for sentence in unit.sentences() {
            roles.sentence(unit, sentence);
        }
        if unit.depth <= 1 {
            roles.list(unit);
            roles.tables(unit);
        }
    }
    roles.found
}

/// What a clause says of an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    /// を置く
    SetUp,
    /// 充てる
    Fill,
    /// とする
    Be,
    /// 兼ねる, 当たる, 務める
    Serve,
    /// 指名する
    Name,
}

const VERBS: [(&str, Verb); 24] = [
    ("を置く", Verb::SetUp),
    ("を置き", Verb::SetUp),
    ("を置か", Verb::SetUp),
    ("を設ける", Verb::SetUp),
    ("を設け、", Verb::SetUp),
    ("を設置", Verb::SetUp),
    ("充てる", Verb::Fill),
    ("充て、", Verb::Fill),
    ("充てて", Verb::Fill),
    ("充て,", Verb::Fill),
    ("充当する", Verb::Fill),
    ("とする", Verb::Be),
    ("とし、", Verb::Be),
    ("となる", Verb::Be),
    ("となり、", Verb::Be),
    ("兼ねる", Verb::Serve),
    ("兼ね、", Verb::Serve),
    ("兼務する", Verb::Serve),
    ("当たる", Verb::Serve),
    ("当たり", Verb::Serve),
    ("指名する", Verb::Name),
    ("指定する", Verb::Name),
    ("任命する", Verb::Name),
    ("選任する", Verb::Name),
];

struct Roles<'a, 'b> {
    scope: &'b Scope<'a>,
    found: Vec<Role>,
}

impl<'a> Roles<'a, '_> {
    fn add(&mut self, unit: &Unit<'a>, name: &str, filled: &[&str], text: &Text) {
        let called = self.scope.call(name).to_owned();
        if called.is_empty() || words::is_person(&called) || words::is_person(name) {
            return;
        }
        self.scope.mark(text);
        let posts: Vec<Found<String>> = filled
            .iter()
            .map(|post| Found::written(text, post, unit.id()))
            .filter(|post| !post.value.is_empty() && post.value != called)
            .collect();
        let named = Found { value: called.clone(), ..Found::written(text, name, unit.id()) };
        let Some(known) = self.found.iter_mut().find(|role| role.name.value == called) else {
            self.found.push(Role { name: named, posts });
            return;
        };
        if known.posts.is_empty() {
            if !posts.is_empty() {
                known.name = named;
            }
            known.posts = posts;
        } else if known.name.article == unit.id() {
            for post in posts {
                if known.posts.iter().all(|old| old.value != post.value) {
                    known.posts.push(post);
                }
            }
        }
    }

    fn sentence(&mut self, unit: &Unit<'a>, sentence: &'a str) {
        let mask = words::masked(sentence);
        let mut verbs: Vec<(usize, usize, Verb)> = VERBS
            .iter()
            .flat_map(|(word, verb)| mask.match_indices(word).map(|(at, word)| (at, at + word.len(), *verb)))
            .collect();
        verbs.sort_unstable_by_key(|(at, ..)| *at);
        let mut from = 0;
        let mut current: Vec<&str> = Vec::new();
        for (at, end, verb) in verbs {
            // 指名する者 is a post, not an act of naming.
            let rest = sentence.get(end..).unwrap_or_default();
            let names_post = verb == Verb::Name
                && !(rest.is_empty()
                    || rest.starts_with(['、', ' '])
                    || rest.starts_with("もの")
                    || rest.starts_with("こと"));
            if at < from || names_post {
                continue;
            }
            let clause = sentence.get(from..at).unwrap_or_default();
            let acting = ["代理", "代行", "事故があるとき", "事故あるとき", "欠けたとき", "不在のとき"]
                .iter()
                .any(|word| clause.contains(word));
            match verb {
                Verb::SetUp => {
                    let names = offices(clause);
                    for name in &names {
                        if words::is_office(name) {
                            self.add(unit, name, &[], unit.text);
                        }
                    }
                    current = names;
                }
                _ if acting => {}
                Verb::Fill => self.fill(unit, clause, &mut current),
                Verb::Be => self.be(unit, clause, &mut current),
                Verb::Serve => self.serve(unit, clause, &mut current),
                Verb::Name => self.designate(unit, sentence.get(from..end).unwrap_or_default(), clause, &mut current),
            }
            // 〜とし is often part of a longer clause that still goes on.
            if !matches!(verb, Verb::Be) || !subjects(clause, false).is_empty() && current.is_empty() {
                from = end;
            }
        }
    }

    /// …をもって充てる
    fn fill(&mut self, unit: &Unit<'a>, clause: &'a str, current: &mut Vec<&'a str>) {
        let strict = subjects(clause, true);
        const TAILS: [&str; 10] = [
            "をもってこれに",
            "をもって、これに",
            "をもってそれぞれに",
            "をもってその任に",
            "をもって、",
            "をもって",
            "をこれに",
            "を、それぞれ",
            "をそれぞれ",
            "を",
        ];
        let mut object = clause.trim_end();
        if let Some(before) = TAILS.iter().find_map(|tail| object.strip_suffix(tail)) {
            object = before;
        } else if let Some(before) = object.strip_suffix('に') {
            // 総務課長をもってシステム管理者に充てる
            let cut = before
                .rfind("をもって")
                .map(|at| (at, at + "をもって".len()))
                .or_else(|| before.rfind('を').map(|at| (at, at + 3)));
            if let Some((at, after)) = cut {
                let name = words::named(before.get(after..).unwrap_or_default());
                let filled = posts::of(before.get(..at).unwrap_or_default());
                self.add(unit, name, &filled, unit.text);
            }
            return;
        } else {
            return;
        }
        if strict.is_empty() {
            // システム管理者には、総務課長を充てる
            let mask = words::masked(object);
            let given =
                ["には、", "に、", "には"].iter().find_map(|mark| mask.find(mark).map(|at| (at, at + mark.len())));
            if let Some((at, after)) = given {
                let name = words::named(object.get(..at).unwrap_or_default());
                if words::is_office(name) {
                    self.put(unit, &[name], object.get(after..).unwrap_or_default());
                    *current = vec![name];
                    return;
                }
            }
            let names = current.clone();
            self.put(unit, &names, object);
            return;
        }
        self.by_subjects(unit, object, &strict, current);
    }

    /// Gives each subject of a clause the posts up to the next subject.
    fn by_subjects(&mut self, unit: &Unit<'a>, object: &'a str, found: &[Subject<'a>], current: &mut Vec<&'a str>) {
        for (i, subject) in found.iter().enumerate() {
            let end = found.get(i + 1).map_or(object.len(), |next| next.start);
            let Some(part) = object.get(subject.end.min(end)..end) else { continue };
            self.put(unit, &[subject.name], part.trim_end_matches(['、', 'を']));
            *current = vec![subject.name];
        }
    }

    fn put(&mut self, unit: &Unit<'a>, names: &[&'a str], phrase: &'a str) {
        if ["欄に", "各号に", "次の表", "別表", "次に掲げる", "次の者"].iter().any(|word| phrase.contains(word))
        {
            self.by_column(unit, names, phrase);
            return;
        }
        let filled = posts::of(phrase);
        if filled.is_empty() || filled.iter().all(|post| !words::is_post(post)) {
            return;
        }
        for name in names {
            self.add(unit, name, &filled, unit.text);
        }
    }

    /// Xは、Yとする
    fn be(&mut self, unit: &Unit<'a>, clause: &'a str, current: &mut Vec<&'a str>) {
        let found = subjects(clause, false);
        if let Some(at) = clause.rfind("をもって").filter(|_| found.is_empty()) {
            let name = words::named(clause.get(at + "をもって".len()..).unwrap_or_default());
            if words::is_office(name) {
                self.put(unit, &[name], clause.get(..at).unwrap_or_default());
            }
            return;
        }
        let Some(last) = found.last() else {
            // 総務課長をシステム管理者とする
            if let Some(at) = words::masked(clause).rfind('を') {
                let name = clause.get(at + 3..).unwrap_or_default();
                let filled = clause.get(..at).unwrap_or_default();
                if words::is_office(name) && posts::is_named(filled) && !filled.contains('を') {
                    self.put(unit, &[name], filled);
                }
            }
            return;
        };
        let rest = clause.get(last.end..).unwrap_or_default();
        let listed = ["左表", "次の表", "別表", "次表", "右表", "下表"].iter().any(|word| rest.contains(word));
        if listed {
            self.by_column(unit, &[last.name], rest);
        } else if posts::of(rest).iter().all(|post| posts::is_named(post))
            && !posts::of(rest).is_empty()
            && words::masked(rest).find('を').is_none_or(|_| rest.ends_with('者') || rest.ends_with('長'))
        {
            self.by_subjects(unit, clause, &found, current);
        }
    }

    /// Yがこれを兼ねる, Yがその任に当たる
    fn serve(&mut self, unit: &Unit<'a>, clause: &'a str, current: &mut Vec<&'a str>) {
        const TAILS: [&str; 9] = [
            "がその任に",
            "がこれに",
            "がこれを",
            "がその職に",
            "が、これに",
            "が、これを",
            "がその職を",
            "が、",
            "が",
        ];
        let Some(object) = TAILS.iter().find_map(|tail| clause.trim_end().strip_suffix(tail)) else { return };
        let found = subjects(object, false);
        if found.is_empty() {
            let names: Vec<&str> = current.iter().copied().filter(|name| words::is_office(name)).collect();
            if posts::of(object).iter().all(|post| posts::is_named(post)) {
                self.put(unit, &names, object);
            }
        } else {
            self.by_subjects(unit, object, &found, current);
        }
    }

    /// Xは、Zが指名する: the designation is the post, as it is written.
    fn designate(&mut self, unit: &Unit<'a>, whole: &'a str, clause: &'a str, current: &mut Vec<&'a str>) {
        let found = subjects(clause, false);
        let (name, from) = match (found.last(), current.as_slice()) {
            (Some(subject), _) => (subject.name, subject.end),
            (None, [name]) if words::is_office(name) && clause.trim_start_matches('、').contains('が') => (*name, 0),
            _ => return,
        };
        let designation = whole.get(from..).unwrap_or_default().trim_start_matches('、');
        let mask = words::masked(designation);
        let by = mask.find('が');
        // Xは、…を指定する names somebody else.
        if by.is_none()
            || mask.contains('を') && !mask.contains("のうちから")
            || mask.contains("する者")
            || designation.contains("範囲")
        {
            return;
        }
        let after = unit.text.plain().split(designation).nth(1).unwrap_or_default();
        if after.starts_with('者') || after.starts_with("職員") || after.starts_with("職に") {
            return;
        }
        let Some(range) = unit.text.range_of(designation) else { return };
        self.scope.mark(unit.text);
        let post = Found::new(format!("{designation}者"), unit.id(), unit.text.span_of(range));
        let called = self.scope.call(name).to_owned();
        match self.found.iter_mut().find(|role| role.name.value == called) {
            Some(known) if known.posts.is_empty() => known.posts.push(post),
            Some(_) => {}
            None => self.found.push(Role {
                name: Found { value: called, ..Found::written(unit.text, name, unit.id()) },
                posts: vec![post],
            }),
        }
        *current = Vec::new();
    }

    /// Items such as システム管理者 総務課長.
    fn list(&mut self, unit: &Unit<'a>) {
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

    /// Tables such as 責任者 | 充てる職.
    fn tables(&mut self, unit: &Unit<'a>) {
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
    fn by_column(&mut self, unit: &Unit<'a>, names: &[&'a str], phrase: &str) {
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

/// The two halves of an item: a name, a space, and what is said of it.
pub(super) fn parted(text: &str) -> Option<(&str, &str)> {
    let mask = words::masked(text);
    let at = mask.find(' ')?;
    let (name, rest) = (text.get(..at)?.trim(), text.get(at..)?.trim());
    (!name.is_empty() && !rest.is_empty()).then_some((name, rest))
}

/// The rows below the head of a table.
pub(super) fn body(table: &Table) -> impl Iterator<Item = &Vec<Text>> {
    table.rows.iter().skip(usize::from(members::has_head(table)))
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

/// The offices named at the end of a clause before を置く.
fn offices(clause: &str) -> Vec<&str> {
    // 各部局にXを、各課にYを置く names two.
    let mask = words::masked(clause);
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, mark) in mask.match_indices("を、") {
        parts.push(clause.get(from..at).unwrap_or_default());
        from = at + mark.len();
    }
    parts.push(clause.get(from..).unwrap_or_default());
    let mut out = Vec::new();
    for part in parts {
        let mask = words::masked(part);
        let from = ["ため、", "ために、", "よう、", "に、", "、次の", "として、", "は、", "図り、", "し、", "もとに"]
            .iter()
            .filter_map(|word| mask.rfind(word).map(|at| at + word.len()))
            .max()
            .unwrap_or(0);
        let list = part.get(from..).unwrap_or_default();
        let members = words::members(list);
        let several = members.len() > 1 && members.iter().all(|member| words::is_office(words::named(member)));
        if several {
            out.extend(members.iter().map(|member| words::named(member)));
        } else {
            out.push(words::named(part));
        }
    }
    out.retain(|name| !name.is_empty() && !words::is_person(name) && name.chars().count() >= 3);
    out
}

/// An office that a clause speaks of: Xは、.
#[derive(Clone, Copy, Debug)]
struct Subject<'a> {
    name: &'a str,
    /// Where its name begins, with its modifiers.
    start: usize,
    /// Where what is said of it begins.
    end: usize,
}

/// The offices that are subjects of a clause; where it fills an office, any name may be its subject.
fn subjects(clause: &str, fills: bool) -> Vec<Subject<'_>> {
    let mask = words::masked(clause);
    let mut out = Vec::new();
    for (at, mark) in mask.match_indices('は') {
        let before = clause.get(..at).unwrap_or_default();
        let name = words::named(before);
        let first = fills && out.is_empty() && before.chars().count() <= 40 && !before.contains('、');
        let other = first
            && !name.ends_with('又')
            && name.chars().count() >= 3
            && !["市長", "町長", "村長", "区長", "組合長"].contains(&name);
        if words::is_office(name)
            || other
                && !name.is_empty()
                && (name.ends_with('者')
                    || name.ends_with('官')
                    || name.ends_with('補')
                    || name.ends_with("補佐")
                    || name.ends_with('長')
                    || name.ends_with('員')
                    || name.ends_with('監'))
        {
            let after = clause.get(at + mark.len()..).unwrap_or_default();
            let end = clause.len() - after.trim_start_matches('、').len();
            let bare = before.trim_end();
            let start = bare.rfind(['、', '。']).map_or(0, |at| at + 3).min(bare.len());
            out.push(Subject { name, start: start.min(at), end });
        }
    }
    out
}

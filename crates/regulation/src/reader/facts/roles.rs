//! Offices that the text itself fills.

mod lists;
mod names;

use super::super::instrument::Table;
use super::super::text::Text;
use super::super::words;
use super::scope::{Scope, Unit};
use super::{Found, Role, members, posts};
use names::{Subject, given, offices, subjects};

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

const VERBS: [(&str, Verb); 30] = [
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
    ("兼ねるもの", Verb::Serve),
    ("務める", Verb::Serve),
    ("務め、", Verb::Serve),
    ("就く", Verb::Serve),
    ("担う", Verb::Serve),
    ("当る", Verb::Serve),
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
            .filter(|(word, _)| mask.contains(word))
            .flat_map(|(word, verb)| mask.match_indices(word).map(|(at, word)| (at, at + word.len(), *verb)))
            .collect();
        verbs.sort_unstable_by_key(|(at, ..)| *at);
        let mut from = 0;
        let mut before = None;
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
                    // 次の表に掲げる責任者を置き: the table names them.
                    let listed = ["掲げる責任者", "次の責任者", "定める責任者", "掲げる管理者", "定める管理者"];
                    let mut names = offices(clause);
                    names.retain(|_| !listed.iter().any(|end| clause.ends_with(end)));
                    for name in &names {
                        if names::is_set_up(name) {
                            self.add(unit, name, &names::defined(clause, name), unit.text);
                        }
                    }
                    current = names;
                }
                _ if acting => {}
                Verb::Fill => self.fill(unit, clause, &mut current),
                Verb::Be if before == Some(Verb::SetUp) && self.named_next(unit, clause, &current) => {}
                // 〜とし is often part of a longer clause that still goes on.
                Verb::Be if !self.be(unit, clause, &mut current) => continue,
                Verb::Be => {}
                Verb::Serve => self.serve(unit, clause, &mut current),
                // Xは、Zが指名する says who names somebody, not a post that fills the office.
                Verb::Name => self.named_to(unit, clause),
            }
            before = Some(verb);
            from = end;
        }
    }

    /// 責任者を置き、総務課長とする: who fills the office that the clause before sets up.
    fn named_next(&mut self, unit: &Unit<'a>, clause: &'a str, current: &[&'a str]) -> bool {
        let [name] = current else { return false };
        let clause = clause.trim_start_matches('、');
        let filled = posts::of(clause);
        let named = !filled.is_empty() && filled.iter().all(|post| posts::is_named(post));
        let topic = !subjects(clause, false).is_empty() || words::masked(clause).contains("は、");
        let placed = ["については", "にあっては", "においては"].iter().any(|word| clause.contains(word));
        let fits = named && names::is_set_up(name) && (!topic || placed) && !clause.starts_with('次');
        if fits {
            self.put(unit, &[*name], clause);
        }
        fits
    }

    /// 総務課長を管理者に任命する
    fn named_to(&mut self, unit: &Unit<'a>, clause: &'a str) {
        let Some(clause) = clause.trim_end().strip_suffix('に') else { return };
        for (post, name) in given(clause) {
            let filled = posts::of(post);
            if words::is_office(name) && !filled.is_empty() && filled.iter().all(|post| posts::is_named(post)) {
                self.add(unit, name, &filled, unit.text);
            }
        }
    }

    /// 総務課長は、管理者の職を兼ねる: the post stands first.
    fn turned(&mut self, unit: &Unit<'a>, clause: &'a str) -> bool {
        let mask = words::masked(clause);
        let Some((post, office)) =
            mask.find("は、").and_then(|at| Some((clause.get(..at)?, clause.get(at + "は、".len()..)?)))
        else {
            return false;
        };
        let office = ["の職を", "の職に", "の任に", "の任を", "の職務を", "を", "に"]
            .iter()
            .find_map(|tail| office.strip_suffix(tail))
            .unwrap_or(office)
            .trim_start_matches("それぞれ");
        let filled = posts::of(post);
        let fits = words::is_office(office)
            && office.chars().all(words::names)
            && filled.iter().all(|post| posts::is_named(post) && !words::is_office(post));
        if fits {
            self.add(unit, office, &filled, unit.text);
        }
        fits
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
            // 総務課長をもってシステム管理者に充てる; 総務課長を甲に、市民課長を乙に充てる
            for (post, name) in given(before) {
                let filled = posts::of(post);
                self.add(unit, name, &filled, unit.text);
            }
            return;
        } else {
            return;
        }
        // 利用課の責任者は、担当者として、係長を充てる fills the office that the subject gives away.
        let mask = words::masked(object);
        let by = strict.last().map_or(0, |subject| subject.end);
        if let Some(at) = mask.rfind("として").filter(|at| *at > by) {
            let name = words::named(object.get(by..at).unwrap_or_default());
            if words::is_office(name) && !name.is_empty() {
                self.put(unit, &[name], object.get(at + "として".len()..).unwrap_or_default());
                *current = vec![name];
                return;
            }
        }
        if strict.is_empty() {
            // システム管理者には、総務課長を充てる
            let to = ["には、", "に、", "には"].iter().find_map(|mark| mask.find(mark).map(|at| (at, at + mark.len())));
            if let Some((at, after)) = to {
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

    /// Xは、Yとする; whether that fills an office.
    fn be(&mut self, unit: &Unit<'a>, clause: &'a str, current: &mut Vec<&'a str>) -> bool {
        let found = subjects(clause, false);
        let Some(last) = found.last() else {
            // 甲室については総務課長とし、乙室については市民課長とする
            if let [name] = current.as_slice()
                && words::is_office(name)
                && ["については", "にあっては", "においては"].iter().any(|word| clause.contains(word))
                && posts::of(clause).iter().all(|post| posts::is_named(post))
            {
                let name = *name;
                self.put(unit, &[name], clause);
                return true;
            }
            // 総務課長を(もって)システム管理者とする
            if self.turned(unit, clause) {
                return true;
            }
            let cut = ["をもって", "を"].iter().find_map(|mark| clause.rfind(mark).map(|at| (at, at + mark.len())));
            let Some((at, after)) = cut else { return false };
            let name = words::named(clause.get(after..).unwrap_or_default());
            let filled = clause.get(..at).unwrap_or_default();
            let fits = words::is_office(name) && posts::is_named(filled) && !filled.contains('を');
            if fits {
                self.put(unit, &[name], filled);
            }
            return fits;
        };
        let rest = clause.get(last.end..).unwrap_or_default();
        if ["左表", "次の表", "別表", "次表", "右表", "下表"].iter().any(|word| rest.contains(word)) {
            self.by_column(unit, &[last.name], rest);
            return true;
        }
        let filled = posts::of(rest);
        let whole = !words::masked(rest).contains('を') || rest.ends_with(['者', '長']);
        let fits = !filled.is_empty() && filled.iter().all(|post| posts::is_named(post)) && whole;
        if fits {
            self.by_subjects(unit, clause, &found, current);
        } else if found.len() == 1 && rest.trim().starts_with("次") {
            *current = vec![last.name];
        }
        fits
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
        let Some(object) = TAILS.iter().find_map(|tail| clause.trim_end().strip_suffix(tail)) else {
            self.turned(unit, clause);
            return;
        };
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

//! Posts, roles, council and powers of a draft.

use std::collections::BTreeMap;

use super::{Part, open};
use crate::citation::Citation;
use crate::profile::{Council, DeviceClass, Named, Post, Reading, Role, Settings, Vocabulary};
use crate::reader::facts;

/// Seats of a post that many may hold.
const SEATS_MANY: u16 = 30;

/// What a role is called in every profile, by what its name says. The first that fits is taken, once.
const CODES: [(&[&str], &str); 10] = [
    (&["副統括", "副総括", "副最高", "副管理者", "副責任者"], "deputy_chief"),
    (&["統括", "総括", "統轄", "最高", "CISO"], "chief"),
    (&["アクセス管理"], "access_manager"),
    (&["入退室管理", "入退管理"], "entry_manager"),
    (&["本人確認情報"], "identity_manager"),
    (&["情報資産"], "asset_manager"),
    (&["システム管理者", "情報システム責任者", "システム責任者"], "system_manager"),
    (&["環境管理"], "environment_manager"),
    (&["セキュリティ責任者", "セキュリティ管理者"], "security_officer"),
    (&["セキュリティ担当"], "security_staff"),
];

/// Who holds each power: the first of these roles that there is; all of them where many may.
const POWERS: [(&str, &[&str], bool); 14] = [
    ("organisation", &["personnel", "chief"], true),
    ("devices", &["system_manager", "access_manager", "asset_manager", "chief"], false),
    ("operators", &["asset_manager", "access_manager", "system_manager", "security_officer", "chief"], false),
    ("handlers", &["identity_manager", "asset_manager", "security_officer", "system_manager", "chief"], false),
    ("methods", &["access_manager", "system_manager", "security_officer", "chief"], false),
    ("accounts", &["access_manager", "system_manager", "security_officer", "chief"], false),
    ("cards", &["access_manager", "system_manager", "security_officer", "chief"], false),
    ("card_operations", &["access_manager", "system_manager", "security_officer", "chief"], false),
    ("consulted", &["security_officer", "chief"], false),
    ("inspection", &["access_manager", "system_manager", "chief", "auditor"], true),
    ("history_export", &["access_manager", "auditor"], true),
    ("erasure", &["asset_manager", "identity_manager", "chief"], false),
    ("record", &["system_manager", "access_manager", "chief"], false),
    ("checkpoints", &["system_manager", "access_manager", "chief", "auditor"], true),
];

pub(super) struct Offices {
    pub(super) posts: Vec<Post>,
    pub(super) roles: Vec<Role>,
}

pub(super) fn read(parts: &[Part<'_>], base: Option<&Settings>, questions: &mut Vec<Reading>) -> Offices {
    let mut offices = Offices { posts: base.map(|base| base.posts.clone()).unwrap_or_default(), roles: Vec::new() };
    for part in parts {
        for role in &part.reading.facts.roles {
            offices.add(part, role, questions);
        }
    }
    offices.name_the_chief(parts, questions);
    offices.add_practice(parts, base);
    offices
}

impl Offices {
    /// The role with this code.
    pub(super) fn has(&self, code: &str) -> bool {
        self.roles.iter().any(|role| role.code == code)
    }

    /// The role that the text calls so.
    fn named(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }

    fn add(&mut self, part: &Part<'_>, found: &facts::Role, questions: &mut Vec<Reading>) {
        let name = &found.name.value;
        let mut posts: Vec<String> = Vec::new();
        for post in &found.posts {
            // A post may be another role: its holders hold this one too.
            match self.named(&post.value).map(|role| role.posts.clone()) {
                Some(theirs) => posts.extend(theirs),
                None => posts.push(self.post(&post.value)),
            }
        }
        posts.dedup();
        if let Some(known) = self.roles.iter_mut().find(|role| role.name == *name) {
            known.posts.extend(posts.into_iter().filter(|post| !known.posts.contains(post)).collect::<Vec<_>>());
            known.cites.push(part.cite(&found.name.article));
            return;
        }
        let code = self.code(name);
        if posts.is_empty() {
            let question = format!("{name}には、どの職の人が就くか。");
            questions.push(open(&format!("R-{code}"), &question, "指名による。"));
        }
        self.roles.push(Role {
            code,
            name: name.clone(),
            designated: posts.is_empty(),
            posts,
            room: None,
            duty: format!("{}に定める役割。", part.cite(&found.name.article).place_ja()),
            cites: vec![part.cite(&found.name.article)],
        });
    }

    fn code(&self, name: &str) -> String {
        let fits = |words: &&[&str]| words.iter().any(|word| name.contains(word));
        let found =
            CODES.iter().find(|(words, code)| fits(words) && !self.has(code)).map(|(_, code)| (*code).to_owned());
        found.unwrap_or_else(|| format!("role_{}", self.roles.len() + 1))
    }

    /// The code of a post with this name; it is entered if it is new.
    fn post(&mut self, name: &str) -> String {
        if let Some(known) = self.posts.iter().find(|post| post.name == name) {
            return known.code.clone();
        }
        let free = |code: &String| !self.posts.iter().any(|post| post.code == *code);
        let numbered = (self.posts.len() + 1..).map(|n| format!("post_{n}"));
        let code = numbered.into_iter().find(free).unwrap_or_default();
        // 各支所長, 当該課の長 and the like are held by many.
        let many = ["各", "当該", "関係", "する課", "する室", "指名する者", "指定する者"]
            .iter()
            .any(|word| name.contains(word));
        let seats = if many { SEATS_MANY } else { 1 };
        self.posts.push(Post {
            code: code.clone(),
            name: name.to_owned(),
            section: section(name),
            rank: rank(name),
            seats,
        });
        code
    }

    /// A text without a chief has a council's chair, or the first office that it sets up.
    fn name_the_chief(&mut self, parts: &[Part<'_>], questions: &mut Vec<Reading>) {
        if self.has("chief") {
            return;
        }
        let chairs = parts.iter().filter_map(|part| part.reading.facts.council.as_ref()?.chair.as_ref());
        let chair = chairs.map(|chair| chair.value.clone()).find(|chair| self.named(chair).is_some());
        let at = chair.and_then(|chair| self.roles.iter().position(|role| role.name == chair)).unwrap_or(0);
        match self.roles.get_mut(at) {
            Some(role) => {
                let question = "対策の全体を率いるのは、どの役割か。";
                questions.push(open("R-chief", question, &format!("{}とする。", role.name)));
                "chief".clone_into(&mut role.code);
            }
            None => {
                questions.push(open("R-chief", "対策の全体を率いるのは、だれか。", "この規程の所管課長とする。"));
                let post = self.post("所管課長");
                let cites = parts.first().map(|part| vec![part.cite("1")]).unwrap_or_default();
                self.roles.push(role("chief", "統括責任者", vec![post], false, "対策の全体を率いる。", cites));
            }
        }
    }

    /// Roles that no text names and every house needs.
    fn add_practice(&mut self, parts: &[Part<'_>], base: Option<&Settings>) {
        let cites = parts.first().map(|part| vec![part.cite("1")]).unwrap_or_default();
        let chief = self.roles.iter().find(|role| role.code == "chief").map(|role| role.cites.clone());
        let cites = chief.unwrap_or(cites);
        if let Some(base) = base {
            let kept = base
                .roles
                .iter()
                .filter(|role| ["operator", "handler", "auditor", "personnel"].contains(&role.code.as_str()));
            let kept = kept.map(|role| Role { cites: cites.clone(), ..role.clone() });
            self.roles.extend(kept.collect::<Vec<_>>());
            return;
        }
        let sections: Vec<String> = self.posts.iter().map(|post| post.section.clone()).collect();
        let mut staff = Vec::new();
        for section in sections {
            let name = format!("{section}職員");
            if section.ends_with(['課', '室', '所', '局']) && !self.posts.iter().any(|post| post.name == name) {
                staff.push(self.post(&name));
                self.posts.iter_mut().filter(|post| post.name == name).for_each(|post| {
                    (post.section, post.seats, post.rank) = (section.clone(), SEATS_MANY, 1);
                });
            }
        }
        if staff.is_empty() {
            staff.push(self.post("職員"));
            self.posts.iter_mut().filter(|post| post.name == "職員").for_each(|post| post.seats = SEATS_MANY);
        }
        let add = |code: &str, name: &str, posts: Vec<String>, designated: bool, duty: &str| {
            role(code, name, posts, designated, duty, cites.clone())
        };
        self.roles.extend([
            add("operator", "操作者", Vec::new(), false, "指定された範囲で機器を操作する。"),
            add("handler", "取扱者", Vec::new(), false, "指定された範囲で本人確認情報を取り扱う。"),
            add("auditor", "監査人", Vec::new(), true, "記録に改変がないことと、各条の実施の証拠を確かめる。"),
            add("personnel", "人事担当", staff, true, "職員の登録と発令を記録する。"),
        ]);
    }

    pub(super) fn council(&self, parts: &[Part<'_>]) -> Option<Council> {
        let (part, found) = parts.iter().find_map(|part| Some((part, part.reading.facts.council.as_ref()?)))?;
        let code = |name: &str| self.named(name).map(|role| role.code.clone());
        let chair = found.chair.as_ref().and_then(|chair| code(&chair.value)).unwrap_or_else(|| "chief".to_owned());
        let mut members = vec![chair.clone()];
        members.extend(found.members.iter().filter_map(|member| code(&member.value)).filter(|code| *code != chair));
        let agenda = found.agenda.iter().zip(1..);
        Some(Council {
            name: found.name.value.clone(),
            chair,
            member_roles: members,
            member_ranks: Vec::new(),
            agenda: agenda.map(|(one, n)| Named { code: format!("AGENDA_{n}"), name: one.value.clone() }).collect(),
            secretariat: found.secretariat.as_ref().map_or_else(String::new, |office| office.value.clone()),
            hears: found.consults.as_ref().map(|body| body.value.clone()),
            cites: vec![part.cite(&found.name.article)],
        })
    }

    pub(super) fn powers(&self, powers: &[String], devices: &[DeviceClass]) -> BTreeMap<String, Vec<String>> {
        let operates = devices.iter().any(|device| device.records);
        let held = |power: &str| -> Vec<String> {
            if power == "operation" {
                return if operates { vec!["operator".to_owned()] } else { vec!["chief".to_owned()] };
            }
            let Some((_, roles, many)) = POWERS.iter().find(|(name, ..)| *name == power) else {
                return vec!["chief".to_owned()];
            };
            let there = roles.iter().filter(|role| self.has(role)).map(|role| (*role).to_owned());
            if *many { there.collect() } else { there.take(1).collect() }
        };
        powers.iter().map(|power| (power.clone(), held(power))).collect()
    }
}

/// The powers that every profile gives itself.
pub(super) fn powers_of(vocabulary: &Vocabulary) -> Vec<String> {
    vocabulary.powers.keys().cloned().collect()
}

fn role(code: &str, name: &str, posts: Vec<String>, designated: bool, duty: &str, cites: Vec<Citation>) -> Role {
    let (code, name, duty) = (code.to_owned(), name.to_owned(), duty.to_owned());
    Role { code, name, posts, designated, room: None, duty, cites }
}

/// 市民課 of 市民課長 and 市民課長補佐; the whole name where no section stands in it.
fn section(name: &str) -> String {
    let ends = ["課", "室", "支所", "出張所", "センター", "部", "局", "所"];
    let last = ends.iter().filter_map(|end| name.rfind(end).map(|at| at + end.len())).max();
    let section = last.and_then(|at| name.get(..at)).filter(|section| !section.is_empty());
    section.map_or_else(|| "本庁".to_owned(), |section| section.trim_start_matches('各').to_owned())
}

/// How senior a post is, by its name.
fn rank(name: &str) -> u8 {
    let ranks: [(&[&str], u8); 7] = [
        (&["副市長", "副町長", "副村長", "副区長", "助役", "教育長"], 6),
        (&["市長", "町長", "村長", "区長", "管理者", "組合長"], 7),
        (&["補佐", "主幹", "副課長"], 4),
        (&["係長", "主任", "班長"], 3),
        (&["部長", "局長"], 6),
        (&["課長", "室長", "所長", "支所長", "次長", "参事", "課の長", "室の長"], 5),
        (&["主査"], 2),
    ];
    ranks.iter().find(|(words, _)| words.iter().any(|word| name.contains(word))).map_or(1, |(_, rank)| *rank)
}

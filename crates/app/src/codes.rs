//! Lists of codes and their Japanese names, as forms offer them and books show them. What the
//! municipality decides comes from its profile; the rest is fixed by the program.

use sekisho_ledgers::procedure::shipped;
use sekisho_regulation::Profile;

/// A code with its name.
pub type Choice = (String, String);

const FIXED: &[(&str, &[(&str, &str)])] = &[
    ("person_kind", &[("staff", "職員"), ("contractor", "委託先の従事者"), ("other", "その他")]),
    (
        "card_state",
        &[("stock", "保管中"), ("lent", "貸与中"), ("returned", "返却済み"), ("lost", "紛失"), ("revoked", "失効")],
    ),
    ("device_state", &[("in_use", "使用中"), ("retired", "廃止")]),
    ("key_state", &[("kept", "保管中"), ("lent", "貸出中")]),
    ("permit_state", &[("valid", "有効"), ("revoked", "取消し")]),
    (
        "permission_kind",
        &[
            ("take_out", "機器や媒体の持出し"),
            ("copy", "情報の複製、送付、送信"),
            ("software", "ソフトウェアの導入、交換"),
            ("modify", "機器の改造、増設、交換"),
            ("user_registration", "ほかの課の職員の利用者登録"),
            ("internal_connection", "内部ネットワークへの接続"),
            ("external_connection", "外部ネットワークへの接続"),
            ("disconnection", "外部ネットワークとの接続の遮断"),
            ("develop", "開発、設定変更、運用、更新"),
        ],
    ),
    ("permission_level", &[("officer", "所管する課の責任者"), ("chief", "統括する責任者")]),
    ("permission_decision", &[("grant", "許可する"), ("refuse", "許可しない")]),
    ("permission_mode", &[("written", "この画面で"), ("spoken", "口頭で（後から記録）")]),
    (
        "permission_state",
        &[
            ("pending", "申請中"),
            ("granted", "許可"),
            ("refused", "不許可"),
            ("withdrawn", "取下げ"),
            ("done", "実施済み"),
        ],
    ),
    (
        "standing",
        &[("soon", "期日が近い"), ("due", "期日"), ("overdue", "期日を過ぎた"), ("escalated", "期日を過ぎて久しい")],
    ),
    ("entrant_kind", &[("staff", "職員"), ("visitor", "職員以外")]),
    (
        "close_reason",
        &[
            ("signed_out", "サインアウト"),
            ("card_pulled", "カードの抜取り"),
            ("idle", "無操作"),
            ("time_over", "時間の上限"),
            ("superseded", "別のサインイン"),
            ("stopped", "システムの停止"),
        ],
    ),
    ("sex", &[("", "指定しない"), ("男", "男"), ("女", "女")]),
    (
        "question",
        &[
            ("subject", "この人を見たのは誰か"),
            ("operator", "この操作者は何をしたか"),
            ("terminal", "この端末で何があったか"),
            ("card", "このカードで何があったか"),
            ("period", "この期間に何があったか"),
            ("refused", "断られた操作"),
        ],
    ),
    ("export_format", &[("csv", "CSV（UTF-8）"), ("csv_sjis", "CSV（Shift_JIS）"), ("xlsx", "Excel")]),
];

/// The codes of a list, in the order in which forms offer them; empty for an unknown list.
#[must_use]
pub fn options(profile: &Profile, list: &str) -> Vec<Choice> {
    let pair = |code: &str, name: &str| (code.to_owned(), name.to_owned());
    let s = &profile.settings;
    match list {
        "role" => s.roles.iter().map(|r| pair(&r.code, &r.name)).collect(),
        "post" => s.posts.iter().map(|p| pair(&p.code, &p.name)).collect(),
        "section" => {
            let sections: std::collections::BTreeSet<&str> = s.posts.iter().map(|p| p.section.as_str()).collect();
            sections.into_iter().map(|section| pair(section, section)).collect()
        }
        "room" => s.rooms.iter().map(|r| pair(&r.code, &r.name)).collect(),
        "device_class" => s.devices.iter().map(|d| pair(&d.code, &d.name)).collect(),
        "card_kind" => s.card_kinds.iter().map(|c| pair(&c.code, &c.name)).collect(),
        "operation" => s.operations.iter().map(|o| pair(&o.code, &o.name)).collect(),
        "purpose" => s.purposes.iter().map(|p| pair(&p.code, &p.name)).collect(),
        "form" => s.forms.iter().map(|f| pair(&f.code, &f.name)).collect(),
        "act" => profile.vocabulary.acts.iter().map(|(code, act)| pair(code, &act.ja)).collect(),
        "identity_field" => {
            use sekisho_ledgers::identity::field::Field;
            Field::ALL.iter().map(|field| pair(field.code(), field.label())).collect()
        }
        "duty" => {
            let procedures = shipped().procedures();
            let again = procedures.periodic().map(|duty| pair(&duty.name, &duty.ja));
            again.chain(procedures.row_duties().map(|(_, duty)| pair(&duty.name, &duty.ja))).collect()
        }
        _ => {
            if let Some(codes) = shipped().procedures().codes(list) {
                let chosen = s.choices.get(list);
                let offered = codes.iter().filter(|(code, _)| chosen.is_none_or(|chosen| chosen.contains(code)));
                return offered.cloned().collect();
            }
            let fixed = FIXED.iter().find(|(name, _)| *name == list);
            fixed.map_or(&[][..], |(_, codes)| codes).iter().map(|(code, name)| pair(code, name)).collect()
        }
    }
}

/// The name of a code, or of several separated by spaces; a code without a name shows itself.
#[must_use]
pub fn label(profile: &Profile, list: &str, code: &str) -> String {
    let options = options(profile, list);
    let name = |code: &str| options.iter().find(|(c, _)| c == code).map_or(code, |(_, name)| name).to_owned();
    if code.contains(' ') { code.split(' ').map(name).collect::<Vec<_>>().join("、") } else { name(code) }
}

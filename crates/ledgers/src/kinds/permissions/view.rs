//! 許可申請簿.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// 許可申請簿: what was applied for, who decided it and how, and what was done under it.
    Permission: Register "permissions", "許可申請簿" {
        permission_no: String = Text, "申請番号";
        kind: String = Code("permission_kind"), "許可の種類";
        level: String = Code("permission_level"), "許可をする者";
        section: String = Code("section"), "対象を所管する課";
        item: String = Text, "対象";
        content: i64 = Private("content"), "行うこと";
        reason: i64 = Private("reason"), "業務上の理由";
        place: Option<i64> = Private("place"), "持出し先、送り先、つなぐ相手";
        licence: Option<String> = Text, "使用許諾の番号";
        checks: Option<i64> = Private("checks"), "事前の試験と確認";
        checked_by: Option<String> = Person, "確かめた人";
        checked_on: Option<Date> = Day, "確かめた日";
        from: Date = Day, "期間の始め";
        to: Date = Day, "期間の終わり";
        applied_by: String = Person, "申請した人";
        applied_at: i64 = Instant, "申請日時";
        state: String = Code("permission_state"), "状態";
        decided_by: Option<String> = Person, "決定した人";
        decided_as: Option<String> = Code("role"), "決定した立場";
        decided_at: Option<i64> = Instant, "決定日時";
        mode: Option<String> = Code("permission_mode"), "許可の仕方";
        spoken_at: Option<String> = Text, "口頭で許可した日時";
        decision_reason: Option<i64> = Private("reason"), "決定の理由";
        conditions: Option<i64> = Private("conditions"), "条件";
        second_reader: Option<String> = Person, "ほかに確かめた人";
        withdrawn_at: Option<i64> = Instant, "取下げ日時";
        withdrawal: Option<i64> = Private("reason"), "取下げの理由";
        done_on: Option<Date> = Day, "行った日";
        done_by: Option<String> = Person, "行った人";
        result: Option<i64> = Private("result"), "行ったことと結果";
        physical: bool = Bool, "物理的な遮断";
        evidence: i64 = Evidence, "記録";
    }
}

//! Applying for a permission, deciding it, withdrawing it, and telling what was done under it.

use sekisho_regulation::Date;

use crate::act;

act! {
    /// Applies for a permission.
    Apply: "permission.apply" {
        kind: String = Code("permission_kind"), "許可の種類";
        section: String = Code("section"), "対象を所管する課";
        item: String = Line(100), "対象（機器、ソフトウェア、媒体、システム、ネットワーク等）";
        content: String = Lines(400), private "行うこと";
        reason: String = Lines(400), private "業務上の理由";
        place: Option<String> = Line(100), private "持出し先、送り先、つなぐ相手";
        licence: Option<String> = Line(80), "使用許諾の番号（ソフトウェアのとき）";
        checks: Option<String> = Lines(400), private "事前の試験と確認の内容";
        checked_by: Option<String> = Person, "確かめた人";
        checked_on: Option<Date> = Day, "確かめた日";
        from: Date = Day, "期間の始め";
        to: Date = Day, "期間の終わり";
    }
}

act! {
    /// Grants or refuses what was applied for. A permission that was given by word of mouth is
    /// recorded afterwards, with when it was given.
    Decide: "permission.decide" {
        permission_no: String = Ref("permissions"), "申請番号";
        decision: String = Code("permission_decision"), "決定";
        reason: String = Lines(400), private "決定の理由";
        conditions: Option<String> = Lines(400), private "条件";
        checks_confirmed: bool = Check, "事前の試験と確認の結果を確かめた";
        mode: String = Code("permission_mode"), "許可の仕方";
        spoken_at: Option<String> = Line(40), "口頭で許可した日時";
        second_reader: Option<String> = Person, "ほかに確かめた人（申請した人が自ら決めるとき）";
    }
}

act! {
    /// The applicant takes an application back, or gives a permission up.
    Withdraw: "permission.withdraw" {
        permission_no: String = Ref("permissions"), "申請番号";
        reason: String = Lines(400), private "理由";
    }
}

act! {
    /// What was done under a permission.
    Complete: "permission.complete" {
        permission_no: String = Ref("permissions"), "申請番号";
        done_on: Date = Day, "行った日";
        done_by: String = Person, "行った人";
        result: String = Lines(400), private "行ったことと結果";
        physical: bool = Check, "物理的に遮断した（接続の遮断のとき）";
    }
}

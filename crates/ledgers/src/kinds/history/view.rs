//! 操作履歴.

use crate::view;

view! {
    /// 操作履歴: every act, allowed or refused (第10条第2項, 第14条; refusals by AMB-G-14).
    Operation: Journal "operations", "操作履歴" {
        seq: i64 = Evidence, "番号";
        at: i64 = Instant, "日時";
        person: Option<String> = Person, "操作者";
        capacity: Option<String> = Code("role"), "立場";
        terminal: Option<String> = Ref("devices"), "端末";
        card_no: Option<String> = Ref("cards"), "カード番号";
        act: String = Code("act"), "操作";
        object: Option<String> = Text, "対象";
        subject: Option<String> = Subject, "対象者";
        purpose: Option<String> = Code("purpose"), "目的";
        basis: Option<i64> = Private("basis"), "根拠";
        hits: Option<i64> = Int, "該当";
        allowed: bool = Bool, "結果";
        code: String = Code("code"), "理由";
        articles: String = Text, "根拠条文";
        evidence: i64 = Evidence, "記録";
    }
}

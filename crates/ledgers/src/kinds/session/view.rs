//! サインイン中の一覧, アカウント台帳 and ログオン履歴.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// Who is signed in now.
    Session: Register until closed_at "sessions", "サインインの記録" {
        session: String = Text, "番号";
        person: String = Person, "氏名";
        card_no: Option<String> = Ref("cards"), "カード番号";
        terminal: String = Ref("devices"), "端末";
        capacity: String = Code("role"), "立場";
        opened_at: i64 = Instant, "開始";
        closed_at: Option<i64> = Instant, "終了";
        close_reason: Option<String> = Code("close_reason"), "終了の理由";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// アカウント台帳: the state of each password, never the password.
    Account: Register "accounts", "アカウント台帳" {
        person: String = Person, "氏名";
        password_set_on: Date = Day, "パスワード設定日";
        must_change: bool = Bool, "変更が必要";
        failures: i64 = Int, "続けて失敗した回数";
        locked_at: Option<i64> = Instant, "ロック";
        last_sign_in: Option<i64> = Instant, "最後のサインイン";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// ログオン履歴: every attempt to sign in, also those refused.
    Logon: Journal "logons", "ログオン履歴" {
        seq: i64 = Evidence, "番号";
        at: i64 = Instant, "日時";
        person: Option<String> = Person, "氏名";
        terminal: Option<String> = Ref("devices"), "端末";
        card_no: Option<String> = Ref("cards"), "カード番号";
        capacity: Option<String> = Code("role"), "立場";
        allowed: bool = Bool, "成否";
        code: String = Code("code"), "理由";
        evidence: i64 = Evidence, "記録";
    }
}

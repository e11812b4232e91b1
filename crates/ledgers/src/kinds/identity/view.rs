//! 本人確認情報 itself is kept encrypted by the store; the books about it are here: what was
//! imported, who looked at whom, and which forms were printed.

use crate::view;

view! {
    /// 本人確認情報 取込記録.
    Import: Journal "identity_imports", "本人確認情報 取込記録" {
        seq: i64 = Evidence, "番号";
        at: i64 = Instant, "日時";
        person: Option<String> = Person, "取り込んだ者";
        file: i64 = Private("file"), "ファイル名";
        encoding: String = Text, "文字コード";
        rows: i64 = Int, "件数";
        digest: String = Text, "ファイルの指紋";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 閲覧の記録: one row for each resident whose record was shown, by search, display, extract or
    /// print.
    Lookup: Journal "lookups", "本人確認情報 閲覧記録" {
        no: i64 = Int, "番号";
        at: i64 = Instant, "日時";
        subject: String = Subject, "対象者";
        person: Option<String> = Person, "操作者";
        capacity: Option<String> = Code("role"), "立場";
        terminal: Option<String> = Ref("devices"), "端末";
        act: String = Code("act"), "操作";
        purpose: String = Code("purpose"), "目的";
        basis: i64 = Private("basis"), "根拠";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 出力帳票記録: every form that was printed.
    Printed: Register "forms", "出力帳票記録" {
        form_no: String = Text, "帳票番号";
        form: String = Code("form"), "帳票の名称";
        printed_at: i64 = Instant, "出力日時";
        subject: String = Subject, "対象者";
        purpose: String = Code("purpose"), "使用目的";
        basis: i64 = Private("basis"), "根拠";
        applicant: i64 = Private("applicant"), "申請者";
        quantity: i64 = Int, "数量";
        remarks: i64 = Private("remarks"), "その他必要な事項";
        person: Option<String> = Person, "出力した者";
        terminal: Option<String> = Ref("devices"), "出力機器";
        evidence: i64 = Evidence, "記録";
    }
}

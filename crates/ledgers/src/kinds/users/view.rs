//! 操作者指定簿, 取扱者指定簿, 管理方法書 and who has read it.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// 操作者指定簿: who may operate which devices (第17条第2号 as read by AMB-NM-02).
    Operator: Register "operators", "操作者指定簿" {
        person: String = Person, "氏名";
        device_classes: String = Code("device_class"), "操作できる機器";
        posts: String = Code("post"), "指定の時の職";
        from: Date = Day, "指定日";
        to: Option<Date> = Day, "期限";
        designated_by: String = Person, "指定した者";
        revoked_on: Option<Date> = Day, "取消日";
        reason: Option<i64> = Private("reason"), "取消しの理由";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 本人確認情報取扱者指定簿: who may handle identity records, and which (第17条第1号).
    Handler: Register "handlers", "本人確認情報取扱者指定簿" {
        person: String = Person, "氏名";
        scope: String = Text, "取り扱う範囲";
        operations: String = Code("operation"), "取り扱うことのできる操作";
        from: Date = Day, "指定日";
        to: Option<Date> = Day, "期限";
        designated_by: String = Person, "指定した者";
        revoked_on: Option<Date> = Day, "取消日";
        reason: Option<i64> = Private("reason"), "取消しの理由";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// カード及びパスワードの管理方法書: each version stays (第12条第1号).
    Method: Register "methods", "管理方法書" {
        version: String = Text, "版";
        title: String = Text, "題名";
        text: String = Text, "内容";
        effective_from: Date = Day, "施行日";
        decided_by: String = Person, "定めた者";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 管理方法の確認簿: which version each operator has read (第13条).
    Acknowledgement: Register "acknowledgements", "管理方法の確認簿" {
        person: String = Person, "氏名";
        version: String = Text, "確認した版";
        on: Date = Day, "確認日";
        evidence: i64 = Evidence, "記録";
    }
}

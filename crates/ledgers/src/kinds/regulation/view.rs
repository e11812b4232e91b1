//! 規程の版 and 解釈の決定.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// 規程の版: each version of the profile that was adopted, with its three dates kept apart.
    ProfileVersion: Register "profile_versions", "規程の版" {
        no: String = Text, "番号";
        profile: String = Text, "版の指紋";
        label: String = Text, "版の名前";
        promulgated: Option<Date> = Day, "公布日";
        effective: Date = Day, "施行日";
        applied: Date = Day, "適用日";
        resolution: Option<String> = Text, "会議の審議";
        summary: String = Text, "改める内容";
        supersedes: String = Text, "前の版の指紋";
        adopted_by: String = Person, "定めた者";
        adopted_at: i64 = Instant, "定めた日時";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 解釈の決定: how an open place of the text is read, by whom and since when.
    Reading: Register "readings", "解釈の決定" {
        reading: String = Text, "解釈の番号";
        choice: String = Text, "選んだ読み方の記号";
        text: String = Text, "読み方";
        decided_by: String = Person, "決めた者";
        decided_on: Date = Day, "決めた日";
        resolution: Option<String> = Text, "会議の審議";
        evidence: i64 = Evidence, "記録";
    }
}

//! Putting a version of the regulation in force, and deciding how an open place is read.

use sekisho_regulation::Date;

use crate::act;

act! {
    /// Adopts a version of the profile: from its effective date every act is decided by it.
    Adopt: "profile.adopt" {
        profile: String = Line(64), "版の指紋";
        label: String = Line(80), "版の名前";
        promulgated: Option<Date> = Day, "公布日";
        effective: Date = Day, "施行日";
        applied: Option<Date> = Day, "適用日（施行日と違うとき）";
        resolution: Option<String> = Line(200), "会議の審議（開催日と件名）";
        summary: String = Lines(2000), "改める内容";
    }
}

act! {
    /// Decides how an open place of the text is read. What follows for the decisions is a version of
    /// the profile, put in force with the reading.
    DecideReading: "reading.decide" {
        reading: String = Line(20), "解釈の番号";
        choice: String = Line(40), "選んだ読み方の記号";
        text: String = Lines(1000), "読み方";
        profile: String = Line(64), "版の指紋";
        effective: Date = Day, "施行日";
        resolution: Option<String> = Line(200), "会議の審議（開催日と件名）";
    }
}

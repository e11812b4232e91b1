//! Telling people what is due.

use sekisho_regulation::Date;

use crate::act;

act! {
    /// The house tells those whose it is that something is near, due or overdue. Nobody asks for it.
    Raise: "duty.raise" {
        duty: String = Code("duty"), "義務";
        subject: Option<String> = Line(120), "対象";
        day: Date = Day, "期日";
        standing: String = Code("standing"), "状態";
        people: String = People, "知らせた人";
    }
}

//! Looking at the operation history is itself an act.

use crate::act;

act! {
    /// Looks at the history.
    Inspect: "history.inspect" {
        question: String = Code("question"), "問い";
        about: Option<String> = Line(64), "対象";
        reason: Option<String> = Line(200), private "閲覧の理由";
    }
}

act! {
    /// Takes the history out as a file.
    ExportHistory: "history.export" {
        question: String = Code("question"), "問い";
        about: Option<String> = Line(64), "対象";
        format: String = Code("export_format"), "形式";
        reason: String = Line(200), private "出力の理由";
    }
}

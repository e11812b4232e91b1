//! The record's own acts: its beginning, its key, its texts, and the first entries at introduction.

use crate::act;

act! {
    /// Begins the log.
    OpenLog: "log.open" {
        origin: String = Line(200), "検証点の名称";
        vkey: String = Line(200), "検証鍵";
    }
}

act! {
    /// Puts a new signing key in force. The key in force signs the two keys' names, as docs/format.md
    /// lays down.
    Rotate: "log.rotate_key" {
        old: Option<String> = Line(400), "これまでの検証鍵";
        new: Option<String> = Line(400), "新しい検証鍵";
        sig: Option<String> = Line(200), "引継ぎの署名";
        reason: String = Lines(400), private "理由";
    }
}

act! {
    /// Publishes a checkpoint outside the house.
    Publish: "log.publish" {
        to: String = Line(100), "渡した先";
    }
}

act! {
    /// Erases the personal text of an event.
    Erase: "text.erase" {
        erased: i64 = Int(0, 9_007_199_254_740_991), "記録の番号";
        reason: String = Lines(400), private "理由";
    }
}

act! {
    /// An entry made when Sekisho is introduced, before anybody can sign in: `entry` names the act
    /// whose fields stand beside it.
    Setup: "setup.record" {
        entry: String = Line(40), "登録の種類";
    }
}

act! {
    /// Ends the introduction; from now on every act needs a session.
    EndSetup: "setup.close" {
        note: Option<String> = Line(200), "備考";
    }
}

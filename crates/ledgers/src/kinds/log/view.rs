//! 消去の記録 and 署名鍵の履歴.

use crate::view;

view! {
    /// 本文の消去記録: which personal texts were erased, and why. The proofs stay valid.
    Erasure: Journal "erasures", "本文の消去記録" {
        seq: i64 = Evidence, "番号";
        at: i64 = Instant, "日時";
        person: Option<String> = Person, "消去した者";
        erased: i64 = Int, "消去した記録の番号";
        reason: i64 = Private("reason"), "理由";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 署名鍵の履歴: the key that signs checkpoints, and those before it.
    SigningKey: Register "signing_keys", "署名鍵の履歴" {
        vkey: String = Text, "検証鍵";
        from_seq: i64 = Int, "使い始め";
        since: i64 = Instant, "使い始めの日時";
        by: Option<String> = Person, "更新した者";
        evidence: i64 = Evidence, "記録";
    }
}

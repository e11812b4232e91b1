//! 鍵管理簿, 入退室許可簿 and 入退室管理簿.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// 鍵管理簿: the keys of each room and who has them (第7条第1項).
    Key: Register "keys", "鍵管理簿" {
        key_no: String = Text, "鍵番号";
        room: String = Code("room"), "室";
        kept_at: String = Text, "保管場所";
        spare: bool = Bool, "予備鍵";
        state: String = Code("key_state"), "状態";
        holder: Option<String> = Person, "貸出先";
        purpose: Option<i64> = Private("purpose"), "使用目的";
        lent_at: Option<i64> = Instant, "貸出日時";
        due: Option<Date> = Day, "返却期限";
        returned_at: Option<i64> = Instant, "返却日時";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 入退室許可簿: who may enter, why and until when (第6条第2項).
    EntryPermit: Register "entry_permits", "入退室許可簿" {
        permit_no: String = Text, "許可番号";
        person: Option<String> = Person, "職員";
        visitor: Option<i64> = Private("visitor"), "職員以外の氏名";
        affiliation: Option<i64> = Private("affiliation"), "所属";
        purpose: i64 = Private("purpose"), "目的";
        room: String = Code("room"), "室";
        from: Date = Day, "期間の始め";
        to: Date = Day, "期間の終わり";
        permitted_by: String = Person, "許可した者";
        permitted_at: i64 = Instant, "許可日時";
        state: String = Code("permit_state"), "状態";
        revoked_at: Option<i64> = Instant, "取消日時";
        reason: Option<i64> = Private("reason"), "取消しの理由";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 入退室管理簿: everyone who went in and came out, for rooms of both levels (第8条).
    Entry: Register until out_at "entries", "入退室管理簿" {
        entry_no: String = Text, "番号";
        room: String = Code("room"), "室";
        level: i64 = Int, "区分";
        kind: String = Code("entrant_kind"), "入室者の別";
        person: Option<String> = Person, "職員";
        visitor: Option<i64> = Private("visitor"), "職員以外の氏名";
        affiliation: Option<i64> = Private("affiliation"), "所属";
        staff_id: Option<String> = Text, "職員証番号";
        permit_no: Option<String> = Ref("entry_permits"), "許可番号";
        entry_card_no: Option<String> = Text, "入退室用カード";
        entry_key_no: Option<String> = Ref("keys"), "鍵番号";
        badge: Option<String> = Text, "名札";
        purpose: i64 = Private("purpose"), "目的";
        escort: Option<String> = Person, "立会者";
        in_at: i64 = Instant, "入室";
        out_at: Option<i64> = Instant, "退室";
        recorded_by: String = Person, "記録した者";
        evidence: i64 = Evidence, "記録";
    }
}

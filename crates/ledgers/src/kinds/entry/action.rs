//! Keys, permits for visitors, going in and coming out.

use sekisho_regulation::Date;

use crate::act;

act! {
    /// Registers a key of a room.
    RegisterKey: "key.register" {
        key_no: String = Line(20), "鍵番号";
        room: String = Code("room"), "室";
        kept_at: String = Line(60), "保管場所";
        spare: bool = Check, "予備鍵";
    }
}

act! {
    /// Lends a key.
    LendKey: "key.lend" {
        key_no: String = Ref("keys"), "鍵番号";
        room: String = Code("room"), "室";
        person: String = Person, "借りる人";
        purpose: String = Line(200), private "使用目的";
        due: Date = Day, "返却期限";
    }
}

act! {
    /// Takes a key back.
    ReturnKey: "key.return" {
        key_no: String = Ref("keys"), "鍵番号";
        room: String = Code("room"), "室";
    }
}

act! {
    /// Permits a person to enter a room: an employee where the room asks that of employees too.
    PermitEntry: "entry.permit" {
        person: Option<String> = Person, "職員（職員に許可を出すとき）";
        visitor: Option<String> = Line(60), private "職員以外の方の氏名";
        affiliation: Option<String> = Line(80), private "所属";
        purpose: String = Lines(200), private "目的";
        room: String = Code("room"), "室";
        from: Date = Day, "期間の始め";
        to: Date = Day, "期間の終わり";
    }
}

act! {
    /// Revokes a permit.
    RevokePermit: "entry.permit_revoke" {
        permit_no: String = Ref("entry_permits"), "許可番号";
        room: String = Code("room"), "室";
        reason: String = Lines(400), private "理由";
    }
}

act! {
    /// Someone goes in.
    Enter: "entry.enter" {
        room: String = Code("room"), "室";
        person: Option<String> = Person, "職員";
        staff_id: Option<String> = Line(20), "職員証番号";
        visitor: Option<String> = Line(60), private "職員以外の方の氏名";
        affiliation: Option<String> = Line(80), private "所属";
        permit_no: Option<String> = Ref("entry_permits"), "許可番号";
        entry_card_no: Option<String> = Line(20), "入退室用カードの番号";
        entry_key_no: Option<String> = Ref("keys"), "鍵番号";
        badge: Option<String> = Line(20), "名札（職員は「職員」、来訪者は番号）";
        purpose: Option<String> = Line(200), private "目的";
        escort: Option<String> = Person, "立会者";
    }
}

act! {
    /// Someone comes out.
    LeaveRoom: "entry.leave" {
        entry_no: String = Ref("entries"), "入室の番号";
        room: String = Code("room"), "室";
        staff_id: Option<String> = Line(20), "職員証番号";
    }
}

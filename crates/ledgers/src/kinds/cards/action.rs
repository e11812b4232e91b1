//! The life of an operator card, and what each kind of card may do.

use sekisho_regulation::Date;

use crate::act;

act! {
    /// Takes a new card into stock.
    RegisterCard: "card.register" {
        card_no: String = Line(20), "カード番号";
        card_kind: String = Code("card_kind"), "種類";
        certificate: String = Line(64), "証明書の指紋（SHA-256）";
    }
}

act! {
    /// Lends a card to a designated operator; both sign.
    Lend: "card.lend" {
        card_no: String = Ref("cards"), "カード番号";
        person: String = Person, "借りる人";
        lender_signed: bool = Check, "貸す人が確認しました";
        borrower_signed: bool = Check, "借りる人が受領を確認しました";
    }
}

act! {
    /// Takes a card back.
    Return: "card.return" {
        card_no: String = Ref("cards"), "カード番号";
        condition: Option<String> = Line(100), "カードの状態";
    }
}

act! {
    /// Reports a card as lost or stolen.
    ReportLost: "card.report_lost" {
        card_no: String = Ref("cards"), "カード番号";
        lost_on: Date = Day, "紛失したと思われる日";
        known_on: Date = Day, "気付いた日";
        circumstances: String = Lines(1000), private "状況";
    }
}

act! {
    /// Revokes a card for good.
    Revoke: "card.revoke" {
        card_no: String = Ref("cards"), "カード番号";
        reason: String = Lines(400), private "理由";
    }
}

act! {
    /// Settles what a kind of card may do on a class of device, after consultation.
    SettleOperations: "card.settle_operations" {
        card_kind: String = Code("card_kind"), "カードの種類";
        device_class: String = Code("device_class"), "機器";
        operations: String = Codes("operation"), "操作";
        consulted_with: Option<String> = Person, "協議の相手（セキュリティ責任者）";
        consulted_on: Option<Date> = Day, "協議日";
        outcome: Option<String> = Lines(1000), private "協議の結果";
        effective_from: Date = Day, "施行日";
    }
}

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

/// A record that uses every field.
pub(crate) fn full() -> IdentityRecord {
    IdentityRecord {
        juki_code: JukiCode::parse("24727059608").unwrap(),
        my_number: Some(MyNumber::parse("123456789018").unwrap()),
        name: Name::parse("髙見本　花子").unwrap(),
        name_kana: Some(Kana::parse("たかみもと　はなこ").unwrap()),
        old_surname: Some(ReadName {
            text: Name::parse("例﨑").unwrap(),
            kana: Some(Kana::parse("レイザキ").unwrap()),
        }),
        alias: Some(ReadName { text: Name::parse("試野 花").unwrap(), kana: None }),
        birth_date: date("1970-01-02"),
        sex: Sex::Female,
        address: Address::parse("大字架空字例示12番地").unwrap(),
        change_reason: ReasonCode::parse("L01").unwrap(),
        change_date: date("2001-04-01"),
        municipality: Some(MunicipalityCode::parse("023434").unwrap()),
        status: Status::Present,
    }
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn the_stored_form_does_not_change() {
    let json = concat!(
        r#"{"juki_code":"24727059608","my_number":"123456789018","name":"髙見本　花子","#,
        r#""name_kana":"たかみもと　はなこ","old_surname":{"text":"例﨑","kana":"レイザキ"},"#,
        r#""alias":{"text":"試野 花"},"birth_date":"1970-01-02","sex":"female","#,
        r#""address":"大字架空字例示12番地","change_reason":"L01","change_date":"2001-04-01","#,
        r#""municipality":"023434","status":"present"}"#
    );
    assert_eq!(serde_json::to_string(&full()).unwrap(), json);
    assert!(serde_json::from_str::<IdentityRecord>(json).unwrap() == full());
    assert!(serde_json::from_str::<IdentityRecord>(&json.replace("12345", "12346")).is_err());
    assert!(serde_json::from_str::<IdentityRecord>(&json.replace("\"sex\"", "\"x\":1,\"sex\"")).is_err());
    assert_eq!(format!("{:?}", full()), "IdentityRecord(***)");
}

#[test]
fn absurd_records_are_named() {
    let (today, reasons) = (date("2026-11-22"), ReasonTable::local_default());
    let check = |change: &dyn Fn(&mut IdentityRecord), fields: &[Field]| {
        let mut record = full();
        change(&mut record);
        let errors = record.validate(today, &reasons);
        assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), fields);
        assert!(errors.iter().all(|error| error.message.ends_with("ください")));
    };
    check(&|_| {}, &[]);
    check(&|r| r.birth_date = date("1867-12-31"), &[Field::BirthDate]);
    check(&|r| r.birth_date = date("2026-11-23"), &[Field::BirthDate, Field::ChangeDate]);
    check(&|r| r.birth_date = date("2001-04-02"), &[Field::ChangeDate]);
    check(&|r| r.birth_date = r.change_date, &[]);
    check(&|r| r.change_date = date("2027-01-01"), &[Field::ChangeDate]);
    check(&|r| r.change_reason = ReasonCode::parse("Z9").unwrap(), &[Field::ChangeReason]);
    check(&|r| r.change_reason = ReasonCode::parse("L05").unwrap(), &[Field::Status]);
    check(&|r| r.my_number = None, &[Field::MyNumber]);
    check(
        &|r| {
            r.my_number = None;
            r.status = Status::Removed;
        },
        &[],
    );
}

#[test]
fn pages_and_data_differ_only_in_form() {
    let reasons = ReasonTable::local_default();
    let record = full();
    assert_eq!(record.shown(Field::BirthDate, &reasons).unwrap(), "昭和45年1月2日");
    assert_eq!(record.data(Field::BirthDate, &reasons).unwrap(), "1970-01-02");
    assert_eq!(record.shown(Field::MyNumber, &reasons).unwrap(), "1234 5678 9018");
    assert_eq!(record.data(Field::ChangeReason, &reasons).unwrap(), "転入");
    assert_eq!(record.data(Field::AliasKana, &reasons), None);
    assert_eq!(record.age(date("2026-01-01")), 55);
    assert_eq!(record.age(date("2026-01-02")), 56);
}

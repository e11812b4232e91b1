#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::super::record::tests::date;
use super::*;
use proptest::prelude::*;

fn errors(input: &SearchInput) -> Vec<SearchField> {
    let errors = SearchTerms::parse(input, date("2026-11-22")).err().unwrap_or_default();
    assert!(errors.iter().all(|error| error.message.ends_with("ください")), "{errors:?}");
    errors.iter().map(|error| error.field).collect()
}

#[test]
fn leafing_through_the_register_is_refused() {
    let text = |text: &str| text.to_owned();
    let none = SearchInput::default;
    assert_eq!(errors(&none()), [SearchField::Search]);
    assert_eq!(errors(&SearchInput { address: text("大字架空"), ..none() }), [SearchField::Search]);
    assert_eq!(errors(&SearchInput { birth: text("1970"), sex: text("女"), ..none() }), [SearchField::Search]);
    assert_eq!(errors(&SearchInput { name: text("高"), ..none() }), [SearchField::Name]);
    assert_eq!(errors(&SearchInput { kana: text("タ ・"), ..none() }), [SearchField::Kana]);
    assert_eq!(errors(&SearchInput { name: text("高見"), ..none() }), []);
}

#[test]
fn each_field_has_its_own_error() {
    let input = SearchInput {
        juki_code: "1".to_owned(),
        my_number: "123456789017".to_owned(),
        name: "あ".repeat(200),
        kana: "ア".to_owned(),
        whole: false,
        birth: "きのう".to_owned(),
        sex: "x".to_owned(),
        address: "・".to_owned(),
    };
    assert_eq!(
        errors(&input),
        [
            SearchField::JukiCode,
            SearchField::MyNumber,
            SearchField::Name,
            SearchField::Kana,
            SearchField::Birth,
            SearchField::Sex,
            SearchField::Address
        ]
    );
    for birth in ["1800", "2027", "2026-11-23", "慶応3年", "1970-13-01", "1970-02-30"] {
        let input = SearchInput { name: "高見".to_owned(), birth: birth.to_owned(), ..SearchInput::default() };
        assert_eq!(errors(&input), [SearchField::Birth], "{birth}");
    }
}

#[test]
fn years_are_read_in_both_calendars() {
    for (text, year) in [
        ("1970", 1970),
        ("1970年", 1970),
        ("昭和45年", 1970),
        ("S45", 1970),
        ("昭和64年", 1989),
        ("令和元年", 2019),
        ("平成元", 1989),
    ] {
        assert_eq!(birth_year(text), Some(year), "{text}");
    }
}

#[test]
fn a_search_can_be_told_in_one_line() {
    let input = SearchInput {
        name: "高見本".to_owned(),
        birth: "S45.1.2".to_owned(),
        sex: "女".to_owned(),
        address: "架空".to_owned(),
        ..SearchInput::default()
    };
    let terms = SearchTerms::parse(&input, date("2026-11-22")).unwrap();
    assert_eq!(terms.describe(), "氏名「高見本」で始まる、生年月日 昭和45年1月2日、性別 女、住所に「架空」を含む");
    assert!(terms.by_name());
    assert_eq!(terms.known(), Reveal::of(&[Field::Name, Field::BirthDate, Field::Sex]));
    assert_eq!(format!("{terms:?}"), "SearchTerms(***)");
}

proptest! {
    #[test]
    fn no_form_makes_parse_panic(name in "\\PC{0,20}", birth in "\\PC{0,20}", code in "\\PC{0,20}") {
        let input = SearchInput { name, birth, juki_code: code, ..SearchInput::default() };
        let _ = SearchTerms::parse(&input, date("2026-11-22"));
    }
}

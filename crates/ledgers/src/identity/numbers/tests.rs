#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;

#[test]
fn published_numbers_pass() {
    for text in ["123456789018", "983205673214", "1234-5678-9018", "１２３４　５６７８　９０１８"] {
        assert!(MyNumber::parse(text).is_ok(), "{text}");
    }
    for text in ["24727059608", "24846016224", "25208017643", "2472-7059-608"] {
        assert!(JukiCode::parse(text).is_ok(), "{text}");
    }
    for text in ["121002", "023434", "０２３４３４"] {
        assert!(MunicipalityCode::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn each_mistake_has_its_own_error() {
    let kind = NumberKind::MyNumber;
    let check = |text: &str, error: NumberError| {
        assert_eq!(MyNumber::parse(text), Err(error), "{text}");
        assert!(error.to_string().ends_with("ください"), "{error}");
    };
    check("", NumberError::Empty { kind });
    check(" - ", NumberError::Empty { kind });
    check("12345678901", NumberError::Length { kind, found: 11 });
    check("1234567890188", NumberError::Length { kind, found: 13 });
    check(&"1".repeat(1000), NumberError::Length { kind, found: 65 });
    check("12345678901x", NumberError::NotDigit { kind, position: 12 });
    check("一23456789018", NumberError::NotDigit { kind, position: 1 });
    check("123456789017", NumberError::CheckDigit { kind });
    assert_eq!(JukiCode::parse("24727059609"), Err(NumberError::CheckDigit { kind: NumberKind::JukiCode }));
    assert_eq!(
        JukiCode::parse("24727059609").unwrap_err().to_string(),
        "住民票コードの検査数字が合いません。番号を一桁ずつ確かめてください"
    );
}

#[test]
fn remainders_zero_and_one_differ_between_the_formulas() {
    assert_eq!(MunicipalityCode::from_payload(0).unwrap().to_string(), "000001");
    assert_eq!(MyNumber::from_payload(0).unwrap().to_string(), "000000000000");
}

#[test]
fn debug_hides_a_persons_number() {
    assert_eq!(format!("{:?}", MyNumber::parse("123456789018").unwrap()), "MyNumber(***)");
    assert_eq!(format!("{:?}", JukiCode::parse("24727059608").unwrap()), "JukiCode(***)");
    assert_eq!(MyNumber::parse("123456789018").unwrap().grouped(), "1234 5678 9018");
}

proptest! {
    #[test]
    fn display_and_parse_agree(payload in 0u64..=9_999_999_999) {
        let code = JukiCode::from_payload(payload).unwrap();
        prop_assert_eq!(JukiCode::parse(&code.to_string()), Ok(code));
        let json = serde_json::to_string(&code).unwrap();
        prop_assert_eq!(serde_json::from_str::<JukiCode>(&json).unwrap(), code);
        let number = MyNumber::from_payload(payload).unwrap();
        prop_assert_eq!(MyNumber::parse(&number.grouped()), Ok(number));
        let town = MunicipalityCode::from_payload(payload % 100_000).unwrap();
        prop_assert_eq!(MunicipalityCode::parse(&town.to_string()), Ok(town));
    }

    #[test]
    fn no_text_makes_parse_panic(text in "\\PC*") {
        let _ = JukiCode::parse(&text);
        let _ = MyNumber::parse(&text);
        let _ = MunicipalityCode::parse(&text);
    }

    #[test]
    fn exactly_one_last_digit_is_right(payload in 0u64..=9_999_999_999) {
        let right = (0..10).filter(|last| JukiCode::from_u64(payload * 10 + last).is_ok()).count();
        prop_assert_eq!(right, 1);
    }
}

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;

#[test]
fn glyphs_survive() {
    for text in ["髙見本", "例﨑", "𠮷田", "雛形 葛\u{E0100}子", "渡邉", "渡邊", "JOSÉ MARIA", "見本 太郎"]
    {
        assert_eq!(Name::parse(text).unwrap().as_str(), text);
    }
    assert_eq!(Name::parse("  見本　太郎 ").unwrap().as_str(), "見本　太郎");
    let kept = Name::parse("\u{FA19}田").unwrap();
    assert_eq!(kept.as_str(), "\u{795E}\u{FE00}田");
    assert_eq!(to_compatibility(kept.as_str()), "\u{FA19}田");
    assert_eq!(to_compatibility("葛\u{E0100}子"), "葛\u{E0100}子");
    assert_eq!(Name::parse("か\u{3099}く").unwrap().as_str(), "がく");
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let check = |text: &str, code: &str| {
        let error = Name::parse(text).unwrap_err();
        assert_eq!(error.code(), code, "{text:?}");
        assert!(error.to_string().ends_with("ください"), "{error}");
    };
    check("", "text_empty");
    check("　 ", "text_empty");
    check("\u{FE00}", "text_empty");
    check(&"山".repeat(101), "text_too_long");
    check(&"山".repeat(1_000_000), "text_too_long");
    check("見本\n太郎", "text_forbidden_character");
    check("見本\u{202E}太郎", "text_forbidden_character");
    check("見本\u{FFFD}", "text_forbidden_character");
    check("\u{FE00}見本", "text_forbidden_character");
    check("\u{E001}田", "text_private_use_character");
    check("=1+1", "text_formula_start");
    assert_eq!(Kana::parse("ミホン 太郎"), Err(TextError::NotKana { position: 5 }));
    for text in ["ミホン　タロウ", "みほん たろう", "ﾐﾎﾝ ﾀﾛｳ", "マリア・サンプル", "SAMPLE MARIA", "ジョー"]
    {
        assert!(Kana::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn debug_hides_the_text() {
    assert_eq!(format!("{:?}", Name::parse("見本").unwrap()), "Name(***)");
}

proptest! {
    #[test]
    fn kept_text_is_stable(text in "\\PC{0,40}") {
        if let Ok(name) = Name::parse(&text) {
            prop_assert_eq!(Name::parse(name.as_str()).unwrap(), name.clone());
            prop_assert_eq!(normalize(&to_compatibility(name.as_str())), name.as_str());
            let json = serde_json::to_string(&name).unwrap();
            prop_assert_eq!(serde_json::from_str::<Name>(&json).unwrap(), name);
        }
    }

    #[test]
    fn compatibility_ideographs_come_back(code in 0xF900u32..0xFB00) {
        if let Some(character) = char::from_u32(code) {
            let text = format!("見{character}");
            let kept = normalize(&text);
            if kept.chars().any(is_variation_selector) {
                prop_assert_eq!(to_compatibility(&kept), text);
            }
        }
    }
}

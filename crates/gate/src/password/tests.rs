//! Passwords that may be used, and those that may not.
#![allow(clippy::expect_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::fixture;

fn rules() -> PasswordRules {
    fixture::profile().settings.password.clone()
}

fn about() -> About<'static> {
    About {
        names: vec!["津島　修治", "つしま　しゅうじ", "ショウジ"],
        birth: Date::new(1985, 4, 12),
        codes: vec!["S1024", "C-0033"],
    }
}

fn codes(candidate: &str) -> Vec<&'static str> {
    check(candidate, &rules(), &about(), &[]).into_iter().map(|finding| finding.code).collect()
}

#[test]
fn good_passwords_pass() {
    for good in ["Kaki7-Toge=Biwa", "mado.Usu8tsuba~ki", "Vx9#pLq2!wTz", "雪と3つの Lamp ほたる", "hk3D-tmm9v-rAe5z-Z7"]
    {
        assert_eq!(codes(good), Vec::<&str>::new(), "{good}");
    }
}

#[test]
fn each_tell_is_found() {
    let cases: [(&str, &[&str]); 13] = [
        ("TOO_SHORT", &["Kaki7-Tog", "aB3$"]),
        ("FEW_KINDS", &["kakitogebiwanamiko", "kakitoge84biwanami"]),
        ("CONTROL", &["Kaki7-Toge\tBiwa"]),
        (
            "BIRTHDAY",
            &[
                "Kaki19850412Toge",
                "Kaki1985-4-12=T",
                "Kaki850412-Toge",
                "Kaki-S60.4.12-Toge",
                "Kaki600412=Toge",
                "Kaki04121985=Toge",
                "Kaki12041985=Toge",
                "Kaki0412-Toge=B",
                "昭和60年4月12日Kaki",
                "Showa60-Kaki=Toge",
                "Kaki-21405891=Toge",
                "Kaki1985-Toge=Biwa",
                "ｋａｋｉ１９８５０４１２Ｔ=",
                "Kaki-s60-Toge=Biwa",
            ],
        ),
        ("DATE", &["Kaki19990101=Toge", "Kaki=2011/03/11Toge", "Kaki=h110704=Toge"]),
        (
            "NAME",
            &[
                "Tsushima7=Kaki",
                "tusima7=Kaki-B",
                "Kaki-Shuuji7=",
                "syuzi=7Kaki-To",
                "津島7=Kaki-Toge",
                "ツシマ7=Kaki-Toge",
                "amisut=7Kaki-T",
                "Kaki7-sh0uji=To",
                "T5ushim@7=Kaki",
            ],
        ),
        ("CODE", &["Kaki-s1024=Toge", "Kaki=C0033-Toge"]),
        (
            "PLACE_WORD",
            &[
                "Nishimeya7=Kaki",
                "nisimeya7=Kaki",
                "にしめや7=Kaki-T",
                "西目屋7=Kaki-To",
                "Shirak4mi=7Togu",
                "J-u-k-i7=KakiTo",
            ],
        ),
        ("COMMON_WORD", &["Sakura7=KakiTo", "Pok3mon7=KakiTo", "Ar1gatou7=Kaki"]),
        ("KEYBOARD", &["Qwer7=KakiToge", "Kaki-4rewq=Tog", "1qaz=KakiToge7", "Kaki7=lkjhToge"]),
        ("SEQUENCE", &["Kaki-abcd7=Tog", "Kaki=9876-Toge", "Aiueo7=KakiTog"]),
        ("REPEATED", &["Kaaaki7=TogeBi", "Kaki7=Kaki7=To", "Togu7=xyxyxyKa", "ＫKｋ7=Kami-Toge"]),
        ("GUESSABLE", &["Password1!", "Summer2024!"]),
    ];
    for (code, candidates) in cases {
        for candidate in candidates {
            assert!(codes(candidate).contains(&code), "{candidate}: {:?} lacks {code}", codes(candidate));
        }
    }
}

#[test]
fn findings_tell_what_to_do_and_repeat_nothing() {
    for candidate in ["", "Nishimeya1985", "qwertyqwerty", &"あ".repeat(300)] {
        for finding in check(candidate, &rules(), &about(), &[]) {
            assert!(finding.ja.ends_with("ください。") || finding.ja.ends_with("ます）。"), "{}", finding.ja);
            assert!(candidate.is_empty() || !finding.ja.contains(candidate));
        }
    }
    assert!(!check("", &rules(), &about(), &[]).is_empty());
}

#[test]
fn hashes() {
    let phc = hash("Kaki7-Toge=Biwa", &[3; 16]).expect("a hash");
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert!(
        verify(&phc, "Kaki7-Toge=Biwa") && !verify(&phc, "Kaki7-Toge=biwa") && !verify("", "") && !verify("$x", "x")
    );
    assert_ne!(phc, hash("Kaki7-Toge=Biwa", &[4; 16]).expect("a hash"));
    let earlier = check("Kaki7-Toge=Biwa", &rules(), &about(), &[&phc]);
    assert_eq!(earlier.iter().map(|f| f.code).collect::<Vec<_>>(), ["USED_BEFORE"]);
    // か + combining voiced mark and が are one password.
    let composed = hash("が7-Toge", &[3; 16]).expect("a hash");
    assert!(verify(&composed, "か\u{3099}7-Toge"));
}

#[test]
fn evidence_says_what_was_shown() {
    let phc = hash("Kaki7-Toge=Biwa", &[3; 16]).expect("a hash");
    let of = |given, phc| {
        let evidence = PasswordEvidence::of(given, phc);
        (evidence.is_given(), evidence.is_right())
    };
    assert_eq!(of(Some("Kaki7-Toge=Biwa"), Some(&phc)), (true, true));
    assert_eq!(of(Some("kaki"), Some(&phc)), (true, false));
    assert_eq!(of(Some("kaki"), None), (true, false));
    assert_eq!(of(Some(""), Some(&phc)), (false, false), "an empty field is no password");
    assert_eq!(of(None, None), (false, false));
    let empty = hash("", &[0; 16]).expect("a hash");
    assert_eq!(of(Some(""), Some(&empty)), (false, false));
}

#[test]
fn romaji_has_one_spelling() {
    for (kana, romaji) in [
        ("しょうた", "shota"),
        ("ジュンイチ", "junichi"),
        ("はっとり", "hattori"),
        ("おおの", "ohno"),
        ("まっちゃ", "matcha"),
        ("しんばし", "shimbashi"),
        ("つづき", "tsuduki"),
    ] {
        assert_eq!(romaji::of_kana(kana), Some(romaji::canonical(romaji)), "{kana}");
    }
    assert_eq!(romaji::of_kana("漢字"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever is typed, checking ends and says something or nothing.
    #[test]
    fn checking_never_fails(candidate in "\\PC{0,40}") {
        let _ = check(&candidate, &rules(), &about(), &[]);
    }

    /// A birthday is found in whatever it is put, in each order.
    #[test]
    fn birthdays_are_found(y in 1930i32..2010, m in 1u8..=12, d in 1u8..=28, before in "[A-Z]{2}=", after in "=[a-z]{3}") {
        let birth = Date::new(y, m, d);
        let about = About { birth, ..About::default() };
        let (_, era_year) = birth.and_then(Date::era).expect("an era");
        for digits in [format!("{y}{m:02}{d:02}"), format!("{d:02}{m:02}{y}"), format!("{y}/{m}/{d}"), format!("{era_year:02}{m:02}{d:02}"), format!("{m:02}{d:02}")] {
            let found = check(&format!("{before}{digits}{after}"), &rules(), &about, &[]);
            prop_assert!(found.iter().any(|f| f.code == "BIRTHDAY"), "{digits}");
        }
    }
}

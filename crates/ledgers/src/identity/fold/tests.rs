use super::*;
use proptest::prelude::*;

#[test]
fn typed_in_any_way_it_is_the_same_name() {
    let check = |ways: &[&str], key: &str| {
        for way in ways {
            assert_eq!(fold_name(way), key, "{way}");
        }
    };
    check(&["ミホン　タロウ", "みほん たろう", "ﾐﾎﾝ ﾀﾛｳ", "ミホン・タロウ", "ﾐﾎﾝ･ﾀﾛｳ"], "ミホンタロウ");
    check(&["ガッコウ", "ｶﾞｯｺｳ", "がっこう", "カ\u{3099}ッコウ", "か゛っこう"], "ガッコウ");
    check(&["ジョー", "ジョ－", "ジョ-", "ジョ―", "ｼﾞｮｰ", "ジョ−", "じょー"], "ジョー");
    check(&["髙崎", "高﨑", "高崎", "髙﨑"], "高崎");
    check(&["渡邉", "渡邊", "渡辺", "渡邊\u{E0101}"], "渡辺");
    check(&["𠮷田", "吉田"], "吉田");
    check(&["齋藤", "斎藤", "斉藤", "齊藤"], "斎藤");
    check(&["濵沢", "浜澤", "濱沢"], "浜沢");
    check(&["廣國", "広国"], "広国");
    check(&["\u{FA19}田", "神\u{FE00}田", "神田"], "神田");
    check(&["Ｓａｍｐｌｅ　ｍａｒｉａ", "SAMPLE MARIA", "sample, maria"], "SAMPLEMARIA");
    check(&["O'Neil", "O’NEIL"], "ONEIL");
}

#[test]
fn what_differs_stays_different() {
    for (left, right) in [("シヨウ", "ショウ"), ("ハシ", "バシ"), ("一", "ー"), ("見本", "仮本"), ("オオノ", "オノ")]
    {
        assert_ne!(fold_name(left), fold_name(right));
    }
}

#[test]
fn variants_have_one_key_each() {
    let table = variant_table();
    for pair in table.windows(2) {
        if let [(left, _), (right, _)] = pair {
            assert_ne!(left, right, "{left} stands in two groups");
        }
    }
    for (from, to) in table {
        assert!(!table.iter().any(|(other, _)| other == to), "{from} leads to {to}, which leads on");
    }
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
        let folded = fold_name(&text);
        prop_assert_eq!(fold_name(&folded), folded);
    }

    #[test]
    fn kana_marks_settle(text in "[ぁ-ゖァ-ヺー゛゜\u{3099}\u{309A}ｦ-ﾟ・ -]{0,24}") {
        let folded = fold_kana(&text);
        prop_assert_eq!(fold_kana(&folded), folded);
    }
}

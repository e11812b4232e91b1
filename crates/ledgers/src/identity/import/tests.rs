#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::super::record::Status;
use super::super::record::tests::date;
use super::*;
use proptest::prelude::*;

const HEADER: &str = "住民票コード,個人番号,氏名,ﾌﾘｶﾞﾅ,生年月日,性別,住所,異動事由,異動日,備考";
const GOOD: &str = "24727059608,123456789018,見本　太郎,ﾐﾎﾝ ﾀﾛｳ,S45.1.2,男,大字架空1番地,転入,H13.4.1,";

fn run(bytes: &[u8]) -> ImportReport {
    let reasons = ReasonTable::local_default();
    import(bytes, &ImportOptions::new(date("2026-11-22"), &reasons))
}

/// Errors as `line/column/message` with the message cut after its first sentence.
fn errors(bytes: &[u8]) -> Vec<String> {
    match run(bytes).outcome {
        Outcome::Accepted(records) => unreachable!("{} records", records.len()),
        Outcome::Rejected(errors) => errors
            .iter()
            .map(|error| {
                assert!(error.message.ends_with("ください"), "{error}");
                let (what, _) = error.message.split_once('。').unwrap();
                format!("{}/{}/{what}", error.line.unwrap_or(0), error.column.as_deref().unwrap_or("-"))
            })
            .collect(),
    }
}

fn check(rows: &str, expected: &[&str]) {
    assert_eq!(errors(format!("{HEADER}\n{rows}").as_bytes()), expected, "{rows}");
}

#[test]
fn every_encoding_gives_the_same_records() {
    let text = format!("{HEADER}\r\n{GOOD}\r\n");
    let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let files: [(Encoding, Vec<u8>); 5] = [
        (Encoding::Utf8, text.clone().into_bytes()),
        (Encoding::Utf8Bom, [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        (Encoding::Utf16Le, [b"\xFF\xFE".to_vec(), utf16(u16::to_le_bytes)].concat()),
        (Encoding::Utf16Be, [b"\xFE\xFF".to_vec(), utf16(u16::to_be_bytes)].concat()),
        (Encoding::ShiftJis, encoding_rs::SHIFT_JIS.encode(&text).0.into_owned()),
    ];
    let first = run(text.as_bytes());
    for (encoding, bytes) in files {
        let report = run(&bytes);
        assert_eq!(report.encoding, Some(encoding));
        assert_eq!(report.ignored_columns, ["備考"]);
        assert!(report.outcome == first.outcome, "{encoding:?}");
    }
    let Outcome::Accepted(records) = first.outcome else { unreachable!() };
    let record = records.first().unwrap();
    assert_eq!(record.birth_date, date("1970-01-02"));
    assert_eq!(record.name_kana.as_ref().unwrap().as_str(), "ﾐﾎﾝ ﾀﾛｳ");
    assert_eq!(record.status, Status::Present);
}

#[test]
fn columns_stand_in_any_order_and_delimiter() {
    let report =
        run("異動年月日\t異動事由コード\t現住所\t男女の別\t出生年月日\t氏名（漢字）\tマイナンバー\t住民票コード\n\
        2020-01-01\tL02\t\"大字架空\n1番地\"\t2\t19700102\t見本 花\t123456789018\t24727059608\n"
            .as_bytes());
    let Outcome::Accepted(records) = &report.outcome else { unreachable!("{report:?}") };
    let record = records.first().unwrap();
    assert_eq!(record.address.as_str(), "大字架空　1番地");
    assert_eq!(record.status, Status::Removed);
    assert_eq!((report.delimiter, report.rows_without_kana), (Some('\t'), 1));
}

#[test]
fn bad_rows_are_named_by_line_column_and_reason() {
    check(&format!("{GOOD}\n\n\"x\n,x"), &["4/-/「\"」が閉じていません"]);
    check(
        "24727059609,123456789018,見本,,S45.1.2,男,x,転入,H13.4.1,",
        &["2/住民票コード/住民票コードの検査数字が合いません"],
    );
    check(
        "4727059608,12345678901,,太郎,S45.13.2,x,,旅行,いつか,",
        &[
            "2/住民票コード/住民票コードは11桁ですが、10桁です",
            "2/個人番号/個人番号は12桁ですが、11桁です",
            "2/氏名/氏名が空欄です",
            "2/ﾌﾘｶﾞﾅ/1文字目がかなではありません",
            "2/生年月日/暦にない日付です",
            "2/性別/性別として読めません",
            "2/住所/住所が空欄です",
            "2/異動事由/異動事由の表にありません",
            "2/異動日/日付として読めません",
        ],
    );
    check(
        "24727059608,123456789018,見本,,2027-01-01,男,x,転入,H13.4.1,",
        &["2/生年月日/未来の日付です", "2/異動日/生年月日より前の日付です"],
    );
    check("24727059608,,見本,,S45.1.2,男,x,転入,H13.4.1,", &["2/個人番号/個人番号が空欄です"]);
    check("24727059608,1", &["2/-/項目が2個ありますが、見出しは10個です"]);
    check("24727059608,123456789018,見\u{E000},,S45.1.2,男,x,転入,H13.4.1,", &["2/氏名/2文字目が外字（U+E000）です"]);
    // The second line of a quoted cell counts; errors after it stand on their own line.
    check("24727059608,123456789018,見本,,S45.1.2,男,\"x\ny\",旅行,H13.4.1,", &["3/異動事由/異動事由の表にありません"]);
}

#[test]
fn doubles_within_the_file_are_named() {
    check(
        &format!("{GOOD}\n{GOOD}"),
        &["3/住民票コード/2行目と同じ住民票コードです", "3/個人番号/2行目と同じ個人番号です"],
    );
}

#[test]
fn one_bad_row_rejects_the_file() {
    let report = run(format!("{HEADER}\n{GOOD}\nx").as_bytes());
    assert!(matches!(report.outcome, Outcome::Rejected(_)));
    assert_eq!((report.rows_read, report.errors_total), (2, 1));
}

#[test]
fn files_that_are_no_table_are_refused() {
    assert_eq!(errors(b""), ["0/-/ファイルが空です"]);
    assert_eq!(errors(b"\r\n , \n"), ["0/-/ファイルが空です"]);
    assert_eq!(errors(HEADER.as_bytes()), ["0/-/データの行がありません"]);
    assert_eq!(errors(b"a,b\n1,2"), ["1/-/見出し行に知っている項目名がありません"]);
    assert_eq!(errors(b"a\x00b\x00"), ["0/-/文字コードを判別できません（BOMのないUTF-16かもしれません）"]);
    assert_eq!(errors(b"\xEF\xBB\xBFa\n\xFF"), ["2/-/UTF-8（BOM付き）として読めない文字があります"]);
    assert_eq!(errors(b"a\r\nb\r\n\xFF\xFF"), ["3/-/UTF-8としてもShift_JISとしても読めない文字があります"]);
    let twice = errors(format!("{HEADER},氏名（漢字）\n").as_bytes());
    assert_eq!(twice, ["1/氏名（漢字）/氏名の列が二つあります"]);
    let missing = errors("氏名,住所\n".as_bytes());
    assert_eq!(missing.len(), 6);
}

#[test]
fn limits_hold() {
    let reasons = ReasonTable::local_default();
    let options = ImportOptions::new(date("2026-11-22"), &reasons);
    let text = format!("{HEADER}\n{GOOD}\n{GOOD}\n{GOOD}\n");
    let first = |options: &ImportOptions<'_>| match import(text.as_bytes(), options).outcome {
        Outcome::Rejected(errors) => errors.first().unwrap().to_string(),
        Outcome::Accepted(_) => unreachable!(),
    };
    let small = ImportOptions { bytes_max: 10, ..options.clone() };
    assert!(first(&small).starts_with("ファイル: ファイルが大きすぎます"));
    let few = ImportOptions { rows_max: 1, ..options.clone() };
    assert_eq!(first(&few), "3行目: 行が多すぎます。1行以下に分けてください");
    let narrow = ImportOptions { field_chars_max: 11, ..options.clone() };
    assert_eq!(first(&narrow), "2行目「個人番号」: 長すぎます。11文字以内にしてください");
    let listed = ImportOptions { errors_listed_max: 1, ..options };
    let report = import(text.as_bytes(), &listed);
    assert!(matches!(&report.outcome, Outcome::Rejected(errors) if errors.len() == 1));
    assert_eq!(report.errors_total, 4);
}

#[test]
fn errors_do_not_repeat_values() {
    let rows = "24727059609,123456789017,見本\u{7}太郎,太郎,1970年13月41日,男子,=x,旅行,きのう,";
    let Outcome::Rejected(errors) = run(format!("{HEADER}\n{rows}").as_bytes()).outcome else { unreachable!() };
    let text: String = errors.iter().map(ToString::to_string).collect();
    for value in ["24727059609", "123456789017", "太郎", "13月", "男子", "旅行", "きのう"] {
        assert!(!text.contains(value), "{value} in {text}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_import_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        run(&bytes);
        run(&[HEADER.as_bytes(), b"\n", &bytes].concat());
        run(&[b"\xFF\xFE", bytes.as_slice()].concat());
    }

    #[test]
    fn no_text_makes_import_panic(text in "[\\PC\r\n\",\t]{0,200}", place in 0usize..200) {
        run(text.as_bytes());
        let mut file = format!("{HEADER}\n{GOOD}\n");
        let place = (0..=place % file.len()).rev().find(|place| file.is_char_boundary(*place)).unwrap();
        file.insert_str(place, &text);
        run(file.as_bytes());
    }
}

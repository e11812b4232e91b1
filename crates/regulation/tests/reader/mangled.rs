//! No input breaks the reader: texts cut, shuffled, doubled, nested, and bytes that are no text.

use proptest::prelude::*;
use sekisho_regulation::reader::{self, ReadError, json, report};

use crate::cases;

fn read(bytes: &[u8]) {
    if let Ok(book) = reader::read(bytes) {
        let _ = serde_json::to_vec(&json::Output::from(&book)).unwrap();
        let _ = report::text(&book);
    }
}

/// Numbers that look random and are the same each time.
fn numbers(mut seed: u64) -> impl Iterator<Item = u64> {
    std::iter::repeat_with(move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    })
}

#[test]
fn texts_cut_anywhere() {
    for case in cases::seeds().iter().chain(&cases::corpus()) {
        let step = case.bytes.len() / 23 + 1;
        for at in (0..case.bytes.len()).step_by(step) {
            read(&case.bytes[..at]);
            read(&case.bytes[at..]);
        }
    }
}

#[test]
fn texts_shuffled() {
    for case in cases::seeds().iter().chain(&cases::corpus()) {
        let text = String::from_utf8_lossy(&case.bytes).into_owned();
        let mut lines: Vec<&str> = text.lines().collect();
        for seed in 0..3 {
            let mut random = numbers(seed);
            for i in (1..lines.len()).rev() {
                lines.swap(i, usize::try_from(random.next().unwrap()).unwrap() % (i + 1));
            }
            read(lines.join("\n").as_bytes());
        }
        read(text.replace('\n', "").as_bytes());
        read(text.replace('。', "").as_bytes());
        read(text.replace(')', "").as_bytes());
        read(text.repeat(3).as_bytes());
    }
}

#[test]
fn bytes_changed() {
    for case in cases::corpus() {
        for seed in 0..6 {
            let mut bytes = case.bytes.clone();
            let mut random = numbers(seed);
            for _ in 0..40 {
                let at = usize::try_from(random.next().unwrap()).unwrap() % bytes.len();
                bytes[at] = u8::try_from(random.next().unwrap() & 0xff).unwrap();
            }
            read(&bytes);
        }
    }
}

fn rooms(count: usize) -> String {
    (0..count).map(|i| format!("甲{i}室")).collect::<Vec<_>>().join("、")
}

#[test]
fn large_and_deep_inputs_end() {
    let one = "第1条 この規程は、システム管理者を置き、総務課長をもって充てる。";
    for text in [
        one.repeat(12_000),
        "(".repeat(400_000),
        format!("第1条 {}", "(以下「".repeat(60_000)),
        format!("第1条 甲\n{}", "(1) 甲及び乙\n".repeat(30_000)),
        format!("○甲規程\n第1条 甲は、\n{}", "乙、".repeat(150_000)),
        "<div><table><tr><td>".repeat(20_000),
        format!("<html><body>{}", "<p>第1条 甲</p>".repeat(20_000)),
        "第1条 甲\n".repeat(40_000),
        "<".repeat(300_000),
        format!("{}\n第1条 甲を置く。", "あ".repeat(500_000)),
        format!("第1条 入退室を管理する室は、{}とする。\n2 {}", rooms(400), rooms(400)),
        format!(
            "第1条 入退室を管理する室は、{}とする。\n{}",
            rooms(300),
            "2 甲1室を除く室に入る者は許可を、".repeat(3_000)
        ),
        format!("第1条 {}として、入退室を管理する。", "甲室をレベル3、乙室をレベル2、".repeat(3_000)),
        "│甲│乙課長│\n├─┼─┤\n".repeat(20_000),
        format!("第1条 会議を置く。\n2 会議は、{}について審議する。", "計画及び監査、".repeat(20_000)),
    ] {
        read(text.as_bytes());
    }
}

#[test]
fn errors_say_what_to_do() {
    let letter = "拝啓 時下ますますご清栄のこととお喜び申し上げます。敬具".as_bytes();
    for (bytes, error) in [(&b""[..], ReadError::Empty), (letter, ReadError::NoInstrument)] {
        assert_eq!(reader::read(bytes).unwrap_err(), error);
        assert!(error.to_string().ends_with('。'));
    }
}

/// Found by the fuzzer: what stands in a table but in no cell of it is read before the table.
#[test]
fn a_table_laid_out_badly() {
    let page = "<html><body><h1>甲規程</h1><p>第1条 操作者は、</p>\
        <table><tr><td>用いる。</td></tr><tr>パスワードを</table></body></html>";
    let book = reader::read(page.as_bytes()).unwrap();
    let found: Vec<_> = book.readings[0].facts.factors.iter().map(|factor| factor.span).collect();
    let places: Vec<_> = found.iter().map(|span| book.source.text().get(span.start..span.end).unwrap()).collect();
    assert_eq!(places, ["用いる。</td></tr><tr>パスワードを"]);
}

proptest! {
    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read(&bytes);
    }

    #[test]
    fn random_texts_of_the_genre(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("第1条 "), Just("第二条の二 "), Just("(目的)\n"), Just("2 "), Just("(1) "), Just("一 "), Just("ア "),
                Just("\n"), Just("。"), Just("、"), Just("システム管理者"), Just("は、"), Just("総務課長"), Just("をもって充てる"),
                Just("を置き"), Just("(以下「"), Just("」という。)"), Just("附則\n"), Just("別表第1\n"), Just("|"), Just("\t"),
                Just("<td>"), Just("入退室"), Just("管理簿"), Just("7年間保存"), Just("前項の"), Just("会議"), Just("の庶務は、"),
                Just("次に掲げる"), Just("契約書"), Just("接続を遮断"), Just("第3条から第5条まで 削除"), Just("○甲規程\n"), Just("平成14年8月5日"),
            ], 0..60)
    ) {
        read(parts.concat().as_bytes());
    }
}

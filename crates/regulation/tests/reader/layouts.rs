//! Ways of writing and of laying out that the genre knows, each as a small text of its own.

use sekisho_regulation::reader;

use crate::cases;
use crate::score;

/// What the articles say in one field, each element with its parts joined by a slash.
fn field(articles: &str, name: &str) -> Vec<String> {
    let text = format!("○甲町乙規程\n\n平成20年4月1日\n\n訓令第3号\n\n{articles}\n");
    let book = reader::read(text.as_bytes()).unwrap();
    let facts = cases::facts(&book);
    let fields = score::fields(&facts["instruments"][0]);
    let found = fields.into_iter().find(|(field, _)| *field == name).map(|(_, found)| found).unwrap_or_default();
    let mut found: Vec<String> = found.into_iter().map(|e| e.join("/")).collect();
    found.sort();
    found
}

pub(crate) fn check(name: &str, cases: &[(&str, &[&str])]) {
    for (articles, meant) in cases {
        let mut meant: Vec<String> = meant.iter().map(ToString::to_string).collect();
        meant.sort();
        assert_eq!(field(articles, name), meant, "{articles}");
    }
}

#[test]
fn offices() {
    check(
        "roles",
        &[
            (
                "第1条 次の責任者を置く。\n(1) 対策のため、甲管理者を置き、総務課長をもつて充てる。\n(2) 乙責任者を置き、甲管理者が指定する。\n(3) 帳票の責任者(以下「帳票責任者」という。)を置き、各課の長をもつて充てる。",
                &["甲管理者/総務課長", "帳票責任者/各課の長"],
            ),
            (
                "第1条 課責任者は、端末担当者として、係長又は主任の職にある者を充てる。",
                &["端末担当者/係長", "端末担当者/主任"],
            ),
            (
                "第1条 課ごとに課責任者を置き、次のとおりとする。\n一 本庁 市民課長\n二 東支所及び西支所 当該支所の長",
                &["課責任者/市民課長", "課責任者/当該支所の長"],
            ),
            (
                "第1条 室責任者は、甲室については総務課長とし、乙室については市民課長とする。",
                &["室責任者/総務課長", "室責任者/市民課長"],
            ),
            (
                "第1条 町長は、総務課長を総括管理者(以下「総括者」という。)、企画課長を副総括管理者(以下「副総括者」という。)に充てるものとする。",
                &["総括者/総務課長", "副総括者/企画課長"],
            ),
            ("第1条 最高責任者の下に、統轄者代行を置き、副町長をもって充てる。", &["統轄者代行/副町長"]),
        ],
    );
}

#[test]
fn rooms() {
    check(
        "rooms.requires",
        &[
            (
                "(立入り)\n第1条 次の場所を規制場所とし、当該各号に定める者でなければ立ち入ってはならない。\n(1) 甲室 管理者の許可を得た者で、入室カードを所持するもの\n(2) 乙窓口 課長が承認した者\n2 規制場所に立ち入る者は、名札を着けなければならない。",
                &["甲室/permit", "甲室/card", "甲室/badge", "乙窓口/permit", "乙窓口/badge"],
            ),
            (
                "第1条 次の室を重要室に指定する。\n(1) 甲室\n(2) 乙室\n第2条 重要室に入ろうとする者は、許可を得て、入室カードを用いなければならない。\n2 乙室に入るときは、前項の規定にかかわらず、鍵を借りて入る。\n3 入室した者に名札を着けさせる。",
                &["甲室/permit", "甲室/card", "甲室/badge", "乙室/key", "乙室/badge"],
            ),
            (
                "第1条 サーバを置く室(以下「機械室」という。)及び端末を置く場所(以下「カウンター」という。)を管理区域とする。\n2 機械室に入る者は、承認を受けなければならない。\n3 カウンターには、名札を着けた職員のほかは、立ち入ることができない。",
                &["機械室/permit", "カウンター/badge"],
            ),
            (
                "第1条 次の区域への入退室を管理する。\n区域\n入退室を認める者\n認証の方法\n甲室\n管理者の許可を受けた者\n鍵\n乙室\n管理者の承認を受けた者\nIDカード",
                &["甲室/permit", "甲室/key", "乙室/permit", "乙室/card"],
            ),
            (
                "第1条 室に入る者は、次の表の要件を満たさなければならない。\n場所\t許可\tカード\t鍵\t名札\n甲室\t○\t○\t\t○\n乙室\t○\t\t○\n丙室\t\t\t\t○",
                &["甲室/permit", "甲室/card", "甲室/badge", "乙室/permit", "乙室/key", "丙室/badge"],
            ),
        ],
    );
}

#[test]
fn periods() {
    check(
        "retention",
        &[
            ("第1条 管理者は、入室した者の氏名及び用務を入室簿(様式第1号)に記載させ、5年間保存する。", &["入室簿/5"]),
            ("第1条 管理者は、操作履歴を取得し、これを五箇年保存する。", &["操作履歴/5"]),
            (
                "第1条 管理者は、カード管理簿及び鍵貸出簿を備え、これらを2か年保存する。",
                &["カード管理簿/2", "鍵貸出簿/2"],
            ),
            ("第1条 入室管理簿に入室の日時を記録し、その記録を5年間保存する。", &["入室管理簿/5"]),
            (
                "第1条 次の記録は、当該各号に定める期間保存する。\n(1) カードの交付及び返納の記録 3年\n(2) 操作履歴、管理台帳 7年",
                &["カードの交付及び返納の記録/3", "操作履歴/7", "管理台帳/7"],
            ),
            ("第1条 第3条第1項の立入簿は、3年間保存する。", &["立入簿/3"]),
        ],
    );
}

#[test]
fn machines_and_lists() {
    check(
        "devices",
        &[
            ("第1条 アクセス管理は、次に掲げる構成機器について行う。\n　サーバ\n　統合端末", &["サーバ", "統合端末"]),
            (
                "第1条 次の機器について、利用権限の管理(以下「アクセス管理」という。)を行う。\n① 町サーバ\n② 端末",
                &["町サーバ", "端末"],
            ),
        ],
    );
    check("articles.items", &[("第1条 次の事項を協議する。\nー 計画の策定\n二 監査の実施\n三 連携", &["1/3"])]);
    check("articles.paragraphs", &[("第1条 甲をする。\n2名簿を備える。\n3回線を調べる。", &["1/3"])]);
    check(
        "contract_clauses",
        &[(
            "第1条 町は、次の事項を約することを条件として、保守を委託することができる。\n(1) 秘密を守ること。\n(2) 記録を見せること。",
            &["秘密を守ること", "記録を見せること"],
        )],
    );
}

#[test]
fn councils() {
    let council = "第1条 統括者は、会議を招集するとともに議長を務める。\n2 安全会議は、統括者の他、次に掲げる者で組織する。\n(1) 総務課長\n3 前項の者のほか、消防長及び教育部長は、安全会議の構成員となる。\n4 安全会議の庶務は、甲課が、乙課の協力を得て行う。\n第2条 対策を審議するため、安全会議を置く。";
    check("council.members", &[(council, &["総務課長", "消防長", "教育部長"])]);
    let seats = "第1条 委員会を置く。\n2 委員会は、会長、副会長一人及び委員若干人をもって組織する。\n3 会長は副町長を、副会長は総務課長を、委員は税務課長及び教育次長の職にある者をもって充てる。\n4 委員会は、次に掲げる事項について審議する。\n　対策の見直し\n　監査の実施\n5 委員会の庶務は、総務課で行う。";
    check("council.chair", &[(seats, &["副町長"])]);
    check("council.members", &[(seats, &["総務課長", "税務課長", "教育次長"])]);
    check("council.agenda", &[(seats, &["対策の見直し", "監査の実施"])]);
    check("council.secretariat", &[(council, &["甲課"])]);
}

#[test]
fn a_title_that_stands_twice() {
    let text = "○乙村機器の管理及び運営に関する規程\n\n平成十四年八月五日\n\n乙村訓令甲第四十号\n\n庁中一般\n\n各出先機関\n\n機器の管理及び運営に関する規程\n\n(趣旨)\n\n第一条 この規程は、機器について定める。\n";
    let facts = cases::facts(&reader::read(text.as_bytes()).unwrap());
    let instrument = &facts["instruments"][0];
    assert_eq!(instrument["number"], "訓令甲第四十号");
    assert_eq!(instrument["promulgated"], "2002-08-05");
}

#[test]
fn what_was_not_read_is_told() {
    let text = "○甲町乙規程\n\n第1条 甲管理者を置く。\n2 甲管理者は、総務課長をもって充てる。丙については、従前の例により、適当な者を充てる。\n第2条 終わり。\n";
    let book = reader::read(text.as_bytes()).unwrap();
    let unread: Vec<&str> =
        book.readings.iter().flat_map(|reading| &reading.facts.unread).map(|found| found.value.as_str()).collect();
    assert_eq!(unread, ["丙については、従前の例により、適当な者を充てる"]);
}

//! 鳥栖広域組合: connections to outside networks, and a record that nobody changes unnoticed.

use super::stage::{Row, Stage, day, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_union_connects_cuts_and_keeps_its_record() {
    let stage = Stage::of("tosu").await;
    let connection = nobody_connects_without_permission(&stage).await;
    trouble_is_cut_physically(&stage, &connection).await;
    the_record_is_read_by_few(&stage, &connection).await;
    what_was_changed_is_found(&stage).await;
}

/// 第17条第1項: examined, found harmless, permitted, and only then connected.
async fn nobody_connects_without_permission(stage: &Stage) -> Row {
    let article = "第17条第1項";
    stage.plays_at("kaigo_shuji", "operator").await;
    stage.may_not("connection.apply", article).await;
    stage.plays("security_officer").await;
    let application = [
        ("section", "総務課"),
        ("system", "財務会計システム"),
        ("kind", "external"),
        ("party", "県の共同センター"),
        ("purpose", "電子の申請"),
    ];
    let connection = stage.opens("connections", "connection.apply", &application).await;
    stage.plays("chief").await;
    stage.does(&connection, "connection.permit", &[]).await;
    stage.is_refused("NO_ASSESSMENT", article).await;

    stage.plays("security_officer").await;
    let today = day(0);
    let assessment = [
        ("network_config", "専用の回線"),
        ("device_config", "防火壁2台"),
        ("security_level", "監査を受けている"),
        ("assessed_on", today.as_str()),
    ];
    stage.takes(&connection, "connection.assess", &assessment).await;
    // Examined, but not found harmless.
    stage.plays("chief").await;
    stage.does(&connection, "connection.permit", &[]).await;
    stage.is_refused("NO_ASSESSMENT", article).await;
    stage.plays("security_officer").await;
    stage.takes(&connection, "connection.assess", &[&assessment[..], &[("no_impact", "true")]].concat()).await;
    let tester = stage.who("security_officer");
    let test = [
        ("target_system", "財務会計システム"),
        ("test_cases", "送信と受信"),
        ("test_result", "passed"),
        ("tested_by", tester.as_str()),
        ("tested_on", &today),
    ];
    stage.takes(&connection, "connection.test", &test).await;
    stage.does(&connection, "connection.connect", &[("connected_at", &now()), ("work", "回線をつないだ")]).await;
    stage.is_refused("NO_PERMIT", article).await;
    stage.page.shot("no-permit").await;

    stage.plays("chief").await;
    stage.takes(&connection, "connection.permit", &[]).await;
    stage.plays("security_officer").await;
    stage.takes(&connection, "connection.connect", &[("connected_at", &now()), ("work", "回線をつないだ")]).await;
    stage.shows(&connection, &[("接続の相手", "県の共同センター"), ("相手の機器構成", "防火壁2台")]).await;
    stage.is_proven(&connection, article).await;
    connection
}

/// 第17条第2項: with permission, and the wire is pulled.
async fn trouble_is_cut_physically(stage: &Stage, connection: &Row) {
    let article = "第17条第2項";
    let found = now();
    let trouble =
        [("connection_no", connection.key.as_str()), ("found_at", &found), ("trouble", "外から不審な通信がある")];
    let cut = stage.opens("disconnections", "disconnection.request", &trouble).await;
    let at_once = [("cut_at", found.as_str()), ("method", "logical"), ("cut_work", "防火壁で止めた")];
    stage.does(&cut, "disconnection.cut", &at_once).await;
    stage.is_refused("NO_PERMIT", article).await;
    stage.may_not("disconnection.permit", article).await;
    stage.plays("chief").await;
    stage.page.open("/duties").await;
    stage.page.sees("遮断の許可の決定").await;
    let permission = [("permission_mode", "oral"), ("permission_at", found.as_str())];
    stage.does(&cut, "disconnection.permit", &permission).await;
    stage.is_refused("WORDS_MISSING", article).await;
    stage.fills(&[("permission_words", "すぐに線を抜くように")]).await;
    stage.is_done().await;

    stage.plays("security_officer").await;
    stage.takes(&cut, "disconnection.cut", &at_once).await;
    stage.does(&cut, "disconnection.close", &[]).await;
    stage.is_refused("PHYSICAL_CUT_REQUIRED", article).await;
    stage.page.shot("physical-cut-required").await;
    let pulled = now();
    let pulled = [("cut_at", pulled.as_str()), ("method", "physical"), ("cut_work", "線を抜いた")];
    stage.takes(&cut, "disconnection.cut", &pulled).await;
    stage.takes(&cut, "disconnection.close", &[]).await;
    let there = [("口頭で許可したときの言葉", "すぐに線を抜くように"), ("障害を認めてから許可まで（分）", "0")];
    stage.shows(&cut, &there).await;
    stage.prints(&cut, &["外部接続遮断簿", "線を抜いた"]).await;
    stage.is_proven(&cut, article).await;
    stage.shows(connection, &[("状態", "遮断")]).await;
}

/// 第14条第3号: the record is read by those who inspect it, and everybody can prove a line of it.
async fn the_record_is_read_by_few(stage: &Stage, connection: &Row) {
    stage.plays_at("kaigo_shuji", "operator").await;
    for place in ["/history", "/books/logons"] {
        stage.page.open(place).await;
        stage.page.sees("✕ できません").await;
        stage.page.sees("第14条").await;
    }
    stage.may_not("text.erase", "第14条").await;
    stage.plays("security_officer").await;
    let rows = stage.history("月次の点検").await;
    assert!(rows.iter().any(|row| row.contains("遮断の実施") && row.contains("NO_PERMIT")), "{rows:#?}");

    let proof = stage.proof(connection).await;
    stage.page.open("/verify").await;
    stage.page.pastes("#proof", &proof).await;
    stage.page.submits("form[action='/verify/proof'] button").await;
    stage.page.sees("✓ 正しい証明です").await;
    stage.page.pastes("#proof", &proof.replacen("index ", "index 1", 1)).await;
    stage.page.submits("form[action='/verify/proof'] button").await;
    stage.page.sees("✕ 確かめられません").await;
}

/// Somebody changes a line behind the program: verification finds it and says which.
async fn what_was_changed_is_found(stage: &Stage) {
    let page = &stage.page;
    page.open("/verify").await;
    page.submits("form[action='/verify'] button").await;
    page.sees("✓ 検証済み").await;
    stage.changes("UPDATE events SET leaf = (SELECT leaf FROM events WHERE seq = 51) WHERE seq = 50");
    page.open("/verify").await;
    page.submits("form[action='/verify'][method=post] button").await;
    page.sees("✕ 異常があります").await;
    page.sees("50").await;
    page.shot("changed").await;
}

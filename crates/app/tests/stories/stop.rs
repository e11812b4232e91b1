//! 枚方市 第7条: the mayor stops the connection without waiting for a meeting; nobody else does, and
//! until the mayor lets it go on nobody looks anybody up.

use super::stage::{Row, Stage, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mayor_stops_the_connection_and_lets_it_go_on() {
    let stage = Stage::of("hirakata").await;
    stage.plays_at("shimin_kakariin", "operator").await;
    stage.searches().await;
    stage.page.sees("人が見つかりました").await;

    let stop = the_mayor_orders(&stage).await;

    stage.plays_at("shimin_kakariin", "operator").await;
    stage.searches().await;
    stage.is_refused("CONNECTION_STOPPED", "第7条").await;
    stage.page.sees("接続の停止が命じられているため、本人確認情報を扱えません").await;
    stage.page.shot("1-stopped").await;

    it_is_stopped_and_noticed(&stage, &stop).await;
    stage.plays_at("shimin_kakariin", "operator").await;
    stage.searches().await;
    stage.is_refused("CONNECTION_STOPPED", "第7条").await;

    stage.plays("chief").await;
    stage.takes(&stop, "connection_stop.resume", &[("resume_grounds", "おそれがなくなった。")]).await;
    stage.shows(&stop, &[("状態", "再開"), ("知らせた相手", "都道府県"), ("停止の事由", "漏えいのおそれ")]).await;
    stage.prints(&stop, &["接続停止記録", "コミュニケーションサーバとの接続のすべて", "再開"]).await;
    stage.page.shot("2-on-paper").await;
    stage.is_proven(&stop, "第7条").await;

    stage.plays_at("shimin_kakariin", "operator").await;
    stage.searches().await;
    stage.page.sees("人が見つかりました").await;
}

/// Only the mayor orders it: no meeting, no incident that was examined first.
async fn the_mayor_orders(stage: &Stage) -> Row {
    for role in ["system_manager", "deputy_chief", "security_officer"] {
        stage.plays(role).await;
        stage.may_not("connection_stop.order", "第7条").await;
    }
    stage.plays("chief").await;
    let order = [
        ("reason", "leak_feared"),
        ("grounds", "送ったデータが外に出たおそれ"),
        ("scope", "コミュニケーションサーバとの接続のすべて"),
        ("spoken_at", "2099-01-01 09:00"),
    ];
    stage.begins("connection_stops", "connection_stop.order", &order).await;
    stage.is_refused("TIME_INVALID", "第7条").await;
    stage.fills(&[("spoken_at", "")]).await;
    stage.is_done().await;
    stage.newest("connection_stops").await
}

async fn it_is_stopped_and_noticed(stage: &Stage, stop: &Row) {
    stage.plays("chief").await;
    // What was not stopped does not go on.
    stage.page.open(&stop.path()).await;
    assert!(!stage.page.has("a[href^='/acts/connection_stop.resume']").await);
    stage.plays("system_manager").await;
    stage.page.open("/duties").await;
    stage.page.sees("命じられた接続の停止").await;
    stage.page.shot("3-duties").await;
    let ordered = now();
    let work = [("stopped_at", "2020-01-01 09:00"), ("stop_work", "線を抜いた")];
    stage.does(stop, "connection_stop.stop", &work).await;
    stage.is_refused("TIME_INVALID", "第7条").await;
    stage.fills(&[("stopped_at", &ordered)]).await;
    stage.is_done().await;
    let notice = [("notified", "agency"), ("notified_at", ordered.as_str()), ("notice", "接続を止めた")];
    stage.does(stop, "connection_stop.notify", &notice).await;
    stage.is_refused("NOTICE_INCOMPLETE", "第7条").await;
    stage.fills(&[("notified", "agency prefecture")]).await;
    stage.is_done().await;
    stage.may_not("connection_stop.resume", "第7条").await;
}

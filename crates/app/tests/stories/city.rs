//! The designated city: important matters of its council.

use super::council::Council;
use super::sign_in;
use super::stage::Stage;

const COUNCIL: Council = Council {
    post: "shiminkyoku_cho",
    board: "disclosure",
    article: "第6条第4項",
    sections: "市民局市民部 区政課 中央区市民総合窓口課 花見川区市民総合窓口課 情報システム課",
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_city() {
    let stage = Stage::of("chiba").await;
    operators_show_card_and_password(&stage).await;
    COUNCIL.hears_the_board(&stage, "11").await;
}

/// 第19条第1項: card and password both, of somebody who is an operator; all of it is kept for seven years.
async fn operators_show_card_and_password(stage: &Stage) {
    let article = "第19条第1項";
    let clerk = stage.at_post("chuo_shuji");
    sign_in::asks_for_both(stage, clerk, "T-01", article).await;
    // A card of the office, at a machine of the network.
    let office = stage.at_post("shiminkyoku_cho");
    stage.comes_to(office, "T-01").await;
    stage.gives(super::PASSWORD).await;
    stage.is_refused("NOT_DESIGNATED_OPERATOR", "第19条").await;

    stage.seats_at(clerk, "operator", "T-01").await;
    stage.searches().await;
    stage.page.sees("人が見つかりました").await;
    stage.plays("auditor").await;
    let rows = stage.history("操作履歴の点検").await;
    for code in ["CARD_REQUIRED", "PASSWORD_REQUIRED", "PASSWORD_INVALID", "NOT_DESIGNATED_OPERATOR"] {
        assert!(rows.iter().any(|row| row.contains(code) && row.contains("✕ 拒否")), "{code}: {rows:#?}");
    }
    assert!(rows.iter().any(|row| row.contains("検索") && row.contains("✓ 許可")), "{rows:#?}");
    stage.page.shot("history").await;
    stage.may_not("text.erase", article).await;
    // Who may erase what is old enough may not erase what is not.
    stage.plays("system_manager").await;
    stage.page.open("/acts/text.erase").await;
    stage.fills(&[("erased", "200"), ("reason", "片付け")]).await;
    stage.is_refused("RETENTION_7Y", article).await;
    stage.page.open("/books").await;
    stage.page.sees("7年").await;
}

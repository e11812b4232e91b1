//! The designated city: important matters of its council.

use super::council::Council;
use super::sign_in;
use super::stage::{Row, Stage, day};

const COUNCIL: Council = Council {
    post: "shiminkyoku_cho",
    board: "disclosure",
    article: "第6条第4項",
    sections: "市民局市民部 区政課 中央区市民総合窓口課 花見川区市民総合窓口課 情報システム課",
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_city_lets_in_whom_it_approved_and_asks_the_board() {
    let stage = Stage::of("chiba").await;
    operators_show_card_and_password(&stage).await;
    operators_are_applied_for_and_approved(&stage).await;
    handlers_are_named_by_their_own_officer(&stage).await;
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

/// 第19条第2項: the section's officer applies, the system's officer approves as few as are needed.
async fn operators_are_applied_for_and_approved(stage: &Stage) {
    let article = "第19条第2項";
    let (today, until) = (day(0), day(120));
    let (person, reader) = (stage.at_post("kusei_shuji").id.as_str(), stage.at_post("kusei_hosa").id.as_str());
    stage.plays("system_manager").await;
    stage.may_not("operator_application.apply", article).await;
    stage.plays_at("kusei_kacho", "security_officer").await;
    let application = [
        ("section", "中央区市民総合窓口課"),
        ("person", person),
        ("device_classes", "terminal"),
        ("operations", "sign_in search show print"),
        ("rights", "business print file_read"),
        ("operators_now", "3"),
        ("reason", "窓口の担当となるため"),
    ];
    stage.begins("operator_applications", "operator_application.apply", &application).await;
    stage.is_refused("WRONG_APPLICANT", article).await;
    stage.fills(&[("section", "区政課")]).await;
    stage.is_done().await;
    let application = stage.newest("operator_applications").await;

    // One person is both officers: somebody else reads it before it is approved.
    stage.plays("system_manager").await;
    stage.does(&application, "operator_application.approve", &[("until", &until), ("second_reader", reader)]).await;
    stage.is_refused("NOT_MINIMUM", article).await;
    stage.fills(&[("fewest", "true"), ("second_reader", "")]).await;
    stage.is_refused("SECOND_READER_REQUIRED", article).await;
    stage.page.shot("second-reader").await;
    stage.fills(&[("second_reader", reader)]).await;
    stage.is_done().await;
    stage.does(&application, "operator_application.start", &[]).await;
    stage.page.sees("NOT_IN_REGISTER").await;
    let designation = [("person", person), ("device_classes", "terminal"), ("from", today.as_str())];
    stage.begins("operators", "operator.designate", &designation).await;
    stage.is_done().await;
    stage.takes(&application, "operator_application.start", &[]).await;
    stage.shows(&application, &[("状態", "操作者"), ("申請者自らの決定", "はい")]).await;
    stage.prints(&application, &["操作者申請・承認簿"]).await;
    stage.is_proven(&application, article).await;
}

/// 第8条: only the section's officer names who handles identity records; nobody else sees any.
async fn handlers_are_named_by_their_own_officer(stage: &Stage) {
    let article = "第8条";
    let (today, clerk) = (day(0), stage.at_post("chuo_shuji").clone());
    let named = Row::of("handlers", &clerk.id);
    stage.plays("system_manager").await;
    stage.may_not("handler.designate", article).await;
    stage.plays_at("chuo_kacho", "security_officer").await;
    stage.takes(&named, "handler.revoke", &[("reason", "担当の変更")]).await;
    stage.seats_at(&clerk, "operator", "T-01").await;
    stage.page.open("/lookup").await;
    stage.page.sees("本人確認情報を取り扱う者に指定されていない").await;
    stage.page.sees(article).await;
    stage.page.shot("no-handler").await;
    stage.plays_at("chuo_kacho", "security_officer").await;
    let designation = [("person", clerk.id.as_str()), ("scope", "中央区の窓口事務"), ("from", today.as_str())];
    stage.begins("handlers", "handler.designate", &designation).await;
    stage.is_done().await;
    stage.seats_at(&clerk, "operator", "T-01").await;
    stage.searches().await;
    stage.page.sees("人が見つかりました").await;
}

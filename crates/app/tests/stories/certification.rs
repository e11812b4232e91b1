//! 飯田市: two kinds of terminals, and what each member of the handling staff may do at them.

use super::stage::{Row, Stage, day};
use super::{PASSWORD, sign_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_handling_staff_works_within_its_range() {
    let stage = Stage::of("iida").await;
    let clerk = stage.at_post("shimin_kakaricho");
    sign_in::asks_for_both(&stage, clerk, "CS-02", "第9条第2項").await;
    the_window_asks_for_ones_own_password(&stage).await;
    nobody_works_beyond_the_range(&stage).await;
}

/// 第10条第2項: a member of the staff does what the range says, at the window and at the CS terminal.
async fn nobody_works_beyond_the_range(stage: &Stage) {
    let article = "第10条第2項";
    let (today, clerk) = (day(0), stage.at_post("shimin_kakaricho").clone());
    stage.plays("system_manager").await;
    let range = [
        ("staff", clerk.id.as_str()),
        ("business", "issue renew"),
        ("device_classes", "cs_terminal reception"),
        ("operations", "sign_in search show"),
        ("valid_from", &today),
    ];
    let range = stage.opens("work_ranges", "work_range.settle", &range).await;
    let set = [
        ("terminals", "CS-02 U-01"),
        ("set_on", today.as_str()),
        ("tested_on", &today),
        ("test_result", "other_possible"),
    ];
    stage.does(&range, "work_range.configure", &set).await;
    stage.is_refused("OPERATION_NOT_ALLOWED", article).await;
    stage.page.shot("not-only-the-range").await;
    // The designation is what the gate keeps to; it is made as the range says.
    let designation =
        [("person", clerk.id.as_str()), ("scope", "認証業務"), ("operations", "search show"), ("from", today.as_str())];
    stage.takes(&Row::of("handlers", &clerk.id), "handler.revoke", &[("reason", "範囲の変更")]).await;
    stage.begins("handlers", "handler.designate", &designation).await;
    stage.is_done().await;
    for terminal in ["U-01", "CS-02"] {
        stage.seats_at(&clerk, "operator", terminal).await;
        stage.finds_somebody().await;
        stage.page.sees("定められた業務の範囲にない操作はできません").await;
        stage.page.sees(article).await;
        assert!(!stage.page.has("form[action='/lookup/print']").await, "{terminal} still prints");
    }
    stage.page.shot("beyond-the-range").await;
    stage.plays("system_manager").await;
    stage.takes(&range, "work_range.configure", &[&set[..3], &[("test_result", "only_allowed")]].concat()).await;
    stage.shows(&range, &[("状態", "設定済み"), ("設定した端末機", "CS-02")]).await;
    stage.prints(&range, &["取扱職員業務範囲表"]).await;
    stage.is_proven(&range, article).await;
}

/// 第9条第3項: no card at the window, but everybody's own password, and nobody at two windows at once.
async fn the_window_asks_for_ones_own_password(stage: &Stage) {
    let article = "第9条第3項";
    let clerk = stage.at_post("shimin_shuji");
    stage.comes_to(clerk, "U-01").await;
    assert!(!stage.page.has("div.slot").await, "the window asks for a card");
    stage.page.submits("form[action='/sign-in'] button.first").await;
    stage.is_refused("PASSWORD_REQUIRED", article).await;
    stage.gives("Chigau9-Kotoba").await;
    stage.is_refused("PASSWORD_INVALID", article).await;
    stage.seats_at(clerk, "operator", "U-01").await;
    stage.searches().await;
    stage.page.sees("人が見つかりました").await;

    // The same password at another window: the first session is over.
    let other = stage.another("window").await;
    other.open("/sign-in").await;
    other.picks("#terminal", "U-02").await;
    other.submits("form[action='/sign-in/terminal'] button").await;
    other.types("#person", &clerk.id).await;
    other.types("#password", PASSWORD).await;
    other.submits("form[action='/sign-in'] button.first").await;
    other.until_at("/").await;
    stage.is_signed_out().await;

    stage.plays("auditor").await;
    let rows = stage.history("窓口の端末の点検").await;
    let named = |row: &&String| row.contains("U-01") && row.contains("サインイン");
    assert!(rows.iter().filter(named).any(|row| row.contains("PASSWORD_INVALID")), "{rows:#?}");
    assert!(rows.iter().filter(named).any(|row| row.contains("✓ 許可")), "{rows:#?}");
    stage.page.shot("window-history").await;
}

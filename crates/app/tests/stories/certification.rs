//! 飯田市: two kinds of terminals, and what each member of the handling staff may do at them.

use super::stage::Stage;
use super::{PASSWORD, sign_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_handling_staff_works_within_its_range() {
    let stage = Stage::of("iida").await;
    let clerk = stage.at_post("shimin_kakaricho");
    sign_in::asks_for_both(&stage, clerk, "CS-02", "第9条第2項").await;
    the_window_asks_for_ones_own_password(&stage).await;
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

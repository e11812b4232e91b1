//! Signing in where card and password are asked, and where the password is.

use sekisho::demo::roster::Official;

use super::PASSWORD;
use super::stage::Stage;

/// Neither card nor password is enough, and when the card goes the session ends.
pub(crate) async fn asks_for_both(stage: &Stage, who: &Official, terminal: &str, article: &str) {
    stage.leaves().await;
    stage.stands_at(terminal).await;
    stage.gives(PASSWORD).await;
    stage.is_refused("CARD_REQUIRED", article).await;
    stage.comes_to(who, terminal).await;
    stage.page.submits("form[action='/sign-in'] button.first").await;
    stage.is_refused("PASSWORD_REQUIRED", article).await;
    stage.gives("Chigau9-Kotoba").await;
    stage.is_refused("PASSWORD_INVALID", article).await;
    stage.page.shot("password-wrong").await;
    stage.seats_at(who, "operator", terminal).await;
    stage.leaves().await;
    stage.page.sees("カードが読取装置から抜かれたため、サインアウトしました").await;
}

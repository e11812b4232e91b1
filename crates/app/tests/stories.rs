//! Stories: what a person does in a real browser, from sign-in to the card being pulled. Each reads
//! as a script; the screenshots lie in `target/stories`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "stories/browser.rs"]
mod browser;

use browser::{Browser, Demo};

const PASSWORD: &str = "Kaede7-Hoshizora";

/// A clerk at the counter: the main job of the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clerk_looks_somebody_up_and_is_signed_out_when_the_card_is_pulled() {
    let demo = Demo::start("clerk");
    let page = Browser::start("clerk", &demo.address).await;

    page.open("/").await;
    page.sees("サインイン").await;
    page.shot("1-sign-in").await;
    // Without a card the password alone is refused, with the article.
    page.types("#password", PASSWORD).await;
    page.clicks("form.sheet button[type=submit]").await;
    page.sees("操作者用ICカードが読取装置にない").await;
    page.sees("第10条第2項").await;
    page.shot("2-no-card").await;

    sign_in(&page, "T-01", "住民課主事").await;
    page.sees("今日").await;
    page.shot("3-today").await;

    // A search without a purpose is refused; what was typed stays; with a purpose it is made.
    page.open("/lookup").await;
    page.types("#basis", "受付8-0001").await;
    page.types("#kana", "みほん").await;
    page.types("#birth", "1980").await;
    page.clicks("main form button.first").await;
    page.sees("照会の目的").await;
    page.sees("第17条第1号").await;
    assert_eq!(page.value("#kana").await, "みほん");
    page.shot("4-refused").await;
    page.clicks("input[name=purpose][value=tenkyo]").await;
    page.clicks("main form button.first").await;
    page.sees("人が見つかりました").await;
    page.shot("5-found").await;

    page.clicks("button[name=subject]").await;
    page.sees("帳票").await;
    page.shot("6-record").await;
    page.picks("[name=form]", "confirmation").await;
    page.types("[name=applicant]", "例川 花子").await;
    page.clicks("form[action='/lookup/print'] button.first").await;
    page.sees("決裁").await;
    page.shot("7-paper").await;

    page.open("/books/forms?sort=printed_at&desc=1").await;
    page.sees("例川 花子").await;
    page.shot("8-forms-book").await;

    // Somebody takes the card from the reader: the page goes to the sign-in by itself.
    demo.pull("T-01").await;
    page.until_at("/sign-in").await;
    page.sees("カード").await;
    page.shot("9-card-pulled").await;
    page.open("/lookup").await;
    page.until_at("/sign-in").await;
}

/// The server room: an outsider needs 企画財政課長's permission, an employee the staff card.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_room_opens_to_whom_the_article_lets_in() {
    let demo = Demo::start("room");
    let page = Browser::start("room", &demo.address).await;
    sign_in(&page, "W-02", "企画財政課長").await;

    page.open("/acts/entry.enter?room=densan").await;
    page.types("[name=visitor]", "来訪 一太").await;
    page.types("[name=affiliation]", "架空商会").await;
    page.types("[name=entry_card_no]", "V-02").await;
    page.types("[name=purpose]", "見学").await;
    page.clicks("main form button.first").await;
    page.sees("企画財政課長").await;
    page.sees("第6条第2項").await;
    page.shot("1-refused").await;

    let (person, staff_id) = demo.employee("kikaku_kakaricho");
    page.open("/acts/entry.enter?room=densan").await;
    page.picks("[name=person]", &person).await;
    page.types("[name=staff_id]", &staff_id).await;
    page.types("[name=purpose]", "機器の点検").await;
    page.clicks("main form button.first").await;
    page.sees("記録").await;
    page.shot("2-allowed").await;
    page.open("/entry").await;
    page.sees("電算室").await;
    page.shot("3-inside").await;
}

async fn sign_in(page: &Browser, terminal: &str, post: &str) {
    page.open("/sign-in").await;
    page.picks("#terminal", terminal).await;
    page.clicks("form[action='/sign-in/terminal'] button").await;
    page.sees("デモの読取装置").await;
    page.clicks_text("ul.cards button", post).await;
    page.sees("読取装置").await;
    page.types("#password", PASSWORD).await;
    page.clicks("form.sheet button[type=submit]").await;
    page.until_at("/").await;
}

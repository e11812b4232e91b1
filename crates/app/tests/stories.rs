//! Stories: what a person does in a real browser, from sign-in to the card being pulled. Each reads
//! as a script; the screenshots lie in `target/stories`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "stories/archive.rs"]
mod archive;
#[path = "stories/browser.rs"]
mod browser;
#[path = "stories/certification.rs"]
mod certification;
#[path = "stories/city.rs"]
mod city;
#[path = "stories/city_books.rs"]
mod city_books;
#[path = "stories/council.rs"]
mod council;
#[path = "stories/sign_in.rs"]
mod sign_in;
#[path = "stories/stage.rs"]
mod stage;
#[path = "stories/stop.rs"]
mod stop;
#[path = "stories/union.rs"]
mod union;
#[path = "stories/village.rs"]
mod village;

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

    page.open("/books/forms?sort=-printed_at").await;
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

    an_employee_enters(&page, &demo).await;
    page.sees("記録").await;
    page.shot("2-allowed").await;
    page.open("/entry").await;
    page.sees("電算室").await;
    page.shot("3-inside").await;
}

/// Somebody of the planning section goes into the server room with the staff card.
async fn an_employee_enters(page: &Browser, demo: &Demo) {
    let (person, staff_id) = demo.employee("kikaku_kakaricho");
    page.open("/acts/entry.enter?room=densan").await;
    page.picks("[name=person]", &person).await;
    page.types("[name=staff_id]", &staff_id).await;
    page.types("[name=purpose]", "機器の点検").await;
    page.clicks("main form button.first").await;
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

/// Another regulation, of another style, is imported, adopted, and refuses by its own article.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_regulation_is_imported_adopted_and_refuses() {
    let demo = Demo::start("import");
    let page = Browser::start("import", &demo.address).await;
    sign_in(&page, "W-01", "総務課長").await;

    page.open("/regulation/import").await;
    page.pastes("#text", include_str!("stories/kasumi.txt")).await;
    page.clicks("form.sheet button.first").await;
    page.sees("霞ヶ原村住民基本台帳ネットワークシステム取扱要領").await;
    page.sees("総括責任者").await;
    page.shot("1-facts").await;
    // What was read stands in fields, to be corrected.
    assert_eq!(page.value("[id='posts.0.0']").await, "総務課長");
    page.clicks("button[value=draft]").await;
    page.sees("規程の版の検討").await;
    page.sees("誤りはありません").await;
    page.sees("できなくなること").await;
    page.shot("2-examined").await;

    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let today = sekisho_regulation::Date::in_japan(i64::try_from(now).unwrap()).to_string();
    page.types("#label", "霞ヶ原村の要領").await;
    page.types("#effective", &today).await;
    page.types("#summary", "村の要領を定める。").await;
    // The regulation in force asks for the council first.
    page.clicks("form[action^='/acts/profile.adopt'] button.first").await;
    page.sees("会議の審議の記録がないため").await;
    page.sees("第4条第3項第1号").await;
    page.shot("3-without-the-council").await;
    page.types("[name=resolution]", "令和8年11月20日 第3号").await;
    page.clicks("main form button.first").await;
    page.sees("霞ヶ原村の要領").await;
    page.shot("4-adopted").await;

    // The house opens anew by it; everybody signs in again.
    page.until_signed_out().await;
    sign_in(&page, "W-02", "企画財政課長").await;
    page.open("/regulation").await;
    page.sees("霞ヶ原村住民基本台帳ネットワークシステム取扱要領").await;
    page.shot("5-in-force").await;
    an_employee_enters(&page, &demo).await;
    page.sees("許可のない職員は、電算室に入れません").await;
    page.sees("要領第4条").await;
    page.shot("6-refused").await;
}

/// 第4条から第5条: without a meeting that was closed nobody instructs; with one, the instruction is due.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chief_instructs_only_after_a_meeting_that_was_closed() {
    let demo = Demo::start("council");
    let page = Browser::start("council", &demo.address).await;
    sign_in(&page, "W-01", "総務課長").await;
    page.open("/books").await;
    page.sees("会議").await;
    page.shot("1-books").await;
    page.open("/duties?whose=all").await;
    page.sees("期限").await;
    page.shot("2-duties").await;

    page.open("/acts/meeting.call").await;
    page.shot("3-call").await;
    // Nothing is filled in: each field says so beside itself.
    page.clicks("main form button.first").await;
    page.sees("「回次」を入力してください。").await;
    page.sees("「開催予定日」を入力してください。").await;
    page.shot("4-wrong").await;
    page.types("#session_no", "1").await;
    page.types("[name='scheduled_on.y']", "令和9").await;
    page.types("[name='scheduled_on.m']", "1").await;
    page.types("[name='scheduled_on.d']", "20").await;
    page.types("#place", "第一会議室").await;
    page.clicks("main form button.first").await;
    page.sees("記録").await;
    page.open("/books/meetings").await;
    page.sees("第一会議室").await;
    page.shot("5-called").await;

    // The meeting was not held, so nothing can be based on it.
    let (officer, _) = demo.employee("jumin_hosa");
    page.open("/acts/instruction.issue").await;
    page.picks("#kind", "instruct").await;
    page.clicks_text("#meeting_no option", "CM").await;
    page.picks("#to_person", &officer).await;
    page.types("#content", "操作者用ICカードの点検").await;
    page.types("[name='due.y']", "令和9").await;
    page.types("[name='due.m']", "2").await;
    page.types("[name='due.d']", "10").await;
    page.clicks("main form button.first").await;
    page.sees("終わった会議の結果に基づいていないため").await;
    page.sees("第5条").await;
    assert_eq!(page.value("#content").await, "操作者用ICカードの点検", "what was typed stays");
    page.shot("6-refused").await;
}

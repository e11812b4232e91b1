//! The village: outsourcing, step by step, and matters that the review board is asked about.

use super::council::{Council, decide};
use super::stage::{Row, Stage, day};

const COUNCIL: Council = Council { post: "somu_kacho", board: "review", article: "第4条第4項", sections: "" };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_village_outsources_and_asks_the_review_board() {
    let stage = Stage::of("nishimeya").await;
    let application = nobody_outsources_unexamined(&stage).await;
    the_chief_approves_after_the_council(&stage, &application).await;
    a_contract_says_what_it_has_to(&stage, &application).await;
    COUNCIL.hears_the_board(&stage, "12").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_village_settles_what_a_card_may_do() {
    let stage = Stage::named("nishimeya", "village-cards").await;
    a_card_may_do_what_was_settled(&stage).await;
}

/// 第12条第3号: what a kind of card may do is settled with the security officer, and the gate keeps to it.
async fn a_card_may_do_what_was_settled(stage: &Stage) {
    let article = "第12条第3号";
    let (today, tomorrow) = (day(0), day(1));
    stage.plays("security_officer").await;
    stage.may_not("card.settle_operations", article).await;
    stage.plays("access_manager").await;
    let settled = [
        ("card_kind", "business"),
        ("device_class", "terminal"),
        ("operations", "sign_in search show"),
        ("effective_from", tomorrow.as_str()),
    ];
    stage.begins("card_operations", "card.settle_operations", &settled).await;
    stage.is_refused("NO_CONSULTATION", article).await;
    // Somebody else was asked; then the right one, but only tomorrow.
    let (chief, officer) = (stage.who("chief"), stage.who("security_officer"));
    stage.fills(&[("consulted_with", &chief), ("consulted_on", &today), ("outcome", "異議なし")]).await;
    stage.is_refused("NO_CONSULTATION", article).await;
    stage.fills(&[("consulted_with", &officer), ("consulted_on", &tomorrow)]).await;
    stage.is_refused("NO_CONSULTATION", article).await;
    stage.page.shot("no-consultation").await;
    stage.fills(&[("consulted_on", &today)]).await;
    stage.is_done().await;

    // It is in force from tomorrow on: today the clerk still prints.
    stage.plays_at("jumin_shuji", "operator").await;
    stage.finds_somebody().await;
    assert!(stage.page.has("form[action='/lookup/print']").await, "it took effect too early");
    stage.plays("access_manager").await;
    let consulted = [
        ("consulted_with", officer.as_str()),
        ("consulted_on", &today),
        ("outcome", "異議なし"),
        ("effective_from", &today),
    ];
    stage.begins("card_operations", "card.settle_operations", &[&settled[..3], &consulted[..]].concat()).await;
    stage.is_done().await;
    stage.page.open("/cards?book=card_operations").await;
    stage.page.sees("異議なし").await;
    stage.page.shot("matrix").await;
    stage.plays_at("jumin_shuji", "operator").await;
    stage.finds_somebody().await;
    stage.page.sees("この種類のカードでは、この操作はできません").await;
    stage.page.sees(article).await;
    assert!(!stage.page.has("form[action='/lookup/print']").await, "the card still prints");
    stage.page.shot("card-kind").await;
}

/// 第18条: every tier is examined before the council hears of it.
async fn nobody_outsources_unexamined(stage: &Stage) -> Row {
    stage.plays_at("kikaku_kakaricho", "operator").await;
    stage.may_not("outsourcing.draft", "第19条").await;

    stage.plays("department_head").await;
    let planned = day(60);
    let draft = [
        ("section", "住民課"),
        ("work", "カード発行端末の保守"),
        ("reason", "専門の技術が要る。"),
        ("protection_measures", "作業は庁内で行い、職員が立ち会う。"),
        ("candidate", "見本電算株式会社"),
        ("tiers", "2"),
        ("planned_on", planned.as_str()),
    ];
    let application = stage.opens("outsourcings", "outsourcing.draft", &draft).await;
    stage.does(&application, "outsourcing.submit", &[]).await;
    stage.is_refused("NO_PRE_INVESTIGATION", "第18条").await;
    stage.page.shot("submit-refused").await;

    let today = day(0);
    let check = [
        ("outsourcing_no", application.key.as_str()),
        ("candidate", "見本保守株式会社"),
        ("tier", "2"),
        ("items", "organisation staff devices incidents recommission"),
        ("findings", "責任者を置き、教育を毎年している。"),
        ("result", "fit"),
        ("investigated_on", today.as_str()),
    ];
    // The second tier before the first.
    stage.begins("contractor_checks", "contractor_check.record", &check).await;
    stage.is_refused("TIER_PARENT_MISSING", "第18条").await;
    stage.fills(&[("candidate", "見本電算株式会社"), ("tier", "1")]).await;
    stage.is_done().await;
    let first = stage.newest("contractor_checks").await;
    stage.does(&application, "outsourcing.submit", &[]).await;
    stage.is_refused("NO_PRE_INVESTIGATION", "第18条").await;

    stage.begins("contractor_checks", "contractor_check.record", &check).await;
    stage.fills(&[("parent_no", &first.key)]).await;
    stage.is_done().await;
    stage.takes(&application, "outsourcing.submit", &[]).await;
    stage.shows(&application, &[("状態", "会議に提出"), ("委託する事務の内容", "カード発行端末の保守")]).await;
    stage.page.sees("委託先事前調査簿").await;
    stage.page.shot("submitted").await;
    application
}

/// 第19条: the council deliberates, and the chief approves.
async fn the_chief_approves_after_the_council(stage: &Stage, application: &Row) {
    let today = day(0);
    stage.plays("chief").await;
    stage.does(application, "outsourcing.approve", &[("approved_on", &today)]).await;
    stage.is_refused("NO_COUNCIL_DELIBERATION", "第19条").await;

    let (meeting, voter) = COUNCIL.meets(stage, "11").await;
    stage.plays("department_head").await;
    let agenda = [
        ("meeting_no", meeting.key.as_str()),
        ("kind", "MEASURES"),
        ("title", "端末の保守の委託"),
        ("papers", "資料1"),
    ];
    let item = stage.opens("agenda_items", "agenda.table", &agenda).await;
    stage.plays("chief").await;
    let approval = [("agenda_item_no", item.key.as_str()), ("meeting_no", &meeting.key), ("approved_on", &today)];
    stage.does(application, "outsourcing.approve", &approval).await;
    stage.is_refused("NO_COUNCIL_DELIBERATION", "第19条").await;
    decide(stage, &item, &voter).await;
    stage.is_done().await;

    // Who applied does not approve.
    stage.plays("department_head").await;
    stage.may_not("outsourcing.approve", "第19条").await;
    stage.plays("chief").await;
    stage.takes(application, "outsourcing.approve", &approval).await;
    stage.shows(application, &[("状態", "承認"), ("審議した会議", &meeting.key), ("申請者自らの決定", "いいえ")]).await;
    let course = [
        ("外部委託の承認", true),
        ("外部委託の承認", false),
        ("外部委託の承認", false),
        ("外部委託の会議への提出", true),
        ("外部委託の会議への提出", false),
        ("外部委託の会議への提出", false),
        ("外部委託の起案", true),
    ];
    stage.went(application, &course).await;
    stage.is_proven(application, "第19条").await;
}

/// 第20条: the contract does not begin before its five clauses are in it.
async fn a_contract_says_what_it_has_to(stage: &Stage, application: &Row) {
    let (yesterday, today, begins, ends) = (day(-1), day(0), day(30), day(700));
    stage.plays("department_head").await;
    let contract = [
        ("outsourcing_no", application.key.as_str()),
        ("section", "住民課"),
        ("contractor", "見本電算株式会社"),
        ("work", "カード発行端末の保守"),
        ("contract_ref", "R8-12"),
        // Before it was approved.
        ("contracted_on", &yesterday),
        ("starts_on", &begins),
        ("ends_on", &ends),
    ];
    stage.begins("contracts", "contract.register", &contract).await;
    stage.is_refused("NO_PRIOR_APPROVAL", "第19条").await;
    stage.fills(&[("contracted_on", &today)]).await;
    stage.is_done().await;
    let contract = stage.newest("contracts").await;
    stage.does(&contract, "contract.activate", &[]).await;
    stage.is_refused("CLAUSE_MISSING", "第20条").await;

    let clauses = [
        ("clauses", "RECOMMISSION MATERIALS NO_OTHER_USE CONFIDENTIALITY"),
        ("clause_refs", "第5条から第9条まで"),
        ("recommission", "limited"),
        ("recommission_conditions", "書面の届出と、村の体制の調査を要する。"),
        ("materials_rules", "custody return disposal"),
        ("no_other_use", "use reproduce copy provide"),
        ("secrecy_term", "survives"),
    ];
    stage.takes(&contract, "contract.check_clauses", &clauses).await;
    stage.does(&contract, "contract.activate", &[]).await;
    stage.is_refused("CLAUSE_MISSING", "第20条第5号").await;
    stage.page.shot("clause-missing").await;
    let fifth = [
        ("clauses", "RECOMMISSION MATERIALS NO_OTHER_USE CONFIDENTIALITY INCIDENT_REPORT"),
        ("report_to", "住民課長 夜間は宿直室"),
        ("report_within_hours", "1"),
    ];
    stage.takes(&contract, "contract.check_clauses", &[&clauses[1..], &fifth[..]].concat()).await;
    stage.takes(&contract, "contract.activate", &[]).await;
    stage.shows(&contract, &[("状態", "履行中"), ("契約書に明記した事項", "事故等の報告")]).await;
    stage.prints(&contract, &["見本電算株式会社", "秘密の保持", "履行中"]).await;
    stage.page.shot("contract-on-paper").await;
    stage.is_proven(&contract, "第20条").await;
}

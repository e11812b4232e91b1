//! The designated city's books: forms and cards that are disposed of, plans, and the system's forms.

use super::stage::{Row, Stage, day};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_city_disposes_plans_and_keeps_its_forms() {
    let stage = Stage::named("chiba", "city-books").await;
    let safe = a_safe(&stage).await;
    what_is_disposed_of_is_counted(&stage, &safe).await;
    a_failed_card_is_destroyed_face_and_chip(&stage, &safe).await;
    a_plan_is_consulted_on(&stage).await;
    the_seven_forms_have_their_history(&stage).await;
}

async fn a_safe(stage: &Stage) -> Row {
    stage.plays_at("kusei_kacho", "security_officer").await;
    let keeper = stage.at_post("kusei_kakaricho").id.as_str();
    let safe = [
        ("section", "区政課"),
        ("title", "施錠書庫一号"),
        ("place", "区政課事務室"),
        ("lock", "lockable"),
        ("key_holder", keeper),
    ];
    stage.opens("containers", "container.register", &safe).await
}

/// 第10条第3項: the number in the book, what was disposed of and what remains have to agree.
async fn what_is_disposed_of_is_counted(stage: &Stage, safe: &Row) {
    let article = "第10条第3項";
    let (today, witness) = (day(0), stage.at_post("kusei_kakaricho").id.as_str());
    let kept = [
        ("section", "区政課"),
        ("form", "confirmation"),
        ("quantity", "100"),
        ("breakdown", "照会の控え 100"),
        ("place_no", safe.key.as_str()),
        ("stored_on", &today),
        ("keep_until", &today),
    ];
    let stored = stage.opens("form_storages", "form_storage.store", &kept).await;
    let counted = [
        ("storage_no", stored.key.as_str()),
        ("book_quantity", "100"),
        ("disposed_quantity", "99"),
        ("remaining_quantity", "0"),
    ];
    let disposal = stage.opens("form_disposals", "form_disposal.reconcile", &counted).await;
    stage.shows(&disposal, &[("差", "1")]).await;
    let done = [
        ("disposed_on", today.as_str()),
        ("method", "shredding"),
        ("performer", "staff"),
        ("performer_name", "見本 花子"),
        ("witness", witness),
    ];
    stage.does(&disposal, "form_disposal.complete", &done).await;
    stage.is_refused("RECONCILIATION_MISMATCH", article).await;
    stage.page.shot("mismatch").await;
    // The hundredth sheet is found, and counted again.
    let counted = [
        ("storage_no", stored.key.as_str()),
        ("book_quantity", "100"),
        ("disposed_quantity", "100"),
        ("remaining_quantity", "0"),
    ];
    let disposal = stage.opens("form_disposals", "form_disposal.reconcile", &counted).await;
    stage.takes(&disposal, "form_disposal.complete", &done).await;
    stage.shows(&disposal, &[("状態", "廃棄"), ("差", "0")]).await;
    stage.shows(&stored, &[("状態", "廃棄")]).await;
    stage.prints(&disposal, &["100"]).await;
    stage.is_proven(&disposal, article).await;
}

/// 第10条の3第3号: neither the face nor the chip alone, and somebody sees it done.
async fn a_failed_card_is_destroyed_face_and_chip(stage: &Stage, safe: &Row) {
    let article = "第10条の3第3号";
    let (today, witness) = (day(0), stage.at_post("kusei_kakaricho").id.as_str());
    let failed = [
        ("section", "区政課"),
        ("stock_kind", "juki_card"),
        ("serial", "J0003"),
        ("reason", "print_fail"),
        ("occurred_on", today.as_str()),
        ("place_no", &safe.key),
    ];
    let card = stage.opens("card_disposals", "card_disposal.open", &failed).await;
    let face = [
        ("destroyed_on", today.as_str()),
        ("face_method", "shredding"),
        ("face_illegible", "true"),
        ("witness", witness),
    ];
    stage.does(&card, "card_disposal.close", &face).await;
    stage.is_refused("CHIP_NOT_DESTROYED", article).await;
    stage.fills(&[("face_illegible", ""), ("chip_destroyed", "true")]).await;
    stage.is_refused("CHIP_NOT_DESTROYED", article).await;
    stage.fills(&[("face_illegible", "true"), ("witness", "")]).await;
    stage.is_refused("WITNESS_REQUIRED", article).await;
    stage.page.shot("witness-required").await;
    stage.fills(&[("witness", witness)]).await;
    stage.is_done().await;
    stage.shows(&card, &[("状態", "廃棄")]).await;
    stage.prints(&card, &["J0003"]).await;
    stage.is_proven(&card, "第10条の3").await;
}

/// 第18条: every section's officer has answered, and every season and cycle is in the plan.
async fn a_plan_is_consulted_on(stage: &Stage) {
    let article = "第18条";
    let (first, last) = (day(120), day(480));
    stage.plays("system_manager").await;
    let plan = [
        ("kind", "operation"),
        ("title", "次の年度の運用計画"),
        ("edition", "1"),
        ("period_from", first.as_str()),
        ("period_to", &last),
        ("content", "次の年度の運用の計画"),
    ];
    let plan = stage.opens("plans", "plan.draft", &plan).await;
    let adoption = [("effective_from", first.as_str())];
    stage.does(&plan, "plan.adopt", &adoption).await;
    stage.is_refused("NO_CONSULTATION", article).await;

    let due = day(10);
    let officers = [
        ("区政課", "kusei_kacho", "security_officer"),
        ("中央区市民総合窓口課", "chuo_kacho", "security_officer_chuo"),
        ("花見川区市民総合窓口課", "hanamigawa_kacho", "security_officer_hanamigawa"),
    ];
    let mut asked = Vec::new();
    for (section, ..) in officers {
        let question =
            [("plan_no", plan.key.as_str()), ("section", section), ("question", "案について"), ("reply_by", &due)];
        asked.push(stage.opens("consultations", "consultation.ask", &question).await);
    }
    for ((_, post, role), question) in officers.iter().zip(&asked).take(2) {
        stage.plays_at(post, role).await;
        stage.takes(question, "consultation.answer", &[("reply", "agree")]).await;
    }
    // One section is still silent, and another does not answer for it.
    stage.does(&asked[2], "consultation.answer", &[("reply", "agree")]).await;
    stage.is_refused("OTHER_SECTION", article).await;
    stage.plays("system_manager").await;
    let outcome = [("consultation_outcome", "案のとおりとする。")];
    stage.does(&plan, "plan.close_consultation", &outcome).await;
    stage.is_refused("NO_CONSULTATION", article).await;
    let (_, post, role) = officers[2];
    stage.plays_at(post, role).await;
    let objection = [("reply", "object"), ("opinion", "大量処理は夜に回してほしい。")];
    stage.takes(&asked[2], "consultation.answer", &objection).await;
    stage.plays("system_manager").await;
    stage.takes(&plan, "plan.close_consultation", &outcome).await;
    every_season_and_cycle_is_planned(stage, &plan, (&first, &last)).await;
    stage.takes(&plan, "plan.adopt", &adoption).await;
    stage.shows(&plan, &[("状態", "実施中"), ("協議の結果と意見の扱い", "案のとおりとする。")]).await;
    stage.prints(&plan, &["次の年度の運用計画"]).await;
    stage.is_proven(&plan, article).await;
}

async fn every_season_and_cycle_is_planned(stage: &Stage, plan: &Row, (first, last): (&str, &str)) {
    for (n, season) in ["normal", "peak", "bulk"].iter().enumerate() {
        if n == 2 {
            stage.does(plan, "plan.adopt", &[("effective_from", first)]).await;
            stage.is_refused("SCHEDULE_MISSING", "第18条第2号").await;
        }
        let schedule = [
            ("plan_no", plan.key.as_str()),
            ("season", season),
            ("period_from", first),
            ("period_to", last),
            ("tasks", "毎日の起動と終了、毎月の点検"),
            ("in_charge", "区政課"),
        ];
        stage.opens("operation_schedules", "schedule.set", &schedule).await;
    }
    for (n, cycle) in ["yearly", "monthly", "weekly", "daily"].iter().enumerate() {
        if n == 3 {
            stage.does(plan, "plan.adopt", &[("effective_from", first)]).await;
            stage.is_refused("TASK_MISSING", "第18条第2号").await;
        }
        let task = [
            ("plan_no", plan.key.as_str()),
            ("cycle", cycle),
            ("task", "記録の確認"),
            ("opens", "830"),
            ("closes", "1715"),
        ];
        stage.opens("operation_tasks", "task.set", &task).await;
    }
}

/// 第12条: seven forms, each with its versions, and a version says what was changed and why.
async fn the_seven_forms_have_their_history(stage: &Stage) {
    let article = "第12条";
    let today = day(0);
    let system = [
        ("name", "住基ネット（市の管理する部分）"),
        ("section", "区政課"),
        ("business", "本人確認情報の送受信"),
        ("networks", "庁内の専用の区画"),
    ];
    let system = stage.opens("systems", "system.register", &system).await;
    stage.takes(&system, "system.go_live", &[("live_on", &today), ("reviewed_on", &today)]).await;
    let diagram = a_form(stage, &system, "config_diagram", "1").await;
    let bare = [("changed_on", today.as_str()), ("change", "初めの版")];
    stage.does(&diagram, "system_form.issue", &bare).await;
    stage.is_refused("HISTORY_REQUIRED", article).await;
    stage.fills(&[("reason", "稼働の開始")]).await;
    stage.is_done().await;

    let issued = [("changed_on", today.as_str()), ("change", "初めの版"), ("reason", "稼働の開始")];
    for code in ["config_list", "equipment", "software", "handlers"] {
        let form = a_form(stage, &system, code, "1").await;
        stage.takes(&form, "system_form.issue", &issued).await;
    }
    stage.does(&system, "system.confirm_forms", &[]).await;
    stage.is_refused("FORMS_MISSING", article).await;
    stage.page.shot("forms-missing").await;
    let drawn = [
        ("version", "1"),
        ("drawn_on", today.as_str()),
        ("place", "区政課の書庫 図面2"),
        ("diagram_class", "restricted"),
        ("covers_all", "true"),
        ("change", "初めの版"),
    ];
    stage.opens("network_diagrams", "network_diagram.issue", &drawn).await;
    let reader = stage.at_post("kusei_kacho").id.as_str();
    let setting = [
        ("node", "CS-1"),
        ("interface", "eth0"),
        ("address", "専用線の番号"),
        ("route", "既定"),
        ("filter", "許可したものだけ"),
        ("readers", reader),
        ("changed_on", &today),
    ];
    stage.opens("network_settings", "network_setting.record", &setting).await;
    stage.takes(&system, "system.confirm_forms", &[]).await;
    stage.is_proven(&system, article).await;
    a_version_follows_its_own(stage, &system, &diagram).await;
}

async fn a_version_follows_its_own(stage: &Stage, system: &Row, diagram: &Row) {
    let today = day(0);
    let second = a_form(stage, system, "config_diagram", "2").await;
    let changed = [("changed_on", today.as_str()), ("change", "端末の移設"), ("reason", "窓口の改修")];
    stage.does(&second, "system_form.issue", &changed).await;
    stage.is_refused("WRONG_PREVIOUS_VERSION", "第12条").await;
    stage.fills(&[("previous_no", &diagram.key)]).await;
    stage.is_done().await;
    stage.shows(diagram, &[("状態", "旧版")]).await;
    stage.shows(&second, &[("状態", "施行中"), ("変更の理由", "窓口の改修")]).await;
    stage.prints(&second, &["管理帳票の版", "端末の移設"]).await;
}

async fn a_form(stage: &Stage, system: &Row, code: &str, version: &str) -> Row {
    let today = day(0);
    let form = [
        ("system_no", system.key.as_str()),
        ("form_code", code),
        ("version", version),
        ("drawn_on", &today),
        ("kept_at", "区政課の書庫"),
    ];
    stage.opens("system_forms", "system_form.draft", &form).await
}

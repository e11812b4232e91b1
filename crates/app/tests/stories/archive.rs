//! 西目屋村 第14条: what happened seven years ago is found by anybody's name, card and machine, and is
//! still there.

use std::path::{Path, PathBuf};

use super::browser::Demo;
use super::stage::{Stage, year_ja};

/// Seven years and two months.
const DAYS: u32 = 2_620;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_seven_years_ago_is_found_and_kept() {
    let article = "第14条";
    let profile = quiet_village();
    let stage =
        Stage::over(Demo::lasting(profile.to_str().unwrap(), "archive", DAYS), profile.to_str().unwrap(), "archive")
            .await;
    // Whoever looked through the history every month.
    let manager = stage.at_post("jumin_kacho");
    let card = manager.card_no.clone().unwrap();
    stage.plays("auditor").await;
    let mut old = String::new();
    for (question, about) in [("operator", manager.id.as_str()), ("card", &card), ("terminal", "T-02"), ("period", "")]
    {
        stage.inspects(question, about, "7年前までの解析").await;
        stage.page.open(&format!("/history?question={question}&about={about}&sort=at")).await;
        let rows = stage.answers().await;
        let first = rows.first().unwrap();
        assert!(first.contains(&year_ja(-i64::from(DAYS) + 31)), "{question}: {first}");
        let looked = rows.iter().find(|row| row.contains("操作履歴の閲覧"));
        old = looked.filter(|_| question == "operator").cloned().unwrap_or(old);
    }
    stage.page.shot("oldest").await;
    assert!(old.contains("アクセス管理責任者") && old.contains(&manager.name), "the role of then is not told: {old}");
    stage.may_not("text.erase", article).await;

    // What is younger than seven years is not erased, what is older may be.
    stage.plays("asset_manager").await;
    let size = stage.page.text_of("footer a[href='/verify']").await.replace(['#', ','], "");
    let young = (size.parse::<u64>().unwrap() - 20).to_string();
    stage.page.open("/acts/text.erase").await;
    stage.fills(&[("erased", &young), ("reason", "片付け")]).await;
    stage.is_refused("RETENTION_7Y", article).await;
    let old = old.split_once('#').unwrap().1.split_whitespace().next().unwrap().replace(',', "");
    stage.fills(&[("erased", &old)]).await;
    stage.is_done().await;
    stage.page.open("/books/erasures").await;
    stage.page.sees("片付け").await;
    stage.page.sees(&old).await;
    stage.page.shot("erased").await;
}

/// The village with nobody at the counter: seven years of it are quickly made.
fn quiet_village() -> PathBuf {
    let to = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("nishimeya-quiet");
    drop(std::fs::remove_dir_all(&to));
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/nishimeya"), &to);
    let plan = to.join("demo.toml");
    let mut text: toml::Table = std::fs::read_to_string(&plan).unwrap().parse().unwrap();
    for part in ["counter", "round", "residents"] {
        text.remove(part).unwrap();
    }
    std::fs::write(plan, text.to_string()).unwrap();
    to
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let there = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &there);
        } else {
            std::fs::copy(entry.path(), there).unwrap();
        }
    }
}

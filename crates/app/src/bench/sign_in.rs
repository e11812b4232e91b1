//! Signing in: the card answers a challenge, the password is compared, the gate decides, and the
//! session is recorded. And each part by itself.

use sekisho_gate::password::PasswordEvidence;

use super::figures::{Spread, each};
use super::report::{Row, Section};
use super::village::{Village, counter_cards, sign_in};
use super::{Bench, BenchError};
use crate::demo::PASSWORD;
use crate::site::Database;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<Section, BenchError> {
    bench.say("サインインを測っています");
    let village = Village::make(&bench.folder, &Database::Folder)?;
    let desk = village.desk();
    let cards = counter_cards(desk);
    let card = cards.first().ok_or_else(|| BenchError::wrong("there is no card"))?;
    let person = card.person.clone().unwrap_or_default();
    let rounds = bench.size(200);
    let mut section = Section::new("sign-in", "サインイン（カードの照合、Argon2id、判定、記録）");
    let whole = each(rounds, |_| sign_in(desk, "T-01", card).map(|_| ()))?;
    let (all, parts) = ("全体", "その内訳");
    section.rows.push(Row::times(all, "sign-in", "サインイン", Spread::of(whole)));

    let keys = village.demo.site.desk_keys()?;
    let entropy = &*desk.house().ground().entropy;
    let challenge = each(rounds, |_| {
        let proven = desk.readers().prove("T-01", "S-bench", &keys.ca, entropy, || desk.now_ms());
        proven.map(|_| ()).map_err(BenchError::wrong)
    })?;
    let what = "カードの照合（仮想カードの署名と、証明書・署名の検査）";
    section.rows.push(Row::times(parts, "challenge", what, Spread::of(challenge)));
    let phc = desk.house().ground().store.passwords(&person)?.into_iter().next();
    let compare = each(rounds, |_| {
        let evidence = PasswordEvidence::of(Some(PASSWORD), phc.as_deref());
        if evidence.is_right() { Ok(()) } else { Err(BenchError::wrong("the password is not right")) }
    })?;
    section.rows.push(Row::times(parts, "password", "パスワードの照合（Argon2id、19 MiB、2回）", Spread::of(compare)));
    let mut searches = village.searches(9);
    let recorded = each(rounds, |_| {
        let act = searches.next().ok_or_else(|| BenchError::wrong("nobody is signed in"))?;
        desk.house().submit(act).map(|_| ()).map_err(BenchError::from)
    })?;
    section.rows.push(Row::times(parts, "record", "判定と記録（1件、ディスクに届くまで）", Spread::of(recorded)));
    section.notes.push("目標は定められていない。時間の大半はArgon2idで、総当たりを遅くするためのもの。".to_owned());
    Ok(section)
}

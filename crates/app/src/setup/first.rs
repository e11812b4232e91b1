//! The first administrator: one person who can sign in at one terminal and bring everybody else in, by
//! the ordinary acts. With that the introduction is closed.

use std::path::{Path, PathBuf};

use sekisho_gate::password;
use sekisho_ledgers::House;
use sekisho_ledgers::event::{Asked, Effect};
use sekisho_ledgers::kinds::{cards, devices, organisation, users};
use sekisho_ledgers::ports::EntropyError;
use sekisho_regulation::profile::{DeviceClass, Factor, Role};
use sekisho_regulation::{Date, Profile};

use super::{SetupError, Terminal, close, enter, kind_for, machine};
use crate::desk::first_password;
use crate::platform::random;
use crate::site::{Site, SiteError};
use crate::virtual_card::CardFileError;

/// Id of the first administrator.
const PERSON: &str = "p001";
/// Number of the first card.
const CARD_NO: &str = "C0001";
/// Powers without which nobody else could be brought in.
const NEEDED: [&str; 8] =
    ["organisation", "designation", "accounts", "methods", "cards", "devices", "operators", "handlers"];

/// Who was entered, and what that person needs to begin.
#[derive(Clone, PartialEq, Eq)]
pub struct First {
    /// Id of the person.
    pub person: String,
    /// The password, to be shown once.
    pub password: String,
    /// The terminal.
    pub terminal: Terminal,
    /// The file of the card, where the terminal asks for one.
    pub card: Option<PathBuf>,
    /// Codes of the posts that the person holds for the time being.
    pub posts: Vec<String>,
}

impl std::fmt::Debug for First {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "First({} at {})", self.person, self.terminal.id)
    }
}

/// Why nobody was entered.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// The profile has no device that stands in a room of its own.
    #[error("プロファイルに、置ける室のある機器がありません。`devices`と`rooms`を確かめてください。")]
    NoDevice,
    /// An entry was not made.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The data folder fails.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The card fails.
    #[error(transparent)]
    Card(#[from] CardFileError),
    /// There is no randomness.
    #[error("乱数を得られません: {0}")]
    Entropy(#[from] EntropyError),
    /// The password cannot be hashed.
    #[error("パスワードを設定できません: {0}")]
    Password(#[from] password::HashError),
    /// The card's file cannot be written.
    #[error("カードのファイルを書けません: {0}")]
    File(#[from] std::io::Error),
}

/// Enters the first administrator of an empty record under this name, and closes the introduction.
///
/// # Errors
/// [`FirstError`]; entries that were made already stay in the record.
pub fn first(house: &House, site: &Site, name: &str, today: Date) -> Result<First, FirstError> {
    let profile = site.profile();
    let class = first_class(profile).ok_or(FirstError::NoDevice)?;
    let terminal = machine(profile, 1, class).ok_or(FirstError::NoDevice)?;
    let posts = enter_person(house, profile, name, today)?;
    let device = devices::action::RegisterDevice {
        device: terminal.id.clone(),
        device_class: terminal.class.clone(),
        name: terminal.name.clone(),
        room: terminal.room.clone(),
        serial_no: "-".to_owned(),
        installed_on: today,
    };
    enter(house, device.asked(), Vec::new())?;
    if class.records {
        // Only an operator signs in at such a device.
        let operator = users::action::DesignateOperator {
            person: PERSON.to_owned(),
            device_classes: class.code.clone(),
            from: today,
            to: None,
        };
        let mut asked = operator.asked();
        asked.put("posts", posts.join(" ").into(), false);
        enter(house, asked, Vec::new())?;
    }
    let card = class.asks_for(Factor::IcCard).then(|| lend_card(house, site, class, today)).transpose()?;
    let entropy = &*house.ground().entropy;
    let password = first_password(entropy)?;
    let phc = password::hash(&password, &random::<16>(entropy)?)?;
    let mut reset = Asked::new("password.reset");
    reset.put("person", PERSON.into(), false);
    enter(house, reset, vec![Effect::Password { person: PERSON.to_owned(), phc }])?;
    close(house)?;
    Ok(First { person: PERSON.to_owned(), password, terminal, card, posts })
}

/// The class of the first terminal: one of the office rather than of the network, and in the least room.
fn first_class(profile: &Profile) -> Option<&DeviceClass> {
    let classes = profile.settings.devices.iter().filter(|class| machine(profile, 1, class).is_some());
    classes.min_by_key(|class| (class.records, class.asks_for(Factor::IcCard), class.room_level))
}

/// Registers the person and appoints to as few posts as give every power that is needed.
fn enter_person(house: &House, profile: &Profile, name: &str, today: Date) -> Result<Vec<String>, FirstError> {
    let (posts, roles) = needed(profile);
    let section = posts.first().and_then(|post| profile.post(post)).map_or("", |post| post.section.as_str());
    let register = organisation::action::Register {
        person: PERSON.to_owned(),
        name: name.to_owned(),
        kana: String::new(),
        birth: None,
        employee_no: PERSON.to_owned(),
        section: section.to_owned(),
        kind: "staff".to_owned(),
    };
    enter(house, register.asked(), Vec::new())?;
    for (n, post) in posts.iter().enumerate() {
        let appoint = organisation::action::Appoint {
            person: PERSON.to_owned(),
            post: post.clone(),
            from: today,
            concurrent: n > 0,
            order_no: "導入時".to_owned(),
        };
        enter(house, appoint.asked(), Vec::new())?;
    }
    for role in roles {
        let designate = organisation::action::Designate { role, person: PERSON.to_owned(), from: today };
        enter(house, designate.asked(), Vec::new())?;
    }
    Ok(posts)
}

/// Posts that together give the powers that are needed, and roles that need a designation for it.
fn needed(profile: &Profile) -> (Vec<String>, Vec<String>) {
    let (mut posts, mut roles): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for power in NEEDED {
        let held: Vec<&Role> =
            profile.settings.powers.get(power).into_iter().flatten().filter_map(|role| profile.role(role)).collect();
        let has = |role: &&Role| roles.contains(&role.code) || role.posts.iter().any(|post| posts.contains(post));
        if held.iter().any(has) {
            continue;
        }
        if let Some(post) = held.iter().find_map(|role| role.posts.first()) {
            posts.push(post.clone());
        } else if let Some(role) = held.first() {
            roles.push(role.code.clone());
        }
    }
    if posts.is_empty() {
        posts.extend(profile.settings.posts.first().map(|post| post.code.clone()));
    }
    (posts, roles)
}

fn lend_card(house: &House, site: &Site, class: &DeviceClass, today: Date) -> Result<PathBuf, FirstError> {
    let card = site.authority()?.issue(CARD_NO, today, today)?;
    let folder: &Path = &site.dir().join("cards");
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!("{CARD_NO}.card"));
    crate::site::write_secret(&file, card.to_file().as_bytes())?;
    let register = cards::action::RegisterCard {
        card_no: CARD_NO.to_owned(),
        card_kind: kind_for(site.profile(), &class.code).unwrap_or_default(),
        certificate: card.fingerprint(),
    };
    enter(house, register.asked(), Vec::new())?;
    let lend = cards::action::Lend {
        card_no: CARD_NO.to_owned(),
        person: PERSON.to_owned(),
        lender_signed: true,
        borrower_signed: true,
    };
    enter(house, lend.asked(), Vec::new())?;
    Ok(file)
}

#[cfg(test)]
mod tests;

//! Terminals and the cards that fit them, as a profile suggests them for a beginning.

use sekisho_regulation::Profile;
use sekisho_regulation::profile::{DeviceClass, Factor};
use serde::Deserialize;

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// Id, such as `T-01`.
    pub id: String,
    /// Class, as in the profile's `devices`.
    pub class: String,
    /// What people call it.
    pub name: String,
    /// Room in which it stands, as in the profile's `rooms`.
    pub room: String,
}

/// A device of a class in the first room that is secure enough for it.
pub(crate) fn machine(profile: &Profile, n: usize, class: &DeviceClass) -> Option<Terminal> {
    let rooms = profile.settings.rooms.iter().filter(|room| room.level >= class.room_level);
    let room = rooms.min_by_key(|room| room.level)?;
    Some(Terminal {
        id: format!("T-{n:02}"),
        class: class.code.clone(),
        name: format!("{}1号機", class.name),
        room: room.code.clone(),
    })
}

/// The kind of card that may do the most on a class of devices, if one is asked for there.
pub(crate) fn kind_for(profile: &Profile, class: &str) -> Option<String> {
    profile.device_class(class).filter(|class| class.asks_for(Factor::IcCard))?;
    let kinds = profile.settings.card_kinds.iter();
    let most = kinds.max_by_key(|kind| kind.operations.get(class).map_or(0, Vec::len))?;
    Some(most.code.clone())
}

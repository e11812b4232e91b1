//! Every book and workflow, each a folder of the same small shape. One line registers a kind.

use crate::kind::Kind;

pub mod cards;
pub mod devices;
pub mod duties;
pub mod entry;
pub mod history;
pub mod identity;
pub mod log;
pub mod organisation;
pub mod permissions;
pub mod regulation;
pub mod session;
pub mod users;

/// All kinds, in the order in which they fold an event: those that others read come first, and the
/// history, which looks at what an event found, comes before the session that may end with it.
pub static KINDS: &[&dyn Kind] = &[
    &history::History,
    &organisation::Organisation,
    &users::Users,
    &cards::Cards,
    &devices::Devices,
    &entry::Entry,
    &permissions::Permissions,
    &identity::Identity,
    &session::Sessions,
    &regulation::Regulation,
    &log::Log,
    &duties::Duties,
];

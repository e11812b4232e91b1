//! Who does what in the year, found by the roles and powers of the profile and never by a post's name.

use sekisho_regulation::Profile;
use sekisho_regulation::profile::Room;

use crate::demo::plan::Plan;
use crate::demo::roster::Official;

/// Everybody who plays.
#[derive(Clone, Copy)]
pub(in crate::demo) struct Players<'a> {
    pub(in crate::demo) profile: &'a Profile,
    pub(in crate::demo) plan: &'a Plan,
    pub(in crate::demo) staff: &'a [Official],
}

/// Somebody in an office, at the machine where it is done.
#[derive(Clone)]
pub(super) struct Office<'a> {
    pub(super) who: &'a Official,
    pub(super) role: Option<&'a str>,
    pub(super) terminal: &'a str,
}

impl<'a> Players<'a> {
    /// Somebody who holds a power, in the role that gives it.
    pub(super) fn with_power(&self, power: &str) -> Option<Office<'a>> {
        let roles = self.profile.settings.powers.get(power)?;
        roles.iter().find_map(|role| self.in_role(role))
    }

    /// Somebody of a section who holds a power, in the role that gives it.
    pub(super) fn with_power_in(&self, power: &str, section: &str) -> Option<Office<'a>> {
        let roles = self.profile.settings.powers.get(power)?;
        roles.iter().find_map(|role| {
            let posts = &self.profile.role(role)?.posts;
            let mut ours = self.staff.iter().filter(|one| one.section == section && posts.contains(&one.post));
            ours.find_map(|one| self.office_of(one)).map(|office| Office { role: Some(role), ..office })
        })
    }

    /// Somebody who manages a room.
    pub(super) fn manager(&self, room: &'a Room) -> Option<Office<'a>> {
        self.in_role(&room.manager)
    }

    /// Somebody who holds a role and can sign in.
    fn in_role(&self, role: &'a str) -> Option<Office<'a>> {
        let designated = self.plan.designations.get(role);
        let posts = &self.profile.role(role)?.posts;
        let fills = |one: &&Official| designated.map_or_else(|| posts.contains(&one.post), |post| *post == one.post);
        let mut holders = self.staff.iter().filter(fills);
        // Of several holders of a post only the first is designated.
        let holder =
            if designated.is_some() { holders.next() } else { holders.find(|one| self.office_of(one).is_some()) };
        holder.and_then(|one| self.office_of(one)).map(|office| Office { role: Some(role), ..office })
    }

    /// The first holder of a post.
    pub(super) fn of_post(&self, post: &str) -> Option<&'a Official> {
        self.staff.iter().find(|one| one.post == post)
    }

    /// A person at the machine where they do what their office asks.
    pub(super) fn office_of(&self, who: &'a Official) -> Option<Office<'a>> {
        let terminal = who.part.terminal.as_deref().filter(|_| who.has_account)?;
        Some(Office { who, role: None, terminal })
    }

    /// Where a person can change the password: at the own machine, at the counter, or wherever a card
    /// is asked for.
    pub(super) fn place_of(&self, who: &'a Official) -> Option<&'a str> {
        let counter = self.plan.counter.as_ref().filter(|_| who.part.counter).map(|counter| counter.terminal.as_str());
        let with_cards = || {
            let mut all = self.plan.terminals.iter();
            all.find(|terminal| self.plan.asks_for_card(self.profile, &terminal.id)).map(|t| t.id.as_str())
        };
        who.part.terminal.as_deref().or(counter).or_else(with_cards)
    }

    /// Those at the counter.
    pub(super) fn clerks(&self) -> impl Iterator<Item = &'a Official> {
        self.staff.iter().filter(|one| one.part.counter && one.has_account)
    }

    /// The room of a machine, if going in and out is controlled there.
    pub(super) fn controlled_room_of(&self, terminal: &str) -> Option<&'a Room> {
        let room = &self.plan.terminal(terminal)?.room;
        self.profile.room(room).filter(|room| room.controlled())
    }
}

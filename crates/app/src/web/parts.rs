//! What recurs everywhere and looks the same everywhere: decisions, evidence, forms, dates.

pub(crate) mod date;
pub(crate) mod decision;
pub(crate) mod evidence;
pub(crate) mod fields;
pub(crate) mod heat;

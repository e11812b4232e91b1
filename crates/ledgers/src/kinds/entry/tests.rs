//! Keys, permits, entries.

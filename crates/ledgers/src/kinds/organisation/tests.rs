//! Organisation: folds and roles.

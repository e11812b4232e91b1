//! Operation history.

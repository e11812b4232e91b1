//! Designations and acknowledgements.

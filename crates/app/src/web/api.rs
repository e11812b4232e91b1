//! JSON, the log's files, and what operators of the server ask.

pub(crate) mod acts;
pub(crate) mod authzen;
pub(crate) mod books;
pub(crate) mod log;
pub(crate) mod openapi;
pub(crate) mod operations;

//! From lines to instruments.

mod build;
mod split;
mod tables;

use super::instrument::Instrument;
use super::markup::Line;

/// The instruments in these lines; other matter around them is none.
pub(super) fn instruments(lines: Vec<Line>) -> Vec<Instrument> {
    let parts = split::parts(&lines);
    parts.into_iter().map(|part| build::instrument(&lines, &part)).filter(|i| !i.articles.is_empty()).collect()
}

//! The life of a card.

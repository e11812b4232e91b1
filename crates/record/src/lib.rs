//! 記す: the record that nobody can alter.
//!
//! The ground floor of Sekisho's book: an append-only Merkle log in the C2SP
//! formats (tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature,
//! tlog-proof) over SHA-256 as RFC 6962 uses it. `docs/format.md` is the
//! whole format in words.
//!
//! What this crate does not know: clocks, files, databases, networks, and what
//! an event means. Times, randomness and bytes come from the caller.

pub mod checkpoint;
pub mod cosignature;
pub mod hash;
pub mod json;
pub mod key;
pub mod leaf;
pub mod log_proof;
pub mod note;
pub mod proof;
pub mod rotation;
mod scan;
mod subtree;
pub mod tile;
pub mod tree;
pub mod verify;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use hash::{Hash, leaf_hash, node_hash};
pub use key::{KeyKind, Signer, SigningKey, VerifierKey};
pub use leaf::{Effect, Leaf, LeafView};
pub use log_proof::LogProof;
pub use rotation::KeyChain;
pub use tile::{BundleId, Resource, TileId};
pub use tree::{FullTile, Tree};

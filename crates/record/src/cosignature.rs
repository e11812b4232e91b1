//! What a witness signs: a checkpoint and the time at which it saw it
//! (cosignature/v1, <https://c2sp.org/tlog-cosignature>).

use crate::checkpoint::SignedCheckpoint;
use crate::key::{KeyKind, SignError, Signer, VerifierKey};
use crate::note::{NoteSignature, cosignature_time, cosigned_message};

/// A cosignature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Name of the witness.
    pub witness: String,
    /// When the witness signed, in seconds since the Unix epoch.
    pub at_s: u64,
}

/// Makes the signature line of a witness at `at_s` (seconds since the Unix
/// epoch); add it to the checkpoint's note. The signer's key must be of kind
/// [`KeyKind::CosignatureV1`].
///
/// # Errors
/// A key of another kind, a time beyond 2^63, or a key that cannot be reached.
pub fn cosign(checkpoint: &SignedCheckpoint, signer: &dyn Signer, at_s: u64) -> Result<NoteSignature, SignError> {
    let key = signer.verifier();
    if key.kind() != KeyKind::CosignatureV1 || i64::try_from(at_s).is_err() {
        return Err(SignError(format!("`{}` cannot cosign at {at_s}", key.name())));
    }
    let message = cosigned_message(checkpoint.note().text(), at_s);
    let mut bytes = at_s.to_be_bytes().to_vec();
    bytes.extend_from_slice(&signer.sign(message.as_bytes())?);
    Ok(NoteSignature { name: key.name().to_owned(), key_id: key.id(), bytes })
}

/// The cosignature of `witness` on the checkpoint, if it is there and holds.
#[must_use]
pub fn verify_cosignature(checkpoint: &SignedCheckpoint, witness: &VerifierKey) -> Option<Cosignature> {
    let note = checkpoint.note();
    let verified = note.verify(&[witness]).ok()?;
    let (_, line) = verified.first()?;
    let at_s = cosignature_time(note.text(), witness, &line.bytes)?;
    Some(Cosignature { witness: witness.name().to_owned(), at_s })
}

//! The port to a card reader, and the reader without plastic behind it.

use std::path::Path;

use crate::virtual_card::VirtualCard;

/// Longest file of a virtual card.
const CARD_BYTES_MAX: u64 = 64 * 1024;

/// A card reader. A PC/SC reader with PIV cards will fill it as the virtual one does.
///
/// Both functions are called from one thread and must come back within a second or so: while they
/// wait, the server hears nothing and takes the card for pulled.
pub(super) trait CardPort {
    /// The certificate (X.509, DER) of the card that lies on the reader now, `None` when there is
    /// none. It is asked anew every second and must not be remembered from a card that is gone.
    ///
    /// # Errors
    /// When the reader or the card fails.
    fn certificate(&mut self) -> Result<Option<Vec<u8>>, PortError>;

    /// Has the card sign `message` (ECDSA P-256 with SHA-256, ASN.1) with the key of that
    /// certificate. The key never leaves the card.
    ///
    /// # Errors
    /// When there is no card or it does not sign.
    fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, PortError>;
}

/// Why the reader or the card failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PortError {
    /// There is no card.
    #[error("カードが置かれていません。")]
    NoCard,
    /// The card's file cannot be read.
    #[error("カードのファイル`{0}`を読めません（{1}）。")]
    File(String, String),
    /// The card did not sign.
    #[error("カードが署名しません（{0}）。")]
    Sign(String),
}

/// A reader on which a file is laid in place of a card.
#[derive(Debug, Default)]
pub(super) struct VirtualPort {
    card: Option<VirtualCard>,
}

impl VirtualPort {
    /// Lays a card on the reader; gives its number. A card that lay there is replaced.
    pub(super) fn insert(&mut self, file: &Path) -> Result<String, PortError> {
        use std::io::Read as _;
        let fail = |cause: String| PortError::File(file.display().to_string(), cause);
        let mut text = String::new();
        let opened = std::fs::File::open(file).map_err(|e| fail(e.to_string()))?;
        opened.take(CARD_BYTES_MAX).read_to_string(&mut text).map_err(|e| fail(e.to_string()))?;
        let card = VirtualCard::from_file(&text).map_err(|e| fail(e.to_string()))?;
        let number = card.card_no().to_owned();
        self.card = Some(card);
        Ok(number)
    }

    /// Takes the card away.
    pub(super) fn pull(&mut self) {
        self.card = None;
    }
}

impl CardPort for VirtualPort {
    fn certificate(&mut self) -> Result<Option<Vec<u8>>, PortError> {
        Ok(self.card.as_ref().map(|card| card.certificate().to_vec()))
    }

    fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, PortError> {
        let card = self.card.as_ref().ok_or(PortError::NoCard)?;
        card.sign(message).map_err(|e| PortError::Sign(e.to_string()))
    }
}

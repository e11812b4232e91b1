//! What a verifier may find, each with the entry or tile and a sentence.

use std::fmt;

use crate::tile::TileId;

/// Where a finding lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The log as a whole, its checkpoint or its keys.
    Log,
    /// Entries `first..=last`.
    Entries {
        /// The first entry, from 0.
        first: u64,
        /// The last entry.
        last: u64,
    },
    /// A tile of hashes.
    Tile(TileId),
    /// A checkpoint kept outside, by its number in the options, from 0.
    Outside(usize),
}

/// One thing that is not as the log says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The stored entry is not the one that was recorded.
    EntryChanged(u64),
    /// Somewhere in these entries something is not as recorded; the tree is
    /// too damaged to say where.
    EntriesDoubtful(u64, u64),
    /// These entries are gone.
    EntriesMissing(u64, u64),
    /// The file that holds these entries cannot be read.
    BundleBroken(u64, u64, String),
    /// The leaf hash stored beside the entry is not the recorded one.
    LeafHashChanged(u64),
    /// The stored tile is not the one that was recorded.
    TileChanged(TileId),
    /// The tile is gone.
    TileMissing(TileId),
    /// The log ends before its own checkpoint says.
    Truncated {
        /// Entries stored.
        entries: u64,
        /// Entries the checkpoint states.
        stated: u64,
    },
    /// Entries follow that no checkpoint covers.
    Extra {
        /// Entries stored.
        entries: u64,
        /// Entries the checkpoint states.
        stated: u64,
    },
    /// There is no checkpoint.
    CheckpointMissing,
    /// The checkpoint is not one.
    CheckpointUnreadable(String),
    /// The key in force did not sign the checkpoint.
    CheckpointSignature(String),
    /// The checkpoint's root is not that of the entries.
    RootMismatch(u64),
    /// A witness's signature is required and is not there or does not hold.
    CosignatureMissing(String),
    /// The key file beside the log does not name the log's keys.
    KeyFileChanged,
    /// The key the auditor trusts never signed this log.
    KeyUntrusted(String),
    /// Event 0 does not open the log.
    NotOpened(String),
    /// The key was changed without the consent of the key in force.
    KeyChange(u64, String),
    /// The entry is not in the form of an event.
    Unreadable(u64, String),
    /// The event has no decision.
    Undecided(u64),
    /// The event cites no article.
    Uncited(u64),
    /// The event says another number than its place.
    SeqMismatch {
        /// The place.
        index: u64,
        /// The number in the event.
        seq: u64,
    },
    /// The event is earlier than the one before it.
    TimeBackward(u64),
    /// The private text kept beside the event is not the recorded one.
    PrivateChanged(u64),
    /// The outside checkpoint is itself not sound.
    OutsideUnsound(usize, String),
    /// The outside checkpoint is of another log.
    OutsideOther(usize, String),
    /// The log and the outside checkpoint contradict each other.
    Forked {
        /// Which outside checkpoint.
        outside: usize,
        /// Its size.
        size: u64,
    },
    /// The log is older than the outside checkpoint: cut, or an old copy.
    Older {
        /// Which outside checkpoint.
        outside: usize,
        /// Its size.
        size: u64,
        /// Entries stored.
        entries: u64,
    },
}

impl Finding {
    /// A short name for machines; the same in every verifier.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EntryChanged(_) => "entry-changed",
            Self::EntriesDoubtful(..) => "entries-doubtful",
            Self::EntriesMissing(..) => "entries-missing",
            Self::BundleBroken(..) => "bundle-broken",
            Self::LeafHashChanged(_) => "leaf-hash-changed",
            Self::TileChanged(_) => "tile-changed",
            Self::TileMissing(_) => "tile-missing",
            Self::Truncated { .. } => "truncated",
            Self::Extra { .. } => "extra",
            Self::CheckpointMissing => "checkpoint-missing",
            Self::CheckpointUnreadable(_) => "checkpoint-unreadable",
            Self::CheckpointSignature(_) => "checkpoint-signature",
            Self::RootMismatch(_) => "root-mismatch",
            Self::CosignatureMissing(_) => "cosignature-missing",
            Self::KeyFileChanged => "key-file-changed",
            Self::KeyUntrusted(_) => "key-untrusted",
            Self::NotOpened(_) => "not-opened",
            Self::KeyChange(..) => "key-change",
            Self::Unreadable(..) => "unreadable",
            Self::Undecided(_) => "undecided",
            Self::Uncited(_) => "uncited",
            Self::SeqMismatch { .. } => "seq-mismatch",
            Self::TimeBackward(_) => "time-backward",
            Self::PrivateChanged(_) => "private-changed",
            Self::OutsideUnsound(..) => "outside-unsound",
            Self::OutsideOther(..) => "outside-other",
            Self::Forked { .. } => "forked",
            Self::Older { .. } => "older",
        }
    }

    /// Makes one finding of two runs of missing entries that touch.
    pub(super) fn join_missing(before: &mut Self, next: &Self) -> bool {
        match (before, next) {
            (Self::EntriesMissing(_, end), Self::EntriesMissing(start, last)) if *start == end.saturating_add(1) => {
                *end = *last;
                true
            }
            _ => false,
        }
    }

    /// Whether it says that stored entries are altered, gone or unreadable.
    pub(super) const fn is_of_entries(&self) -> bool {
        matches!(
            self,
            Self::EntryChanged(_) | Self::EntriesDoubtful(..) | Self::EntriesMissing(..) | Self::BundleBroken(..)
        )
    }

    /// Where it lies.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::EntriesDoubtful(first, last)
            | Self::EntriesMissing(first, last)
            | Self::BundleBroken(first, last, _) => Place::Entries { first: *first, last: *last },
            Self::EntryChanged(index)
            | Self::LeafHashChanged(index)
            | Self::KeyChange(index, _)
            | Self::Unreadable(index, _)
            | Self::Undecided(index)
            | Self::Uncited(index)
            | Self::SeqMismatch { index, .. }
            | Self::TimeBackward(index)
            | Self::PrivateChanged(index) => Place::Entries { first: *index, last: *index },
            Self::NotOpened(_) => Place::Entries { first: 0, last: 0 },
            Self::Truncated { entries: from, stated: to } | Self::Extra { entries: to, stated: from } => {
                Place::Entries { first: *from, last: to.saturating_sub(1) }
            }
            Self::TileChanged(id) | Self::TileMissing(id) => Place::Tile(*id),
            Self::OutsideUnsound(number, _)
            | Self::OutsideOther(number, _)
            | Self::Forked { outside: number, .. }
            | Self::Older { outside: number, .. } => Place::Outside(*number),
            _ => Place::Log,
        }
    }
}

/// The sentence for the auditor, in Japanese.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { .. }
            | Self::Extra { .. }
            | Self::CheckpointMissing
            | Self::CheckpointUnreadable(_)
            | Self::CheckpointSignature(_)
            | Self::RootMismatch(_)
            | Self::CosignatureMissing(_)
            | Self::KeyFileChanged
            | Self::KeyUntrusted(_)
            | Self::NotOpened(_)
            | Self::KeyChange(..) => self.write_log(f),
            Self::OutsideUnsound(..) | Self::OutsideOther(..) | Self::Forked { .. } | Self::Older { .. } => {
                self.write_outside(f)
            }
            _ => self.write_entry(f),
        }
    }
}

impl Finding {
    fn write_entry(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntryChanged(index) => write!(f, "記録{index}番の内容が、記した時のものと異なります。"),
            Self::EntriesDoubtful(first, last) => {
                write!(f, "記録{first}番から{last}番までのどこかが、記した時のものと異なります。")
            }
            Self::EntriesMissing(first, last) if first == last => {
                write!(f, "記録{first}番がありません。")
            }
            Self::EntriesMissing(first, last) => {
                write!(f, "記録{first}番から{last}番までがありません。")
            }
            Self::BundleBroken(first, last, why) => {
                write!(f, "記録{first}番から{last}番までを納めたファイルが読めません（{why}）。")
            }
            Self::LeafHashChanged(index) => {
                write!(f, "記録{index}番に添えたハッシュ値が、記した時のものと異なります。")
            }
            Self::TileChanged(id) => write!(f, "ハッシュ値のファイル {id} が書き換えられています。"),
            Self::TileMissing(id) => write!(f, "ハッシュ値のファイル {id} がありません。"),
            Self::Unreadable(index, why) => {
                write!(f, "記録{index}番は、決められた形になっていません（{why}）。")
            }
            Self::Undecided(index) => write!(f, "記録{index}番には、許可・不許可の判断がありません。"),
            Self::Uncited(index) => write!(f, "記録{index}番には、根拠とした条がありません。"),
            Self::SeqMismatch { index, seq } => {
                write!(f, "記録{index}番の位置に、{seq}番と記された記録があります（並べ替えの疑い）。")
            }
            Self::TimeBackward(index) => {
                write!(f, "記録{index}番の日時が、その前の記録より古くなっています。")
            }
            Self::PrivateChanged(index) => {
                write!(f, "記録{index}番の非公開の本文が、記した時のものと異なります。")
            }
            _ => f.write_str(self.code()),
        }
    }

    fn write_log(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { entries, stated } => {
                write!(f, "検証点は{stated}件と示していますが、記録は{entries}件しかありません（末尾の切捨て）。")
            }
            Self::Extra { entries, stated } => {
                write!(f, "検証点は{stated}件と示していますが、記録は{entries}件あります（検証点にない追加）。")
            }
            Self::CheckpointMissing => f.write_str("検証点がありません。"),
            Self::CheckpointUnreadable(why) => write!(f, "検証点が読めません（{why}）。"),
            Self::CheckpointSignature(why) => write!(f, "検証点の署名が正しくありません（{why}）。"),
            Self::RootMismatch(size) => {
                write!(f, "{size}件の記録から求めた値が、検証点の値と一致しません。")
            }
            Self::CosignatureMissing(witness) => {
                write!(f, "立会人 {witness} の正しい連署が検証点にありません。")
            }
            Self::KeyFileChanged => f.write_str("鍵のファイルが、記録にある署名鍵の移り変わりと一致しません。"),
            Self::KeyUntrusted(key) => write!(f, "信頼する鍵 {key} は、この記録の署名鍵ではありません。"),
            Self::NotOpened(why) => {
                write!(f, "記録0番が、記録の始まりになっていません（{why}）。")
            }
            Self::KeyChange(index, why) => {
                write!(f, "記録{index}番の署名鍵の交替が認められません（{why}）。")
            }
            _ => f.write_str(self.code()),
        }
    }

    fn write_outside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutsideUnsound(number, why) => {
                write!(f, "外に保管した検証点（{}番目）そのものが正しくありません（{why}）。", number + 1)
            }
            Self::OutsideOther(number, origin) => {
                write!(f, "外に保管した検証点（{}番目）は、別の記録 {origin} のものです。", number + 1)
            }
            Self::Forked { outside, size } => write!(
                f,
                "最初の{size}件が、外に保管した検証点（{}番目）の時のものと異なります（作り直しの疑い）。",
                outside + 1
            ),
            Self::Older { outside, size, entries } => write!(
                f,
                "外に保管した検証点（{}番目）の時は{size}件ありましたが、今は{entries}件です（切捨て、又は古い写しへの差替え）。",
                outside + 1
            ),
            _ => f.write_str(self.code()),
        }
    }
}

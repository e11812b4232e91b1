//! 務める: the one way through the house.
//!
//! An act goes to the gate with the facts drawn from the books; what the gate says, a permit or a
//! refusal, is recorded and folded into the books; only then does the caller hear of it. One thread
//! does this for everybody who waits, so that many clerks share one sync of the disk. If another
//! process has written meanwhile, the batch is thrown away, the books catch up, and the gate is
//! asked again: a decision never outlives its facts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use sekisho_gate::{Decision, Gate, Ruling};
use sekisho_record::{Hash, LogProof, SignedCheckpoint, Signer, TileId, Tree, VerifierKey};

use crate::books::Books;
use crate::event::{Act, Body};
use crate::kind::{Ask, Registry};
use crate::ports::{Clock, CountBy, Entropy, ListQuery, Page, Store, StoreError};
use crate::spec::{Row, ViewSpec};
use crate::vault::Vault;
use crate::writer::{Answers, Writer};

/// Acts that may wait for the writer; more are turned away at once.
const QUEUE_ACTS_MAX: usize = 1024;

/// Batches whose writers may still be on their way to hear what came of them.
const ANSWERS_MAX: usize = 4;

/// Everything that the house stands on.
#[derive(Clone)]
pub struct Ground {
    /// Decides.
    pub gate: Arc<Gate>,
    /// Knows every kind.
    pub registry: Arc<Registry>,
    /// Keeps.
    pub store: Arc<dyn Store>,
    /// Signs checkpoints when the house opens; see [`House::verifier`] for the key in force later.
    pub signer: Arc<dyn Signer + Send + Sync>,
    /// Seals personal text.
    pub vault: Arc<Vault>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives salts and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// The log's origin: the first line of every checkpoint.
    pub origin: String,
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ground({})", self.origin)
    }
}

/// The books and the log as they stand after the last batch.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) books: Books,
    pub(crate) tree: Tree,
    pub(crate) checkpoint: String,
    pub(crate) last_ms: i64,
    /// The verifier key in force.
    pub(crate) verifier: VerifierKey,
}

/// What came of an act.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The event's number.
    pub seq: u64,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// The decision with its articles.
    pub decision: Decision,
    /// The signed checkpoint that holds the event.
    pub checkpoint: Arc<str>,
}

/// Why an act came to nothing: it was not even recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// The record cannot be written, so nothing may be done.
    #[error(
        "記録を書き込めないため、操作を受け付けられません（HISTORY_UNAVAILABLE）。情報システムの担当者に連絡し、復旧してからもう一度操作してください。"
    )]
    CannotRecord(String),
    /// Too much is waiting.
    #[error("いま混み合っています。少し待ってから、もう一度操作してください。")]
    Busy,
    /// The house is closing.
    #[error("システムを停止しています。再開してから、もう一度操作してください。")]
    Closing,
    /// The act cannot be written in the record's form.
    #[error("入力に記録できない内容があります。入力を見直してください。")]
    Unwritable(String),
    /// The gate does not know the act.
    #[error("この操作は規程のプロファイルに定められていません。規程の担当者に連絡してください。")]
    UnknownAct(String),
}

/// Why the house cannot open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the store holds is not a sound log.
    #[error("the log is damaged: {0}")]
    Damaged(String),
    /// The first event cannot be written.
    #[error("cannot begin the log: {0}")]
    Begin(String),
    /// The thread that writes cannot be started.
    #[error("cannot start the writer: {0}")]
    Thread(String),
}

/// Called with what came of an act, on a thread of the house: it must return at once.
pub type Reply = Box<dyn FnOnce(Result<Receipt, ActError>) + Send>;

pub(crate) struct Job {
    pub(crate) act: Act,
    pub(crate) reply: Reply,
}

/// A municipality's checkpoint, open for business. Clones share it.
#[derive(Clone, Debug)]
pub struct House {
    ground: Ground,
    state: Arc<RwLock<State>>,
    queue: SyncSender<Job>,
    closed: Arc<AtomicBool>,
}

impl House {
    /// Opens the house: reads the books, folds them anew where they do not fit this program, begins
    /// the log if it is empty, and starts the writer.
    ///
    /// # Errors
    /// [`OpenError`] when the store fails or what it holds is not a sound log.
    pub fn open(ground: Ground) -> Result<Self, OpenError> {
        let state = Arc::new(RwLock::new(crate::load::state(&ground)?));
        let (queue, jobs): (SyncSender<Job>, Receiver<Job>) = sync_channel(QUEUE_ACTS_MAX);
        let mut writer = Writer::new(ground.clone(), Arc::clone(&state));
        writer.begin().map_err(|e| OpenError::Begin(e.to_string()))?;
        let (tell, told) = sync_channel(ANSWERS_MAX);
        thread("sekisho-writer", move || writer.run(&jobs, &tell))?;
        thread("sekisho-answers", move || told.iter().for_each(Answers::give))?;
        Ok(Self { ground, state, queue, closed: Arc::default() })
    }

    /// Hands an act in; `reply` hears what came of it once it is durable.
    ///
    /// # Errors
    /// [`ActError::Busy`] or [`ActError::Closing`] when it is not even taken in.
    pub fn submit_with(&self, act: Act, reply: Reply) -> Result<(), ActError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(ActError::Closing);
        }
        self.queue.try_send(Job { act, reply }).map_err(|e| match e {
            TrySendError::Full(_) => ActError::Busy,
            TrySendError::Disconnected(_) => ActError::Closing,
        })
    }

    /// Hands an act in and waits until it is durable.
    ///
    /// # Errors
    /// [`ActError`] when it could not be recorded. A refusal by the gate is not an error.
    pub fn submit(&self, act: Act) -> Result<Receipt, ActError> {
        let (tell, hear) = sync_channel(1);
        let reply = Box::new(move |result| {
            let _ = tell.send(result);
        });
        self.submit_with(act, reply)?;
        hear.recv().map_err(|_| ActError::Closing)?
    }

    /// Takes in no more acts: another house has been opened with the same store, by another version of
    /// the regulation. What is under way is finished.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// What the gate would say now. Nothing is recorded and nothing follows from it.
    ///
    /// # Errors
    /// [`ActError::UnknownAct`] when the profile does not know the act.
    pub fn ask(&self, act: &Act) -> Result<Ruling, ActError> {
        let state = self.state();
        let ask = Ask {
            act,
            books: &state.books,
            profile: self.ground.gate.profile(),
            now_ms: self.ground.clock.now_ms(),
            last_ms: state.last_ms,
        };
        decide(&self.ground, &ask)
    }

    /// What the gate would say to an act whose form is still empty: only standing facts (who, in
    /// which capacity, with which designations) speak, and the rest is taken to be in order. For
    /// menus; nothing follows from it.
    #[must_use]
    pub fn outlook(&self, act: &Act) -> Decision {
        let state = self.state();
        let gate = &self.ground.gate;
        let (Some(mut all), Some(mut standing)) = (gate.sheet(act.asked.act), gate.sheet(act.asked.act)) else {
            return gate.refuse_unknown_act(act.asked.act).decision().clone();
        };
        let ask = Ask {
            act,
            books: &state.books,
            profile: gate.profile(),
            now_ms: self.ground.clock.now_ms(),
            last_ms: state.last_ms,
        };
        self.ground.registry.facts(&ask, &mut all);
        for name in crate::common::STANDING {
            if let Some(fact) = all.get(name) {
                standing.set(name, fact.clone());
            }
        }
        gate.outlook(&standing)
    }

    /// Reads the registers as they stand.
    pub fn read<R>(&self, how: impl FnOnce(&Books) -> R) -> R {
        how(&self.state().books)
    }

    /// A page of a view.
    ///
    /// # Errors
    /// See [`Store::page`].
    pub fn page(&self, view: &'static ViewSpec, query: &ListQuery) -> Result<Page, StoreError> {
        self.ground.store.page(view, query)
    }

    /// Counts of a view's rows.
    ///
    /// # Errors
    /// See [`Store::counts`].
    pub fn counts(
        &self,
        view: &'static ViewSpec,
        query: &ListQuery,
        by: &[CountBy],
    ) -> Result<Vec<(Row, u64)>, StoreError> {
        self.ground.store.counts(view, query, by)
    }

    /// The personal text of an event; `None` when there is none or it was erased.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the text does not open.
    pub fn text(&self, seq: u64) -> Result<Option<Body>, StoreError> {
        let Some(blob) = self.ground.store.sealed_text(seq)? else { return Ok(None) };
        let opened = self.ground.vault.open(seq, &blob);
        opened.map(Some).map_err(|e| StoreError::Damaged(e.to_string()))
    }

    /// An event with its leaf.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails or the leaf is not an event.
    pub fn event(&self, seq: u64) -> Result<Option<(crate::event::Event, Vec<u8>)>, StoreError> {
        let leaf = self.ground.store.leaves(seq, seq.saturating_add(1))?.into_iter().next();
        let read = |leaf: crate::ports::StoredLeaf| {
            let event = crate::event::Event::from_leaf(seq, &leaf.bytes);
            event.map(|event| (event, leaf.bytes)).map_err(|e| StoreError::Damaged(e.to_string()))
        };
        leaf.map(read).transpose()
    }

    /// A proof, which can be checked without this program, that an event is in the log.
    ///
    /// # Errors
    /// [`StoreError`] when there is no such event or a tile cannot be read.
    pub fn prove(&self, seq: u64) -> Result<LogProof, StoreError> {
        let (recent, tree, checkpoint) = {
            let state = self.state();
            let recent = state.tree.recent_inclusion(seq);
            let tree = recent.is_none().then(|| state.tree.clone());
            (recent, tree.unwrap_or_default(), state.checkpoint.clone())
        };
        let hashes = match recent {
            Some(hashes) => hashes,
            None => {
                let tiles = tree.with_store(StoredTiles(&*self.ground.store));
                sekisho_record::proof::inclusion(&tiles, seq, tree.size())
                    .map_err(|e| StoreError::Damaged(e.to_string()))?
            }
        };
        let checkpoint =
            SignedCheckpoint::parse(checkpoint.as_bytes()).map_err(|e| StoreError::Damaged(e.to_string()))?;
        let entry = self.ground.store.leaves(seq, seq.saturating_add(1))?.pop().map(|leaf| leaf.bytes);
        Ok(LogProof { entry, index: seq, hashes, checkpoint })
    }

    /// A tile of the log, full or partial, as C2SP tlog-tiles serves it.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, StoreError> {
        use sekisho_record::proof::TileReader as _;
        let tree = self.state().tree.clone();
        if sekisho_record::tile::level_width(id.level, tree.size()) < id.index * 256 + u64::from(id.width) {
            return Ok(None);
        }
        let hashes = tree.with_store(StoredTiles(&*self.ground.store)).tile(id)?;
        let wanted = hashes.get(..usize::from(id.width));
        Ok(wanted.map(sekisho_record::tile::encode_tile))
    }

    /// The last signed checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> String {
        self.state().checkpoint.clone()
    }

    /// The verifier key in force.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        self.state().verifier.clone()
    }

    /// Number of events and time of the last.
    #[must_use]
    pub fn reach(&self) -> (u64, i64) {
        let state = self.state();
        (state.tree.size(), state.last_ms)
    }

    /// What the house stands on.
    #[must_use]
    pub const fn ground(&self) -> &Ground {
        &self.ground
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map(drop).map_err(|e| OpenError::Thread(e.to_string()))
}

/// Asks the gate about an act with all facts that the books give.
pub(crate) fn decide(ground: &Ground, ask: &Ask<'_>) -> Result<Ruling, ActError> {
    let act = ask.act.asked.act;
    let Some(mut sheet) = ground.gate.sheet(act) else {
        return Ok(Ruling::Refusal(ground.gate.refuse_unknown_act(act)));
    };
    ground.registry.facts(ask, &mut sheet);
    Ok(ground.gate.decide(&sheet))
}

/// The store's tiles as proofs read them.
pub(crate) struct StoredTiles<'a>(pub(crate) &'a dyn Store);

impl sekisho_record::proof::TileReader for StoredTiles<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let Some(bytes) = self.0.tile(id.level, id.index)? else { return Ok(Vec::new()) };
        sekisho_record::tile::decode_tile(&bytes, 256).map_err(|e| StoreError::Damaged(e.to_string()))
    }
}

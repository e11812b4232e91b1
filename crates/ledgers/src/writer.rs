//! The writer: the one thread that asks the gate, records, and folds.

use std::sync::mpsc::{Receiver, SendError, SyncSender};
use std::sync::{Arc, PoisonError, RwLock};

use sekisho_gate::{Decision, Ruling};
use sekisho_record::{Checkpoint, Signer, Tree};

use crate::books::{RowChange, Shelf};
use crate::crowd::Crowd;
use crate::event::{Act, Actor, Asked, Effect, Event, Given};
use crate::house::{ActError, Ground, Job, Receipt, Reply, State, decide};
use crate::kind::Ask;
use crate::ports::{Commit, CommitError, NewLeaf, NewTile};

/// Acts that share one sync of the disk.
const BATCH_ACTS_MAX: usize = 256;
/// How often a batch is decided again because somebody else wrote meanwhile.
const TRIES_MAX: u32 = 8;

pub(crate) struct Writer {
    ground: Ground,
    state: Arc<RwLock<State>>,
    /// The key in force.
    signer: Arc<dyn Signer + Send + Sync>,
    crowd: Crowd,
}

/// What an act became, before it is durable.
struct Drafted {
    seq: u64,
    at_ms: i64,
    decision: Decision,
}

/// A batch, decided and folded, before it is durable.
struct Draft {
    commit: Commit,
    tree: Tree,
    last_ms: i64,
    /// The key that signs the batch: a new one, if one of its acts puts it in force.
    signer: Arc<dyn Signer + Send + Sync>,
    results: Vec<Result<Drafted, ActError>>,
}

/// What came of a batch, and who waits to hear it.
pub(crate) struct Answers {
    replies: Vec<Reply>,
    results: Vec<Result<Receipt, ActError>>,
}

impl Answers {
    /// Tells everybody.
    pub(crate) fn give(self) {
        for (reply, result) in self.replies.into_iter().zip(self.results) {
            reply(result);
        }
    }
}

impl Writer {
    pub(crate) fn new(ground: Ground, state: Arc<RwLock<State>>) -> Self {
        let signer = Arc::clone(&ground.signer);
        Self { ground, state, signer, crowd: Crowd::default() }
    }

    /// Writes the first event of an empty log.
    pub(crate) fn begin(&mut self) -> Result<(), ActError> {
        if self.state.read().unwrap_or_else(PoisonError::into_inner).tree.size() > 0 {
            return Ok(());
        }
        let mut asked = Asked::new("log.open");
        asked.put("origin", self.ground.origin.clone().into(), false);
        asked.put("vkey", self.signer.verifier().to_string().into(), false);
        let act = Act { asked, by: Actor::default(), given: Given::default(), effects: Vec::new() };
        let receipt = self.write(&[act]).pop().unwrap_or(Err(ActError::Closing))?;
        if receipt.decision.allowed { Ok(()) } else { Err(ActError::UnknownAct(receipt.decision.sentence.to_string())) }
    }

    /// Works until nobody can hand in an act any more. Those who wait are answered through `answers`,
    /// so that waking them does not keep the next batch.
    pub(crate) fn run(&mut self, jobs: &Receiver<Job>, answers: &SyncSender<Answers>) {
        while let Ok(first) = jobs.recv() {
            let batch = self.crowd.gather(first, jobs, BATCH_ACTS_MAX);
            let (acts, replies): (Vec<Act>, Vec<_>) = batch.into_iter().map(|job| (job.act, job.reply)).unzip();
            let answer = Answers { replies, results: self.write(&acts) };
            // Somebody alone is answered at once: there is nothing to be gained.
            if acts.len() == 1 {
                answer.give();
            } else if let Err(SendError(answer)) = answers.send(answer) {
                answer.give();
            }
        }
    }

    /// Decides, records and folds a batch; one result for each act.
    fn write(&mut self, acts: &[Act]) -> Vec<Result<Receipt, ActError>> {
        for _ in 0..TRIES_MAX {
            let draft = self.draft(acts);
            if draft.commit.leaves.is_empty() {
                return draft.results.into_iter().map(|r| r.and(Err(ActError::Closing))).collect();
            }
            // The commit point: what `commit` has returned from survives a crash of this process
            // and of the machine; before it, nothing of the batch exists.
            match self.ground.store.commit(&draft.commit) {
                Ok(()) => return self.publish(draft),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Refused(cause)) => return refuse_all(acts.len(), &cause),
                Err(CommitError::Unknown(cause)) => match self.landed(&draft.commit) {
                    Some(true) => return self.publish(draft),
                    Some(false) => {}
                    None => return refuse_all(acts.len(), &cause),
                },
            }
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            if let Err(e) = crate::load::catch_up(&self.ground, &mut state) {
                return refuse_all(acts.len(), &e.to_string());
            }
        }
        refuse_all(acts.len(), "another process keeps writing")
    }

    /// After a commit whose end was not heard: whether the log holds just what was meant.
    fn landed(&self, commit: &Commit) -> Option<bool> {
        let head = self.ground.store.head().ok()?;
        Some(head.checkpoint.as_deref() == Some(commit.checkpoint.as_str()))
    }

    fn draft(&self, acts: &[Act]) -> Draft {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let mut shelf = Shelf::new(&state.books);
        let mut draft = Draft {
            commit: Commit { expected_size: state.tree.size(), ..Commit::default() },
            tree: state.tree.clone(),
            last_ms: state.last_ms,
            signer: Arc::clone(&self.signer),
            results: Vec::with_capacity(acts.len()),
        };
        for act in acts {
            let drafted = self.draft_one(act, &mut shelf, &mut draft);
            draft.results.push(drafted);
        }
        draft.commit.rows = shelf.into_changes();
        let checkpoint = Checkpoint::new(&self.ground.origin, draft.tree.size(), draft.tree.root());
        match checkpoint.sign(&*draft.signer) {
            Ok(signed) => draft.commit.checkpoint = String::from_utf8_lossy(&signed.to_bytes()).into_owned(),
            Err(e) => {
                draft.commit.leaves.clear();
                draft.results = (0..acts.len()).map(|_| Err(ActError::CannotRecord(e.to_string()))).collect();
            }
        }
        draft
    }

    fn draft_one(&self, act: &Act, shelf: &mut Shelf<'_>, draft: &mut Draft) -> Result<Drafted, ActError> {
        let now_ms = self.ground.clock.now_ms();
        let profile = self.ground.gate.profile();
        let ask = Ask { act, books: shelf, profile, now_ms, last_ms: draft.last_ms };
        let ruling = decide(&self.ground, &ask)?;
        let rotates = act.effects.iter().any(|effect| matches!(effect, Effect::RotateKey(_)));
        if rotates && ask.text("old") != draft.signer.verifier().to_string() {
            return Err(ActError::Unwritable("the key to be replaced is not in force".to_owned()));
        }
        let (mut event, text) = self.event(act, &ruling, draft.tree.size(), now_ms.max(draft.last_ms))?;
        event.body.extend(self.ground.registry.complete(&ask));
        let behind_s = (draft.last_ms - now_ms).max(0) / 1000;
        event.body.extend(act.given.to_json(&act.by, behind_s).map(|given| ("given".to_owned(), given)));
        let bytes = event.to_leaf().map_err(|e| ActError::Unwritable(e.to_string()))?;
        let hash = sekisho_record::leaf_hash(&bytes);
        for tile in draft.tree.push(hash) {
            draft.commit.tiles.push(NewTile { level: tile.id.level, index: tile.id.index, bytes: tile.bytes });
        }
        draft.commit.leaves.push(NewLeaf { bytes, hash: *hash.as_bytes(), text });
        draft.last_ms = event.at_ms;
        self.ground.registry.fold(&event, shelf);
        if ruling.allowed() {
            put_effects(&act.effects, draft);
        }
        Ok(Drafted { seq: event.seq, at_ms: event.at_ms, decision: ruling.decision().clone() })
    }

    /// The event of an act. It takes a ruling, which only the gate can make.
    fn event(&self, act: &Act, ruling: &Ruling, seq: u64, at_ms: i64) -> Result<(Event, Option<Vec<u8>>), ActError> {
        let decision = ruling.decision();
        let sealed = if act.asked.private.is_empty() {
            None
        } else {
            let sealed = self.ground.vault.seal(seq, &act.asked.private, &*self.ground.entropy);
            Some(sealed.map_err(|e| ActError::Unwritable(e.to_string()))?)
        };
        let (text, digest) = sealed.map_or((None, None), |sealed| (Some(sealed.blob), Some(sealed.digest)));
        let event = Event {
            seq,
            at_ms,
            act: act.asked.act.into(),
            by: act.by.clone(),
            profile: decision.profile.clone(),
            allowed: decision.allowed,
            code: decision.code.clone(),
            cites: decision.articles.iter().map(ToString::to_string).collect(),
            body: act.asked.public.clone(),
            private: digest,
        };
        Ok((event, text))
    }

    /// Makes a durable batch visible and gives everybody a receipt.
    fn publish(&mut self, draft: Draft) -> Vec<Result<Receipt, ActError>> {
        let checkpoint: Arc<str> = draft.commit.checkpoint.as_str().into();
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let changes: Vec<RowChange> = draft.commit.rows;
        state.books.apply(changes);
        state.tree = draft.tree;
        state.checkpoint = draft.commit.checkpoint;
        state.last_ms = draft.last_ms;
        state.verifier = draft.signer.verifier().clone();
        drop(state);
        self.signer = draft.signer;
        let receipt = |d: Drafted| Receipt {
            seq: d.seq,
            at_ms: d.at_ms,
            decision: d.decision,
            checkpoint: Arc::clone(&checkpoint),
        };
        draft.results.into_iter().map(|result| result.map(receipt)).collect()
    }
}

fn put_effects(effects: &[Effect], draft: &mut Draft) {
    let commit = &mut draft.commit;
    for effect in effects {
        match effect {
            Effect::Password { person, phc } => commit.passwords.push((person.clone(), phc.clone())),
            Effect::Identity(records) => commit.identity.extend(records.iter().cloned()),
            Effect::EraseText(seq) => commit.erased.push(*seq),
            Effect::RotateKey(next) => draft.signer = Arc::clone(&next.0),
        }
    }
}

fn refuse_all(count: usize, cause: &str) -> Vec<Result<Receipt, ActError>> {
    (0..count).map(|_| Err(ActError::CannotRecord(cause.to_owned()))).collect()
}

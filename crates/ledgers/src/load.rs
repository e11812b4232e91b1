//! Bringing the house to the log's head: when it opens, when another process has written, and when
//! the views are made anew. All three fold events the same way.

use sekisho_record::{Hash, SignedCheckpoint, TileId, Tree};

use crate::books::{Books, RowChange, Shelf};
use crate::event::Event;
use crate::house::{Ground, OpenError, State, StoredTiles};
use crate::kind::Registry;
use crate::ports::{Filter, ListQuery, Store, StoreError, Test};
use crate::spec::{Keeping, Row, ViewSpec};
use crate::value::Value;

/// Events that are read and folded at once.
const CHUNK_EVENTS: u64 = 2_000;

/// The state at the log's head.
pub(crate) fn state(ground: &Ground) -> Result<State, OpenError> {
    let store = &*ground.store;
    let head = store.head()?;
    let views = ground.registry.views();
    if !store.prepare_views(&views)? {
        rebuild(&ground.registry, store)?;
    }
    let mut books = Books::default();
    for view in views.iter().filter(|view| view.keeping == Keeping::Register) {
        for row in open_rows(store, view)? {
            books.load(view, row);
        }
    }
    let tree = tree(store, head.size)?;
    let checkpoint = head.checkpoint.unwrap_or_default();
    if head.size > 0 {
        let signed = SignedCheckpoint::parse(checkpoint.as_bytes()).map_err(|e| OpenError::Damaged(e.to_string()))?;
        let stated = signed.verify(ground.signer.verifier()).map_err(|e| OpenError::Damaged(e.to_string()))?;
        let (size, root) = (stated.size, stated.root);
        if size != head.size || root != tree.root() {
            return Err(OpenError::Damaged(format!("the checkpoint is for {size} events and another root")));
        }
    }
    let last = store.leaves(head.size.saturating_sub(1), head.size)?;
    let last_ms = last.first().map(|leaf| Event::from_leaf(leaf.seq, &leaf.bytes)).transpose();
    let last_ms = last_ms.map_err(|e| OpenError::Damaged(e.to_string()))?.map_or(0, |event| event.at_ms);
    let verifier = ground.signer.verifier().clone();
    Ok(State { books, tree, checkpoint, last_ms, verifier })
}

/// The rows of a register that are not closed: those that the books hold.
fn open_rows(store: &dyn Store, view: &'static ViewSpec) -> Result<Vec<Row>, StoreError> {
    let Some(column) = view.closed_by else { return store.rows(view) };
    let open = Filter { column: column.to_owned(), test: Test::Is(Value::Null) };
    let query = ListQuery { filters: vec![open], limit: u64::MAX, ..ListQuery::default() };
    Ok(store.page(view, &query)?.rows)
}

fn tree(store: &dyn Store, size: u64) -> Result<Tree, OpenError> {
    let damaged = |e: String| OpenError::Damaged(e);
    let edge = store.leaves(Tree::edge_start(size), size)?;
    let hashes = edge.iter().map(|leaf| sekisho_record::leaf_hash(&leaf.bytes)).collect::<Vec<Hash>>();
    let read = |id: TileId| sekisho_record::proof::TileReader::tile(&StoredTiles(store), id);
    Tree::restore(size, &hashes, read).map_err(|e| damaged(e.to_string()))
}

/// Empties every view and folds it again from the record.
///
/// # Errors
/// [`StoreError`] when the store fails or holds something that is not an event.
pub fn rebuild(registry: &Registry, store: &dyn Store) -> Result<u64, StoreError> {
    let size = store.head()?.size;
    let mut books = Books::default();
    let mut at = 0;
    let mut next = || -> Result<Option<Vec<RowChange>>, StoreError> {
        if at >= size {
            return Ok(None);
        }
        let to = size.min(at + CHUNK_EVENTS);
        let (changes, _) = fold(registry, store, &books, at, to)?;
        books.apply(changes.clone());
        at = to;
        Ok(Some(changes))
    };
    store.replace_views(&registry.views(), size, &mut next)?;
    Ok(size)
}

/// Events that were folded, each with the hash of its leaf, and what they changed.
pub(crate) type Folded = (Vec<RowChange>, Vec<(Event, Hash)>);

/// Folds the events `from..to` over the books; gives the changes and the events.
pub(crate) fn fold(
    registry: &Registry,
    store: &dyn Store,
    books: &Books,
    from: u64,
    to: u64,
) -> Result<Folded, StoreError> {
    let mut shelf = Shelf::new(books);
    let mut events = Vec::new();
    for leaf in store.leaves(from, to)? {
        let event = Event::from_leaf(leaf.seq, &leaf.bytes).map_err(|e| StoreError::Damaged(e.to_string()))?;
        registry.fold(&event, &mut shelf);
        events.push((event, sekisho_record::leaf_hash(&leaf.bytes)));
    }
    if u64::try_from(events.len()).ok() != to.checked_sub(from) {
        return Err(StoreError::Damaged(format!("events are missing between {from} and {to}")));
    }
    Ok((shelf.into_changes(), events))
}

/// Brings the state to the head that another process has written.
pub(crate) fn catch_up(ground: &Ground, state: &mut State) -> Result<(), StoreError> {
    let head = ground.store.head()?;
    while state.tree.size() < head.size {
        let from = state.tree.size();
        let to = head.size.min(from + CHUNK_EVENTS);
        let (changes, events) = fold(&ground.registry, &*ground.store, &state.books, from, to)?;
        state.books.apply(changes);
        for (event, hash) in events {
            state.tree.push(hash);
            state.last_ms = event.at_ms;
        }
    }
    state.checkpoint = head.checkpoint.unwrap_or_default();
    Ok(())
}

//! The write path under a store that conflicts, refuses and breaks off in the middle: whatever
//! happens, an acknowledged event is there once, every event has a decision with an article, and
//! the books are what the events make of them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "simulate/memory.rs"]
mod memory;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use memory::{Fault, Memory};
use sekisho_gate::Gate;
use sekisho_ledgers::event::{Act, Actor, Asked, Event, Given};
use sekisho_ledgers::house::Ground;
use sekisho_ledgers::kinds::KINDS;
use sekisho_ledgers::kinds::organisation::action::Register;
use sekisho_ledgers::kinds::organisation::view::Person;
use sekisho_ledgers::ports::{Clock, Entropy, EntropyError, Store as _};
use sekisho_ledgers::vault::Vault;
use sekisho_ledgers::{ActError, House, Registers as _, Registry};
use sekisho_record::SigningKey;
use sekisho_record::key::KeyKind;

struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(7, Ordering::SeqCst)
    }
}

/// Repeatable bytes: good for a test and for nothing else.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
            chunk.copy_from_slice(&n[..chunk.len()]);
        }
        Ok(())
    }
}

fn ground(store: &Arc<Memory>, gate: &Arc<Gate>) -> Ground {
    Ground {
        gate: Arc::clone(gate),
        registry: Arc::new(Registry::new(KINDS)),
        store: Arc::<Memory>::clone(store),
        signer: Arc::new(SigningKey::from_seed("test/village", KeyKind::Ed25519, [7; 32]).unwrap()),
        vault: Arc::new(Vault::new(&[9; 32]).unwrap()),
        clock: Arc::new(Ticking(AtomicI64::new(1_790_000_000_000))),
        entropy: Arc::new(Counting(AtomicU64::new(1))),
        origin: "test/village".to_owned(),
    }
}

/// An entry at introduction (allowed), or an act without a session (refused).
fn act(n: u64) -> Act {
    let register = Register {
        person: format!("p{n}"),
        name: "見本 一郎".into(),
        kana: "みほん いちろう".into(),
        birth: None,
        employee_no: format!("{n}"),
        section: "住民課".into(),
        kind: "staff".into(),
    };
    let asked = if n.is_multiple_of(3) {
        register.asked()
    } else {
        let mut entry = Asked { act: "setup.record", ..register.asked() };
        entry.put("entry", "person.register".into(), false);
        entry
    };
    Act { asked, by: Actor::default(), given: Given::default(), effects: Vec::new() }
}

fn check_events(store: &Memory, acknowledged: &[(u64, u64)]) {
    let size = store.head().unwrap().size;
    let events: Vec<Event> =
        store.leaves(0, size).unwrap().iter().map(|l| Event::from_leaf(l.seq, &l.bytes).unwrap()).collect();
    assert!(
        events.iter().all(|event| !event.cites.is_empty() && !event.code.is_empty()),
        "a decision without an article"
    );
    assert!(events.windows(2).all(|pair| pair[0].at_ms <= pair[1].at_ms), "time went back");
    for (n, seq) in acknowledged {
        let person = format!("p{n}");
        let there: Vec<u64> = events.iter().filter(|e| e.text("person") == Some(&person)).map(|e| e.seq).collect();
        assert_eq!(there, [*seq], "act {n} must be there once, where its receipt says");
    }
}

fn check_books(house: &House, store: &Arc<Memory>) {
    let live = store.dump();
    sekisho_ledgers::rebuild(&Registry::new(KINDS), &**store).unwrap();
    assert_eq!(store.dump(), live, "rebuilt views are the live ones");
    let in_memory = house.read(|books| books.scan::<Person>(""));
    let stored = store.rows(<Person as sekisho_ledgers::spec::View>::SPEC).unwrap();
    let stored: Vec<Person> = stored.iter().map(|row| <Person as sekisho_ledgers::spec::View>::from_row(row)).collect();
    assert_eq!(in_memory, stored);
}

fn play(faults: Vec<Fault>, acts: u64) {
    let gate = Arc::new(Gate::new(Arc::new(sekisho_regulation::testing::profile("nishimeya"))).unwrap());
    let store = Arc::new(Memory::default());
    let house = House::open(ground(&store, &gate)).unwrap();
    let mut acknowledged = Vec::new();
    let mut faults = faults.into_iter();
    for n in 1..=acts {
        let fault = faults.next();
        store.next_fault(fault);
        match house.submit(act(n)) {
            Ok(receipt) => {
                assert_eq!(receipt.decision.allowed, n % 3 != 0, "{}", receipt.decision.sentence);
                acknowledged.push((n, receipt.seq));
            }
            Err(ActError::CannotRecord(_)) => assert!(fault.is_some_and(Fault::may_lose), "{fault:?}"),
            Err(e) => panic!("{e}"),
        }
        store.next_fault(None);
    }
    check_events(&store, &acknowledged);
    check_books(&house, &store);
    for (_, seq) in &acknowledged {
        let proof = house.prove(*seq).unwrap();
        proof.verify(house.ground().signer.verifier()).unwrap();
    }
    // What another process finds is the same house.
    let again = House::open(ground(&store, &gate)).unwrap();
    assert_eq!(again.reach(), house.reach());
    assert_eq!(again.read(|books| books.clone()), house.read(|books| books.clone()));
}

#[test]
fn without_faults() {
    play(Vec::new(), 40);
}

#[test]
fn every_fault_once() {
    play(Fault::ALL.to_vec(), 30);
}

#[test]
fn faults_in_many_orders() {
    let mut state = 42_u64;
    for _ in 0..6 {
        let mut faults = Vec::new();
        for _ in 0..40 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            faults.push(Fault::ALL[usize::try_from(state >> 33).unwrap() % Fault::ALL.len()]);
        }
        play(faults, 40);
    }
}

#[test]
fn many_hands_at_once() {
    let gate = Arc::new(Gate::new(Arc::new(sekisho_regulation::testing::profile("nishimeya"))).unwrap());
    let store = Arc::new(Memory::default());
    let house = House::open(ground(&store, &gate)).unwrap();
    let hands = (0..8).map(|hand| {
        let house = house.clone();
        std::thread::spawn(move || {
            let numbers = (0..50).map(|n| hand * 1000 + n + 1);
            numbers.map(|n| (n, house.submit(act(n)).unwrap().seq)).collect::<Vec<_>>()
        })
    });
    let hands: Vec<_> = hands.collect();
    let acknowledged: Vec<(u64, u64)> = hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect();
    assert_eq!(acknowledged.len(), 400);
    check_events(&store, &acknowledged);
    check_books(&house, &store);
}

#[test]
fn two_houses_on_one_store_take_turns() {
    let gate = Arc::new(Gate::new(Arc::new(sekisho_regulation::testing::profile("nishimeya"))).unwrap());
    let store = Arc::new(Memory::default());
    let first = House::open(ground(&store, &gate)).unwrap();
    let second = House::open(ground(&store, &gate)).unwrap();
    let mut acknowledged = Vec::new();
    for n in 1..=30 {
        let house = if n % 2 == 0 { &first } else { &second };
        acknowledged.push((n, house.submit(act(n)).unwrap().seq));
    }
    check_events(&store, &acknowledged);
    check_books(&first, &store);
}

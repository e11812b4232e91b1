//! What the port `Store` promises, held against both databases by the same checks.
//!
//! `SEKISHO_ROUNDS=200` plays more rounds of `kill -9`, `SEKISHO_SEED=N` repeats a run, and
//! `SEKISHO_WITHOUT_POSTGRES=1` leaves PostgreSQL out on a machine that has none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::type_complexity,
    clippy::print_stdout,
    reason = "a test fails by panicking, its tables are read once, and a hammer tells what it did on its output"
)]

mod ports {
    mod faults;
    mod identity;
    mod kill;
    mod log;
    mod model;
    mod ownership;
    mod site;
    mod views;

    use site::{PostgresSite, Site, SqliteSite};

    /// Every check, by name; each gets a site with nothing on it.
    const CHECKS: &[(&str, fn(&dyn Site))] = &[
        ("an empty log", log::empty),
        ("a commit is durable", log::durable),
        ("a commit on another size conflicts", log::conflict),
        ("a batch that fails leaves nothing", log::atomic),
        ("a commit without events", log::without_events),
        ("leaves are clipped", log::clipped),
        ("tiles", log::tiles),
        ("texts are erased", log::erased),
        ("passwords, the newest first", log::passwords),
        ("a foreign tool sees one head", log::reading_while_writing),
        ("views are prepared", views::prepared),
        ("views of other columns are made anew", views::other_columns),
        ("views are replaced", views::replaced),
        ("views that do not fit are refused", views::refused),
        ("pages of every kind", views::pages),
        ("counts of every kind", views::counts),
        ("unknown columns", views::unknown_columns),
        ("odd text is kept", views::odd_text),
        ("residents are found", identity::searched),
        ("residents are replaced", identity::replaced),
        ("a thousand residents", identity::thousand),
        ("one process owns a record", ownership::owned),
        ("reading only", ownership::read_only),
        ("nothing is made implicitly", ownership::implicit),
        ("a newer version is refused", ownership::newer),
        ("many readers at once", ownership::many_readers),
    ];

    fn conforms(site: impl Fn() -> Box<dyn Site>) {
        for (name, check) in CHECKS {
            println!("{name}");
            check(&*site());
        }
    }

    #[test]
    fn sqlite_conforms() {
        conforms(|| Box::new(SqliteSite::new()));
    }

    #[test]
    fn postgres_conforms() {
        if let Some(server) = site::server() {
            conforms(|| Box::new(PostgresSite::new(&server)));
        }
    }
}

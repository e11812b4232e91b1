//! The steps by which a database of an older program is brought forward.
//!
//! Only what cannot be rebuilt has steps; views are made from their column lists. A step stands in
//! both folders under the same name, and a released step is never changed.

use sekisho_ledgers::ports::StoreError;

/// One step, in the words of each database.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

macro_rules! migration {
    ($name:literal) => {
        Migration {
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// All steps in order; the version of a database is the number of steps it has taken.
pub(crate) const ALL: &[Migration] = &[migration!("0001_record")];

/// The version that this program knows.
pub(crate) fn known() -> i64 {
    i64::try_from(ALL.len()).unwrap_or(i64::MAX)
}

/// The steps that a database of version `found` has still to take.
pub(crate) fn after(found: i64) -> Result<&'static [Migration], StoreError> {
    if found > known() {
        return Err(StoreError::Newer { found, known: known() });
    }
    let taken = usize::try_from(found).ok();
    taken.and_then(|n| ALL.get(n..)).ok_or_else(|| StoreError::Damaged(format!("version `{found}` makes no sense")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_steps() {
        let names = |folder: &str| {
            let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut names: Vec<_> =
                std::fs::read_dir(path).into_iter().flatten().flatten().map(|f| f.file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names("sqlite"), names("postgres"));
        assert_eq!(names("sqlite").len(), ALL.len(), "a step is not registered");
    }

    #[test]
    fn a_newer_version_is_refused() {
        assert_eq!(after(known()).map(<[_]>::len), Ok(0));
        assert_eq!(after(0).map(<[_]>::len), Ok(ALL.len()));
        assert!(matches!(after(known() + 1), Err(StoreError::Newer { .. })));
        assert!(matches!(after(-1), Err(StoreError::Damaged(_))));
    }
}

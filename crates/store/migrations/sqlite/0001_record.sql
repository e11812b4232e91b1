-- What cannot be rebuilt. Views are no part of it: their tables are made from their column lists.

-- The head: how far the log reaches, the checkpoint signed over it, how far the views reach, and how
-- many residents there are (counting a million of them anew takes too long).
CREATE TABLE head (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    size       INTEGER NOT NULL,
    checkpoint TEXT,
    viewed     INTEGER NOT NULL,
    residents  INTEGER NOT NULL
) STRICT;
INSERT INTO head (one, size, checkpoint, viewed, residents) VALUES (1, 0, NULL, 0, 0);

-- Notes of the store about itself.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    seq  INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- Sealed personal text, apart from the events so that it can be erased.
CREATE TABLE texts (
    seq    INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE tiles (
    level INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT;

CREATE TABLE passwords (
    person TEXT NOT NULL,
    no     INTEGER NOT NULL,
    phc    TEXT NOT NULL,
    PRIMARY KEY (person, no)
) STRICT, WITHOUT ROWID;

-- `terms` repeats a record's index terms (a byte for the field, sixteen for the digest, each), so
-- that replacing a record need not search the index for what it held.
CREATE TABLE identity (
    id      INTEGER PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,
    terms   BLOB NOT NULL,
    sealed  BLOB NOT NULL
) STRICT;

CREATE TABLE identity_terms (
    field INTEGER NOT NULL,
    term  BLOB NOT NULL,
    id    INTEGER NOT NULL,
    PRIMARY KEY (field, term, id)
) STRICT, WITHOUT ROWID;

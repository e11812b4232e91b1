-- What cannot be rebuilt. Views are no part of it: their tables are made from their column lists.

-- The head: how far the log reaches, the checkpoint signed over it, how far the views reach, and how
-- many residents there are (counting a million of them anew takes too long).
CREATE TABLE head (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    size       BIGINT NOT NULL,
    checkpoint TEXT COLLATE "C",
    viewed     BIGINT NOT NULL,
    residents  BIGINT NOT NULL
) WITH (fillfactor = 10);
INSERT INTO head (one, size, checkpoint, viewed, residents) VALUES (1, 0, NULL, 0, 0);

-- Notes of the store about itself.
CREATE TABLE meta (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE events (
    seq  BIGINT PRIMARY KEY,
    leaf BYTEA NOT NULL,
    hash BYTEA NOT NULL
);

-- Sealed personal text, apart from the events so that it can be erased.
CREATE TABLE texts (
    seq    BIGINT PRIMARY KEY,
    sealed BYTEA NOT NULL
);

CREATE TABLE tiles (
    level SMALLINT NOT NULL,
    idx   BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);
-- Hashes do not compress; trying costs time in each commit.
ALTER TABLE tiles ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE passwords (
    person TEXT COLLATE "C" NOT NULL,
    no     BIGINT NOT NULL,
    phc    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (person, no)
);

-- `terms` repeats a record's index terms (a byte for the field, sixteen for the digest, each), so
-- that replacing a record need not search the index for what it held.
CREATE TABLE identity (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject TEXT COLLATE "C" NOT NULL UNIQUE,
    terms   BYTEA NOT NULL,
    sealed  BYTEA NOT NULL
);
ALTER TABLE identity ALTER COLUMN terms SET STORAGE EXTERNAL;
ALTER TABLE identity ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE identity_terms (
    field SMALLINT NOT NULL,
    term  BYTEA NOT NULL,
    id    BIGINT NOT NULL,
    PRIMARY KEY (field, term, id)
);

"""The tables of the SQLite store, as the migrations that lead to them."""

# Migration n leads from version n to n + 1 (PRAGMA user_version). A released one is never changed.
MIGRATIONS = (
    """
    -- One row for each ingestion. `ids` are 32-bit little-endian integers and stand last, so that the other
    -- columns are read without them.
    CREATE TABLE ingestions (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id BLOB NOT NULL UNIQUE,
        priority INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        batch_size INTEGER NOT NULL,
        ids BLOB NOT NULL
    );
    -- The cursor of each ingestion that still has ids to release: how many of them were. It stands apart from the
    -- ids, for changing a cell beside a large blob rewrites the blob.
    CREATE TABLE backlog (
        sequence INTEGER PRIMARY KEY,
        released INTEGER NOT NULL
    );
    -- Batches that were released, at least in part, and are not finished.
    CREATE TABLE open_batches (
        sequence INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (sequence, number)
    ) WITHOUT ROWID;
    -- The ledger. `opened` and `started` (of the last call) are nanoseconds of the monotonic clock of `boot`,
    -- `opened_at` and `closed_at` of the wall clock; `started` and `closed_at` are NULL until it is closed.
    CREATE TABLE slots (
        number INTEGER PRIMARY KEY,
        boot TEXT NOT NULL,
        opened INTEGER NOT NULL,
        opened_at INTEGER NOT NULL,
        started INTEGER,
        closed_at INTEGER
    );
    -- What was called in each slot: one row for each call of the id at `position` of an ingestion.
    CREATE TABLE calls (
        sequence INTEGER NOT NULL,
        position INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        record_id INTEGER NOT NULL,
        PRIMARY KEY (sequence, position, slot)
    ) WITHOUT ROWID;
    CREATE INDEX calls_of_slots ON calls (slot);
    -- The ids that failed and are called again: after how many attempts, and when (wall clock).
    CREATE TABLE retries (
        sequence INTEGER NOT NULL,
        position INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        PRIMARY KEY (sequence, position)
    ) WITHOUT ROWID;
    -- One row: until when (wall clock) the upstream asked to be left alone the last time.
    CREATE TABLE pause (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        until INTEGER NOT NULL
    );
    -- What came of the id at `position`: a result (JSON), or the sentence of an error.
    CREATE TABLE outcomes (
        sequence INTEGER NOT NULL,
        position INTEGER NOT NULL,
        record_id INTEGER NOT NULL,
        result TEXT,
        error TEXT,
        attempts INTEGER NOT NULL,
        last_status INTEGER,
        PRIMARY KEY (sequence, position)
    ) WITHOUT ROWID;
    CREATE INDEX failed_outcomes ON outcomes (sequence) WHERE error IS NOT NULL;
    """,
    """
    -- For lists by priority, and for finding what is old.
    CREATE INDEX ingestions_by_priority ON ingestions (priority);
    CREATE INDEX ingestions_by_time ON ingestions (created_at);
    -- The deadlines (wall clock) of those ingestions that have one. They stand apart from the ingestions: a column
    -- after the ids is reached only by reading through the ids.
    CREATE TABLE deadlines (
        sequence INTEGER PRIMARY KEY,
        deadline INTEGER NOT NULL
    );
    -- Ingestions that were cancelled: how many ids were released by then, counting the rest of a batch that was
    -- released in part. They have no row in `backlog`.
    CREATE TABLE cancellations (
        sequence INTEGER PRIMARY KEY,
        released INTEGER NOT NULL,
        cancelled_at INTEGER NOT NULL
    );
    -- The idempotency key that came with an ingestion, and a digest of what it was sent with.
    CREATE TABLE idempotency_keys (
        sequence INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        digest BLOB NOT NULL,
        created_at INTEGER NOT NULL
    );
    CREATE INDEX keys_by_time ON idempotency_keys (created_at);
    -- One row while an operator has paused the dispatcher: since when (wall clock).
    CREATE TABLE operator_pause (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        at INTEGER NOT NULL
    );
    -- The latest slips of an ingestion, the last one last: a JSON array of [at, slots, nanoseconds, cause].
    CREATE TABLE slips (
        sequence INTEGER PRIMARY KEY,
        latest TEXT NOT NULL
    );
    -- Ingestions that were removed while some of their rows in other tables are still there.
    CREATE TABLE forgotten (
        sequence INTEGER PRIMARY KEY
    );
    -- Slots that have lost calls to pruning: they go too once they have none left and are not the last one.
    CREATE TABLE thinned_slots (
        number INTEGER PRIMARY KEY
    );
    -- The place of a call in its slot, from 0; NULL in slots older than this column.
    ALTER TABLE calls ADD COLUMN place INTEGER;
    """,
    """
    -- A wait ends at a time of the monotonic clock of `boot`, in another boot at its time of the wall clock. It is
    -- never longer than its length (nanoseconds). NULL in rows older than these columns.
    ALTER TABLE retries ADD COLUMN boot TEXT;
    ALTER TABLE retries ADD COLUMN due INTEGER;
    ALTER TABLE retries ADD COLUMN length INTEGER;
    ALTER TABLE pause ADD COLUMN boot TEXT;
    ALTER TABLE pause ADD COLUMN due INTEGER;
    ALTER TABLE pause ADD COLUMN length INTEGER;
    -- Checksums of the ids of an ingestion: a 32-bit little-endian CRC of every 1024 of them.
    CREATE TABLE checksums (
        sequence INTEGER PRIMARY KEY,
        crcs BLOB NOT NULL
    );
    """,
    """
    -- The name of the process that opened a slot, NULL in rows older than this column.
    ALTER TABLE slots ADD COLUMN replica TEXT;
    """,
    """
    -- The time from when a slot might have opened until the last of its calls started (nanoseconds); NULL in open
    -- slots, and in those older than this column.
    ALTER TABLE slots ADD COLUMN lag INTEGER;
    """,
    """
    -- Batches of each priority, so that counting goes through neither history nor all that waits: `batches` in
    -- all ingestions up to the sequence `upto`, `unreleased` in the rows of `backlog` up to `waiting_upto`. The
    -- triggers keep them. Both move on with every 256th ingestion, for a change in each submission would be one
    -- page more in its commit. Rows are inserted in the order of their sequences.
    CREATE TABLE counted (
        priority INTEGER PRIMARY KEY,
        batches INTEGER NOT NULL,
        upto INTEGER NOT NULL,
        unreleased INTEGER NOT NULL,
        waiting_upto INTEGER NOT NULL
    );
    INSERT INTO counted (priority, batches, upto, unreleased, waiting_upto)
        SELECT column1, coalesce((
            SELECT sum((length(ids) / 4 + batch_size - 1) / batch_size) FROM ingestions WHERE priority = column1
        ), 0), coalesce((SELECT max(sequence) FROM ingestions), 0), coalesce((
            SELECT sum((length(ids) / 4 + batch_size - 1) / batch_size - (released + batch_size - 1) / batch_size)
            FROM backlog CROSS JOIN ingestions USING (sequence) WHERE priority = column1
        ), 0), coalesce((SELECT max(sequence) FROM backlog), 0) FROM (VALUES (0), (1), (2));
    CREATE TRIGGER count_some AFTER INSERT ON ingestions WHEN NEW.sequence % 256 = 0 BEGIN
        UPDATE counted SET batches = batches + coalesce((
            SELECT sum((length(ids) / 4 + batch_size - 1) / batch_size) FROM ingestions
            WHERE ingestions.priority = counted.priority AND sequence > upto AND sequence <= NEW.sequence
        ), 0), upto = NEW.sequence;
    END;
    CREATE TRIGGER count_removed AFTER DELETE ON ingestions BEGIN
        UPDATE counted SET batches = batches - (length(OLD.ids) / 4 + OLD.batch_size - 1) / OLD.batch_size
            WHERE priority = OLD.priority AND upto >= OLD.sequence;
    END;
    CREATE TRIGGER count_moved AFTER UPDATE OF priority ON ingestions BEGIN
        UPDATE counted SET batches = batches + (length(NEW.ids) / 4 + NEW.batch_size - 1) / NEW.batch_size
            * ((priority = NEW.priority) - (priority = OLD.priority)) WHERE upto >= NEW.sequence;
        UPDATE counted SET unreleased = unreleased + coalesce((
            SELECT (length(NEW.ids) / 4 + NEW.batch_size - 1) / NEW.batch_size
                - (released + NEW.batch_size - 1) / NEW.batch_size FROM backlog WHERE sequence = NEW.sequence
        ), 0) * ((priority = NEW.priority) - (priority = OLD.priority)) WHERE waiting_upto >= NEW.sequence;
    END;
    CREATE TRIGGER count_waiting AFTER INSERT ON backlog WHEN NEW.sequence % 256 = 0 BEGIN
        UPDATE counted SET unreleased = unreleased + coalesce((
            SELECT sum((length(ids) / 4 + batch_size - 1) / batch_size - (released + batch_size - 1) / batch_size)
            FROM backlog CROSS JOIN ingestions USING (sequence)
            WHERE ingestions.priority = counted.priority AND sequence > waiting_upto AND sequence <= NEW.sequence
        ), 0), waiting_upto = NEW.sequence;
    END;
    CREATE TRIGGER count_released AFTER UPDATE OF released ON backlog
        WHEN NEW.sequence <= (SELECT waiting_upto FROM counted WHERE priority = 0) BEGIN
        UPDATE counted SET unreleased = unreleased + (
            SELECT (OLD.released + batch_size - 1) / batch_size - (NEW.released + batch_size - 1) / batch_size
            FROM ingestions WHERE sequence = NEW.sequence
        ) WHERE priority = (SELECT priority FROM ingestions WHERE sequence = NEW.sequence);
    END;
    CREATE TRIGGER count_not_waiting AFTER DELETE ON backlog
        WHEN OLD.sequence <= (SELECT waiting_upto FROM counted WHERE priority = 0) BEGIN
        UPDATE counted SET unreleased = unreleased - (
            SELECT (length(ids) / 4 + batch_size - 1) / batch_size - (OLD.released + batch_size - 1) / batch_size
            FROM ingestions WHERE sequence = OLD.sequence
        ) WHERE priority = (SELECT priority FROM ingestions WHERE sequence = OLD.sequence);
    END;
    """,
    """
    -- How many slots in a row, up to this one, the upstream refused for their credentials; 0 in open slots.
    ALTER TABLE slots ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
    """,
    """
    -- The hash chain: the hash of the calls of a slot, and its link; NULL in slots older than these columns. What
    -- came of each call is a letter in `fates` (done, failed, again, refused, uncalled), NULL in slots without a
    -- close. A copied slot keeps in `opening` and `closing` the times that only its own engine knew.
    ALTER TABLE slots ADD COLUMN calls_hash BLOB;
    ALTER TABLE slots ADD COLUMN link BLOB;
    ALTER TABLE slots ADD COLUMN fates TEXT;
    ALTER TABLE slots ADD COLUMN opening TEXT;
    ALTER TABLE slots ADD COLUMN closing TEXT;
    -- Runs of neighbouring slots that were removed: the link before the first, and that of the last.
    CREATE TABLE removed_slots (
        first INTEGER PRIMARY KEY,
        last INTEGER NOT NULL,
        before BLOB NOT NULL,
        link BLOB NOT NULL
    );
    -- Ingestions whose priority was changed, or may have been before this table was there.
    CREATE TABLE reprioritised (
        sequence INTEGER PRIMARY KEY
    );
    INSERT INTO reprioritised SELECT sequence FROM backlog UNION SELECT sequence FROM open_batches;
    """,
    """
    -- The time that is believed to have come, for what becomes old: history, and idempotency keys.
    CREATE TABLE believed_time (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        history INTEGER NOT NULL,
        keys INTEGER NOT NULL
    );
    """,
)

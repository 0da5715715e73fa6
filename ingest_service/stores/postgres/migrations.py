"""The tables of the PostgreSQL store, as the migrations that lead to them.

Replicas are replaced one by one, so a program runs beside the next release: a migration only adds, and what a
release does not use any more is removed by a later one.
"""

from typing import LiteralString

# Migration n leads from version n to n + 1. A released one is never changed.
MIGRATIONS: tuple[LiteralString, ...] = (
    """
    -- The wall clock of the database in nanoseconds since 1970: every time in these tables is of it, so that the
    -- clocks of the replicas do not matter.
    CREATE FUNCTION wall_clock() RETURNS bigint LANGUAGE sql VOLATILE
        AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000000)::bigint';
    -- The name of the history that the database is in: another one begins where a standby is promoted or a backup
    -- is restored. (It begins the name of a WAL file; where a service hides that, each start begins one.)
    CREATE FUNCTION timeline() RETURNS text LANGUAGE plpgsql STABLE AS $$
    BEGIN
        RETURN left(pg_walfile_name(pg_current_wal_lsn()), 8);
    EXCEPTION
        WHEN insufficient_privilege OR undefined_function OR feature_not_supported
            OR object_not_in_prerequisite_state THEN
        RETURN pg_postmaster_start_time()::text;
    END $$;
    -- The row that is locked by each transaction that changes what waits or the slots, from its begin to its end.
    -- It is never updated, so it never bloats.
    CREATE TABLE gate (
        one integer PRIMARY KEY CHECK (one = 1)
    );
    INSERT INTO gate VALUES (1);
    -- One row for each ingestion. `ids` are 32-bit little-endian integers; not compressed, a few of a million are
    -- read without the others.
    CREATE TABLE ingestions (
        sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id bytea NOT NULL UNIQUE,
        priority smallint NOT NULL,
        created_at bigint NOT NULL,
        batch_size integer NOT NULL,
        ids bytea NOT NULL
    );
    ALTER TABLE ingestions ALTER ids SET STORAGE EXTERNAL;
    CREATE INDEX ingestions_by_priority ON ingestions (priority);
    CREATE INDEX ingestions_by_time ON ingestions (created_at);
    -- The cursor of each ingestion that still has ids to release: how many of them were. The priority stands here
    -- too, so that the most urgent ones are found by an index.
    CREATE TABLE backlog (
        sequence bigint PRIMARY KEY,
        priority smallint NOT NULL,
        released integer NOT NULL
    );
    CREATE INDEX backlog_in_order ON backlog (priority, sequence);
    -- The ids that wait to be called again: after how many attempts, from when on, and how long that was then.
    CREATE TABLE retries (
        sequence bigint NOT NULL,
        position integer NOT NULL,
        priority smallint NOT NULL,
        attempts integer NOT NULL,
        due_at bigint NOT NULL,
        length bigint NOT NULL,
        PRIMARY KEY (sequence, position)
    );
    CREATE INDEX retries_in_order ON retries (priority, sequence, position);
    -- Batches that were released, at least in part, and are not finished.
    CREATE TABLE open_batches (
        sequence bigint NOT NULL,
        number integer NOT NULL,
        PRIMARY KEY (sequence, number)
    );
    -- The ledger. Each slot keeps the times of the replica that opened it: how long its grant to call runs, how
    -- long a call takes at most, and the longest interval of all replicas that ran then. `how` it ended: closed
    -- with the outcomes of its calls, lost by a replica that did not come back, or with no call made (uncalled).
    -- `age` is the time from the start of its last call until the close was sent; `failed` says that every call
    -- met an error that may pass. `replica` is the name of the owner, NULL where the slot came out of a database
    -- that did not keep it.
    CREATE TABLE slots (
        number bigint PRIMARY KEY,
        owner uuid NOT NULL,
        replica text,
        opened_at bigint NOT NULL,
        call_grant bigint NOT NULL,
        call_timeout bigint NOT NULL,
        slot_interval bigint NOT NULL,
        closed_at bigint,
        how text CHECK (how IN ('closed', 'lost', 'uncalled')),
        age bigint,
        took bigint,
        lag bigint,
        failed boolean
    );
    -- What was called in each slot: one row for each call of the id at `position` of an ingestion, which had had
    -- `attempts` calls before.
    CREATE TABLE calls (
        sequence bigint NOT NULL,
        position integer NOT NULL,
        slot bigint NOT NULL,
        record_id integer NOT NULL,
        place integer NOT NULL,
        attempts integer NOT NULL,
        PRIMARY KEY (sequence, position, slot)
    );
    CREATE INDEX calls_of_slots ON calls (slot);
    -- What came of the id at `position`: a result (JSON), or the sentence of an error.
    CREATE TABLE outcomes (
        sequence bigint NOT NULL,
        position integer NOT NULL,
        record_id integer NOT NULL,
        result text,
        error text,
        attempts integer NOT NULL,
        last_status integer,
        PRIMARY KEY (sequence, position)
    );
    CREATE INDEX failed_outcomes ON outcomes (sequence) WHERE error IS NOT NULL;
    CREATE TABLE deadlines (
        sequence bigint PRIMARY KEY,
        deadline bigint NOT NULL
    );
    -- Ingestions that were cancelled: how many ids were released by then, counting the rest of a batch that was
    -- released in part. They have no row in `backlog`.
    CREATE TABLE cancellations (
        sequence bigint PRIMARY KEY,
        released integer NOT NULL,
        cancelled_at bigint NOT NULL
    );
    -- The idempotency key that came with an ingestion, and a digest of what it was sent with.
    CREATE TABLE idempotency_keys (
        sequence bigint PRIMARY KEY,
        key text NOT NULL UNIQUE,
        digest bytea NOT NULL,
        created_at bigint NOT NULL
    );
    CREATE INDEX keys_by_time ON idempotency_keys (created_at);
    -- One row while an operator has paused the dispatchers: since when.
    CREATE TABLE operator_pause (
        one integer PRIMARY KEY CHECK (one = 1),
        at bigint NOT NULL
    );
    -- One row: until when the upstream asked to be left alone the last time, and how long that was then.
    CREATE TABLE pause (
        one integer PRIMARY KEY CHECK (one = 1),
        until bigint NOT NULL,
        length bigint NOT NULL
    );
    -- The latest slips of an ingestion, the last one last: a JSON array of [at, slots, nanoseconds, cause].
    CREATE TABLE slips (
        sequence bigint PRIMARY KEY,
        latest text NOT NULL
    );
    -- Ingestions that were removed while some of their rows in other tables are still there.
    CREATE TABLE forgotten (
        sequence bigint PRIMARY KEY
    );
    -- Slots that have lost calls to pruning: they go too once they have none left and are not the last one.
    CREATE TABLE thinned_slots (
        number bigint PRIMARY KEY
    );
    -- The changes of what waits, in their order: what the replicas follow. `sequence` names the ingestion whose
    -- waiting ids changed; `cause` says why ends move: those behind (priority, sequence), or without a priority
    -- all of them by `delay`. `pending` is the number of ids that wait after it.
    CREATE TABLE changes (
        version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at bigint NOT NULL,
        sequence bigint,
        priority smallint,
        cause text,
        delay bigint NOT NULL DEFAULT 0,
        pending bigint NOT NULL
    );
    -- The replicas that were seen lately, for people and for the longest interval: a slot keeps that.
    CREATE TABLE replicas (
        owner uuid PRIMARY KEY,
        name text NOT NULL,
        slot_interval bigint NOT NULL,
        seen_at bigint NOT NULL
    );
    """,
    """
    -- How many slots in a row, up to this one, the upstream refused for their credentials. A replica of an older
    -- program writes 0.
    ALTER TABLE slots ADD COLUMN refusals integer NOT NULL DEFAULT 0;
    """,
    """
    -- The hash chain: the hash of the calls of a slot, and its link; NULL in slots of an older program. What came
    -- of each call is a letter in `fates` (done, failed, again, refused, uncalled), NULL in slots that were not
    -- closed. A copied slot keeps in `opening` and `closing` the times that only its own engine knew.
    ALTER TABLE slots ADD COLUMN calls_hash bytea, ADD COLUMN link bytea, ADD COLUMN fates text,
        ADD COLUMN opening text, ADD COLUMN closing text;
    -- Runs of neighbouring slots that were removed: the link before the first, and that of the last.
    CREATE TABLE removed_slots (
        first bigint PRIMARY KEY,
        last bigint NOT NULL,
        before bytea NOT NULL,
        link bytea NOT NULL
    );
    -- Ingestions whose priority was changed, or may have been before this table was there.
    CREATE TABLE reprioritised (
        sequence bigint PRIMARY KEY
    );
    INSERT INTO reprioritised SELECT sequence FROM backlog UNION SELECT sequence FROM open_batches;
    """,
    """
    -- The time that is believed to have come, for what becomes old: history, and idempotency keys. It is that of
    -- the replica that wrote last.
    CREATE TABLE believed_time (
        one integer PRIMARY KEY CHECK (one = 1),
        history bigint NOT NULL,
        keys bigint NOT NULL
    );
    """,
)

-- SPDX-License-Identifier: MIT
-- What is known of the fleet right now.

-- Narrow, because next_poll_at, latency and note of every device are written again and again.
CREATE TABLE poll_state(
    site_id              TEXT NOT NULL,
    component            TEXT NOT NULL,
    severity             TEXT NOT NULL CHECK (severity IN ('normal', 'suspect', 'critical')),
    next_poll_at         INTEGER,
    last_latency_ms      INTEGER NOT NULL,
    consecutive_failures INTEGER NOT NULL,
    load_shed_mode       INTEGER NOT NULL CHECK (load_shed_mode IN (0, 1)),
    node_id              TEXT NOT NULL,
    epoch                INTEGER NOT NULL,
    note                 BLOB,
    PRIMARY KEY (site_id, component)
) STRICT, WITHOUT ROWID;

-- The rest of a component's state, in the words of the judgements alone; written when it changes.
CREATE TABLE component_state(
    site_id   TEXT NOT NULL,
    component TEXT NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (site_id, component)
) STRICT, WITHOUT ROWID;

CREATE TABLE circuit_breaker_state(
    site_id         TEXT NOT NULL,
    target_service  TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    failure_count   INTEGER NOT NULL,
    last_failure_at INTEGER,
    last_latency_ms INTEGER NOT NULL,
    opened_at       INTEGER,
    node_id         TEXT NOT NULL,
    epoch           INTEGER NOT NULL,
    PRIMARY KEY (site_id, target_service)
) STRICT, WITHOUT ROWID;

CREATE TABLE login_ledger(
    key    TEXT PRIMARY KEY NOT NULL,
    record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

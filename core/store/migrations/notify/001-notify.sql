-- SPDX-License-Identifier: MIT
-- What has to go out, and what became of it.

-- A machine destination has every event up to seq; its outbox is the journal behind it.
CREATE TABLE destination_cursor(
    destination TEXT PRIMARY KEY NOT NULL,
    seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages to people, frozen when they were made.
CREATE TABLE outbox(
    id       INTEGER PRIMARY KEY,
    site_id  TEXT NOT NULL,
    route    TEXT NOT NULL,
    event_id TEXT NOT NULL,
    state    TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    payload  TEXT NOT NULL,
    next_at  INTEGER,
    node_id  TEXT NOT NULL,
    epoch    INTEGER NOT NULL
) STRICT;

CREATE TABLE notification_log(
    id            INTEGER PRIMARY KEY,
    site_id       TEXT NOT NULL,
    event_id      TEXT,
    channel       TEXT NOT NULL,
    severity      TEXT NOT NULL CHECK (severity IN ('normal', 'suspect', 'critical')),
    status        TEXT NOT NULL
                  CHECK (status IN ('sent', 'failed', 'queued', 'merged', 'suppressed')),
    target        TEXT NOT NULL,
    payload       TEXT NOT NULL,
    error_message TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    node_id       TEXT NOT NULL,
    epoch         INTEGER NOT NULL
) STRICT;
CREATE INDEX notification_log_of_event ON notification_log(event_id) WHERE event_id IS NOT NULL;

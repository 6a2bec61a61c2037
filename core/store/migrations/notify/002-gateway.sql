-- SPDX-License-Identifier: MIT
-- The gateway's memory: what people were told, what is on its way to them, and what they asked to be spared.

-- A message to people. It is frozen, payload and all, before it is first handed out; until then payload is ''.
ALTER TABLE outbox ADD COLUMN content TEXT NOT NULL DEFAULT '{}';

-- Alarms, destinations and the like, each a JSON object in the words of the gateway alone.
CREATE TABLE gateway_state(
    area    TEXT NOT NULL,
    key     TEXT NOT NULL,
    site_id TEXT NOT NULL,
    detail  TEXT NOT NULL,
    node_id TEXT NOT NULL,
    epoch   INTEGER NOT NULL,
    PRIMARY KEY (area, key)
) STRICT, WITHOUT ROWID;

-- Quiet by right: each has an owner, a reason and an end. One that has ended stays for the record.
CREATE TABLE maintenance(
    id         TEXT PRIMARY KEY NOT NULL,
    site_id    TEXT NOT NULL,
    owner      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    ended_at   INTEGER,
    detail     TEXT NOT NULL,
    node_id    TEXT NOT NULL,
    epoch      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE silence(
    id         TEXT PRIMARY KEY NOT NULL,
    site_id    TEXT NOT NULL,
    owner      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    ended_at   INTEGER,
    detail     TEXT NOT NULL,
    node_id    TEXT NOT NULL,
    epoch      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE acknowledgement(
    id         TEXT PRIMARY KEY NOT NULL,
    site_id    TEXT NOT NULL,
    owner      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    ended_at   INTEGER,
    detail     TEXT NOT NULL,
    node_id    TEXT NOT NULL,
    epoch      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages asked for from outside, by the key of who asked: the same key gets the first answer.
CREATE TABLE notify_request(
    dedup_key  TEXT PRIMARY KEY NOT NULL,
    answer     TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX notification_log_by_time ON notification_log(created_at);

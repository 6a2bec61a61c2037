-- SPDX-License-Identifier: MIT
-- What the operator gave. Times are microseconds since 1970-01-01 UTC; NULL: none.

CREATE TABLE tenant(
    id      TEXT PRIMARY KEY NOT NULL,
    name    TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE site(
    id              TEXT PRIMARY KEY NOT NULL,
    tenant_id       TEXT NOT NULL,
    name            TEXT NOT NULL,
    timezone        TEXT NOT NULL,
    language        TEXT NOT NULL,
    profile         TEXT NOT NULL,
    way             TEXT NOT NULL,
    enabled         INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    commissioned_at INTEGER,
    owner_node      TEXT NOT NULL,
    epoch           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- NVRs and cameras lie in the order of their sites, as poll_state does: last_seen_at is written site by site,
-- and rows written together then share pages. An id is unique in itself.
CREATE TABLE nvr(
    id           TEXT NOT NULL UNIQUE,
    site_id      TEXT NOT NULL REFERENCES site(id),
    name         TEXT NOT NULL,
    status       TEXT NOT NULL DEFAULT 'UNKNOWN',
    last_seen_at INTEGER,
    provider     TEXT NOT NULL DEFAULT '',
    host         TEXT NOT NULL DEFAULT '',
    port         INTEGER NOT NULL DEFAULT 0,
    model        TEXT NOT NULL DEFAULT '',
    firmware     TEXT NOT NULL DEFAULT '',
    serial       TEXT NOT NULL DEFAULT '',
    mac          TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE camera(
    id              TEXT NOT NULL UNIQUE,
    site_id         TEXT NOT NULL REFERENCES site(id),
    nvr_id          TEXT REFERENCES nvr(id),
    nvr_channel     INTEGER,
    name            TEXT NOT NULL,
    status          TEXT NOT NULL DEFAULT 'UNKNOWN',
    last_seen_at    INTEGER,
    provider        TEXT NOT NULL DEFAULT '',
    host            TEXT NOT NULL DEFAULT '',
    port            INTEGER NOT NULL DEFAULT 0,
    model           TEXT NOT NULL DEFAULT '',
    firmware        TEXT NOT NULL DEFAULT '',
    serial          TEXT NOT NULL DEFAULT '',
    mac             TEXT NOT NULL DEFAULT '',
    priority        INTEGER NOT NULL,
    tags_json       TEXT NOT NULL,
    expected        TEXT NOT NULL,
    commissioned_at INTEGER,
    retired_at      INTEGER,
    PRIMARY KEY (site_id, id),
    UNIQUE (nvr_id, nvr_channel)
) STRICT, WITHOUT ROWID;

-- What is looked at. It owns the columns that nvr and camera have a copy of.
CREATE TABLE device(
    id                 TEXT PRIMARY KEY NOT NULL,
    site_id            TEXT NOT NULL REFERENCES site(id),
    kind               INTEGER NOT NULL,
    provider           TEXT NOT NULL,
    effective_provider TEXT NOT NULL,
    host               TEXT NOT NULL,
    port               INTEGER NOT NULL,
    port_group         TEXT NOT NULL,
    tls                INTEGER NOT NULL,
    auth               INTEGER NOT NULL,
    credential_id      TEXT,
    options_json       TEXT NOT NULL,
    enabled            INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    connections        INTEGER NOT NULL,
    model              TEXT NOT NULL,
    firmware           TEXT NOT NULL,
    serial             TEXT NOT NULL,
    mac                TEXT NOT NULL,
    tls_pin            BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX device_of_site ON device(site_id);

-- SPDX-License-Identifier: MIT
-- Every event, in the order of its commit; seq is never used twice, so a cursor stays right when old ones go.

CREATE TABLE ai_event(
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    site_id       TEXT NOT NULL,
    camera_id     TEXT,
    event_type    TEXT NOT NULL,
    severity      TEXT NOT NULL CHECK (severity IN ('normal', 'suspect', 'critical')),
    score         REAL NOT NULL,
    ts_event      INTEGER NOT NULL,
    dedup_key     TEXT NOT NULL UNIQUE,
    metadata_json TEXT NOT NULL,
    node_id       TEXT NOT NULL,
    epoch         INTEGER NOT NULL
) STRICT;
CREATE INDEX ai_event_of_site ON ai_event(site_id);
CREATE INDEX ai_event_of_camera ON ai_event(camera_id) WHERE camera_id IS NOT NULL;
CREATE INDEX ai_event_of_type ON ai_event(event_type);
CREATE INDEX ai_event_by_time ON ai_event(ts_event);

CREATE TABLE ai_artifact(
    id            TEXT PRIMARY KEY NOT NULL,
    site_id       TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    type          TEXT NOT NULL,
    storage_path  TEXT NOT NULL,
    metadata_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ai_artifact_of_event ON ai_artifact(event_id);

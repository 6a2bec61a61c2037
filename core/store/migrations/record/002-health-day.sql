-- SPDX-License-Identifier: MIT
-- How each camera, recorder and site fared, a row for each local day of the site; made of ai_event alone.

-- A row that is written again gets a new rev: whoever keeps a copy has all of it up to a rev.
CREATE TABLE health_day(
    rev               INTEGER PRIMARY KEY AUTOINCREMENT,
    id                TEXT NOT NULL UNIQUE, -- site, component and day
    site_id           TEXT NOT NULL,
    component         TEXT NOT NULL,
    day               TEXT NOT NULL,        -- of the site's calendar, as 2026-11-22
    begins_at         INTEGER NOT NULL,
    length_s          INTEGER NOT NULL,     -- the sum of the next six
    ok_s              INTEGER NOT NULL,
    degraded_s        INTEGER NOT NULL,
    blackframe_s      INTEGER NOT NULL,
    down_s            INTEGER NOT NULL,
    unknown_s         INTEGER NOT NULL,
    disabled_s        INTEGER NOT NULL,
    recording_fault_s INTEGER NOT NULL,
    clock_fault_s     INTEGER NOT NULL,
    changes           INTEGER NOT NULL,
    outages           INTEGER NOT NULL,
    longest_outage_s  INTEGER NOT NULL,
    first_failure_at  INTEGER,
    last_failure_at   INTEGER,
    epoch             INTEGER NOT NULL,
    UNIQUE (site_id, component, day)
) STRICT;
CREATE INDEX health_day_by_time ON health_day(begins_at);

-- The day in progress of each, and what is written of those before it.
CREATE TABLE health_day_state(
    site_id   TEXT NOT NULL,
    component TEXT NOT NULL,
    written   INTEGER NOT NULL, -- seconds: rows are there of the days up to here
    due       INTEGER NOT NULL, -- seconds: the end of the next one
    state     BLOB NOT NULL,
    PRIMARY KEY (site_id, component)
) STRICT, WITHOUT ROWID;
CREATE INDEX health_day_due ON health_day_state(due);

-- How far the journal is counted, by which layout of `state`; mark is a number of this database alone.
CREATE TABLE health_day_place(
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    seq     INTEGER NOT NULL,
    version INTEGER NOT NULL,
    mark    INTEGER NOT NULL
) STRICT;
INSERT INTO health_day_place(one, seq, version, mark) VALUES(1, 0, 0, abs(random() % 1000000000000));

-- SPDX-License-Identifier: MIT
-- What goes beside the healths of a day, and the spans that it is made of. NULL in days that were counted before.

ALTER TABLE health_day ADD COLUMN unwatched_s INTEGER;
ALTER TABLE health_day ADD COLUMN maintenance_s INTEGER;
ALTER TABLE health_day ADD COLUMN commissioning_s INTEGER;
ALTER TABLE health_day ADD COLUMN recording_proven_s INTEGER;
ALTER TABLE health_day ADD COLUMN recording_missing_s INTEGER;
ALTER TABLE health_day ADD COLUMN recording_unjudged_s INTEGER;
ALTER TABLE health_day ADD COLUMN clock_offset_ms INTEGER;

-- Seconds: the rows from the day of this instant on are not as they should be; NULL: all are.
ALTER TABLE health_day_state ADD COLUMN redo INTEGER;

-- Spans of time, in seconds, of one component, of a whole site (component '') or of all (site_id '' too).
CREATE TABLE health_day_span(
    seq       INTEGER NOT NULL, -- of the event that told it
    kind      TEXT NOT NULL CHECK (kind IN ('unwatched', 'maintenance')),
    name      TEXT NOT NULL,    -- which maintenance
    site_id   TEXT NOT NULL,
    component TEXT NOT NULL,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL
) STRICT;
CREATE INDEX health_day_span_of ON health_day_span(site_id, component, until);
CREATE INDEX health_day_span_until ON health_day_span(until);

-- Microseconds: vmmd was there and watched, last.
CREATE TABLE watched(
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL
) STRICT;

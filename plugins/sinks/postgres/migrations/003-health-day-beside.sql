-- SPDX-License-Identifier: MIT
-- What goes beside the healths of a day. NULL in days that were counted before.

ALTER TABLE health_day ADD COLUMN IF NOT EXISTS unwatched_s integer;
ALTER TABLE health_day ADD COLUMN IF NOT EXISTS maintenance_s integer;
ALTER TABLE health_day ADD COLUMN IF NOT EXISTS commissioning_s integer;
ALTER TABLE health_day ADD COLUMN IF NOT EXISTS recording_proven_s integer;
ALTER TABLE health_day ADD COLUMN IF NOT EXISTS recording_missing_s integer;
ALTER TABLE health_day ADD COLUMN IF NOT EXISTS recording_unjudged_s integer;
ALTER TABLE health_day ADD COLUMN IF NOT EXISTS clock_offset_ms bigint;

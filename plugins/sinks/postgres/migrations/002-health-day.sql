-- SPDX-License-Identifier: MIT
-- How each camera, recorder and site fared, a row for each local day of the site.

CREATE TABLE IF NOT EXISTS health_day(
    id                text COLLATE "C" PRIMARY KEY,
    site_id           text COLLATE "C" NOT NULL,
    component         text COLLATE "C" NOT NULL,
    day               text COLLATE "C" NOT NULL,
    begins_at         timestamptz NOT NULL,
    length_s          integer NOT NULL,
    ok_s              integer NOT NULL,
    degraded_s        integer NOT NULL,
    blackframe_s      integer NOT NULL,
    down_s            integer NOT NULL,
    unknown_s         integer NOT NULL,
    disabled_s        integer NOT NULL,
    recording_fault_s integer NOT NULL,
    clock_fault_s     integer NOT NULL,
    changes           integer NOT NULL,
    outages           integer NOT NULL,
    longest_outage_s  integer NOT NULL,
    first_failure_at  timestamptz,
    last_failure_at   timestamptz,
    epoch             bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS health_day_of_site ON health_day(site_id, day);

ALTER TABLE health_day ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS one_site ON health_day;
CREATE POLICY one_site ON health_day FOR SELECT USING (site_id = (SELECT record_site(current_user)));

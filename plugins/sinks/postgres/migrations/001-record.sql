-- SPDX-License-Identifier: MIT
-- The record. Each statement may run again over its own result: a table that was dropped is made anew so.
-- Texts are ordered by their bytes, as in SQLite: the same query gives the same order on both.
-- There are no foreign keys: this is a copy, whose origin keeps them.

CREATE TABLE IF NOT EXISTS tenant(
    id      text COLLATE "C" PRIMARY KEY,
    name    text COLLATE "C" NOT NULL,
    enabled boolean NOT NULL
);

CREATE TABLE IF NOT EXISTS site(
    id              text COLLATE "C" PRIMARY KEY,
    tenant_id       text COLLATE "C" NOT NULL,
    name            text COLLATE "C" NOT NULL,
    enabled         boolean NOT NULL,
    timezone        text COLLATE "C" NOT NULL,
    language        text COLLATE "C" NOT NULL,
    profile         text COLLATE "C" NOT NULL,
    way             text COLLATE "C" NOT NULL,
    commissioned_at timestamptz,
    owner_node      text COLLATE "C" NOT NULL,
    epoch           bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS nvr(
    id           text COLLATE "C" PRIMARY KEY,
    site_id      text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    status       text COLLATE "C" NOT NULL,
    last_seen_at timestamptz,
    provider     text COLLATE "C" NOT NULL,
    host         text COLLATE "C" NOT NULL,
    port         integer NOT NULL,
    model        text COLLATE "C" NOT NULL,
    firmware     text COLLATE "C" NOT NULL,
    serial       text COLLATE "C" NOT NULL,
    mac          text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS nvr_of_site ON nvr(site_id, id);

CREATE TABLE IF NOT EXISTS camera(
    id              text COLLATE "C" PRIMARY KEY,
    site_id         text COLLATE "C" NOT NULL,
    nvr_id          text COLLATE "C",
    nvr_channel     integer,
    name            text COLLATE "C" NOT NULL,
    status          text COLLATE "C" NOT NULL,
    last_seen_at    timestamptz,
    provider        text COLLATE "C" NOT NULL,
    host            text COLLATE "C" NOT NULL,
    port            integer NOT NULL,
    model           text COLLATE "C" NOT NULL,
    firmware        text COLLATE "C" NOT NULL,
    serial          text COLLATE "C" NOT NULL,
    mac             text COLLATE "C" NOT NULL,
    priority        integer NOT NULL,
    tags_json       json NOT NULL,
    expected        json NOT NULL,
    commissioned_at timestamptz,
    retired_at      timestamptz,
    enabled         boolean NOT NULL,
    UNIQUE (nvr_id, nvr_channel) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX IF NOT EXISTS camera_of_site ON camera(site_id, id);

CREATE TABLE IF NOT EXISTS device(
    id                 text COLLATE "C" PRIMARY KEY,
    site_id            text COLLATE "C" NOT NULL,
    kind               integer NOT NULL,
    provider           text COLLATE "C" NOT NULL,
    effective_provider text COLLATE "C" NOT NULL,
    host               text COLLATE "C" NOT NULL,
    port               integer NOT NULL,
    credential_id      text COLLATE "C",
    enabled            boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS device_of_site ON device(site_id, id);

CREATE TABLE IF NOT EXISTS poll_state(
    site_id              text COLLATE "C" NOT NULL,
    component            text COLLATE "C" NOT NULL,
    severity             text COLLATE "C" NOT NULL,
    next_poll_at         timestamptz,
    last_latency_ms      bigint NOT NULL,
    consecutive_failures bigint NOT NULL,
    load_shed_mode       boolean NOT NULL,
    node_id              text COLLATE "C" NOT NULL,
    epoch                bigint NOT NULL,
    PRIMARY KEY (site_id, component)
);

CREATE TABLE IF NOT EXISTS circuit_breaker_state(
    site_id         text COLLATE "C" NOT NULL,
    target_service  text COLLATE "C" NOT NULL,
    state           text COLLATE "C" NOT NULL,
    failure_count   bigint NOT NULL,
    last_failure_at timestamptz,
    last_latency_ms bigint NOT NULL,
    opened_at       timestamptz,
    node_id         text COLLATE "C" NOT NULL,
    epoch           bigint NOT NULL,
    PRIMARY KEY (site_id, target_service)
);

-- One partition a month. An event keeps its id and its time for ever, so the two together are unique where the id is.
CREATE TABLE IF NOT EXISTS ai_event(
    id            uuid NOT NULL,
    site_id       text COLLATE "C" NOT NULL,
    camera_id     text COLLATE "C",
    event_type    text COLLATE "C" NOT NULL,
    severity      text COLLATE "C" NOT NULL,
    score         double precision NOT NULL,
    ts_event      timestamptz NOT NULL,
    dedup_key     text COLLATE "C" NOT NULL,
    metadata_json json NOT NULL,
    node_id       text COLLATE "C" NOT NULL,
    epoch         bigint NOT NULL,
    PRIMARY KEY (id, ts_event),
    UNIQUE (dedup_key, ts_event)
) PARTITION BY RANGE (ts_event);
CREATE INDEX IF NOT EXISTS ai_event_of_site ON ai_event(site_id, ts_event);
CREATE INDEX IF NOT EXISTS ai_event_of_camera ON ai_event(camera_id, ts_event) WHERE camera_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS ai_artifact(
    id            uuid PRIMARY KEY,
    site_id       text COLLATE "C" NOT NULL,
    event_id      uuid NOT NULL,
    type          text COLLATE "C" NOT NULL,
    storage_path  text COLLATE "C" NOT NULL,
    metadata_json json NOT NULL
);
CREATE INDEX IF NOT EXISTS ai_artifact_of_event ON ai_artifact(event_id);

CREATE TABLE IF NOT EXISTS notification_log(
    id            bigint PRIMARY KEY,
    site_id       text COLLATE "C" NOT NULL,
    event_id      uuid,
    channel       text COLLATE "C" NOT NULL,
    severity      text COLLATE "C" NOT NULL,
    status        text COLLATE "C" NOT NULL,
    target        text COLLATE "C" NOT NULL,
    payload       text COLLATE "C" NOT NULL,
    error_message text COLLATE "C" NOT NULL,
    created_at    timestamptz NOT NULL,
    node_id       text COLLATE "C" NOT NULL,
    epoch         bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS notification_log_of_site ON notification_log(site_id, created_at);
CREATE INDEX IF NOT EXISTS notification_log_of_event ON notification_log(event_id) WHERE event_id IS NOT NULL;

-- How far each node has written each table; the texts are the node's own.
CREATE TABLE IF NOT EXISTS record_place(
    node_id    text COLLATE "C" NOT NULL,
    table_name text COLLATE "C" NOT NULL,
    place      text COLLATE "C" NOT NULL,
    PRIMARY KEY (node_id, table_name)
);

-- The partitions that were made: one that is missing though it is no older than last month was lost.
CREATE TABLE IF NOT EXISTS record_month(
    month date PRIMARY KEY
);

-- A role that is named here reads these sites alone, whatever it sets.
CREATE TABLE IF NOT EXISTS site_reader(
    role_name name NOT NULL,
    site_id   text COLLATE "C" NOT NULL,
    PRIMARY KEY (role_name, site_id)
);

-- ---- writing ----

CREATE OR REPLACE FUNCTION record_partition(of_month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', of_month)::date;
    after date := (date_trunc('month', of_month) + interval '1 month')::date;
    part text := 'ai_event_' || to_char(of_month, 'YYYY_MM');
BEGIN
    IF to_regclass(quote_ident(part)) IS NULL THEN
        -- Attached when it is there, because that locks out no reader.
        EXECUTE format('CREATE TABLE %I (LIKE ai_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE ai_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part,
                       first::text || ' 00:00:00+00', after::text || ' 00:00:00+00');
    END IF;
    INSERT INTO record_month(month) VALUES (first) ON CONFLICT DO NOTHING;
END $$;

-- Move a place on, or refuse: somebody else has moved it, or what was written before is lost.
CREATE OR REPLACE FUNCTION record_advance(node text, tbl text, was text, now_at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF was = '' THEN
        INSERT INTO record_place(node_id, table_name, place) VALUES (node, tbl, now_at) ON CONFLICT DO NOTHING;
    ELSE
        UPDATE record_place SET place = now_at WHERE node_id = node AND table_name = tbl AND place = was;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the place of % has moved', tbl USING ERRCODE = 'VM001';
    END IF;
END $$;

-- Lock these sites against being taken over, and refuse when one already is, with a greater epoch.
CREATE OR REPLACE FUNCTION record_guard(ids text[], epochs bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    taken text;
BEGIN
    PERFORM 1 FROM site WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    SELECT string_agg(s.id, ',') INTO taken
        FROM unnest(ids, epochs) AS mine(id, epoch) JOIN site AS s ON s.id = mine.id
        WHERE s.epoch > mine.epoch;
    IF taken IS NOT NULL THEN
        RAISE EXCEPTION 'an older epoch of %', taken USING ERRCODE = 'VM002', DETAIL = taken;
    END IF;
END $$;

-- Refuse when another node has told one of these events already: under the same key, at about the same time. The detail is
-- the places in the arrays. The sites have to be locked before, so that no two nodes ask at once. Who has no place has
-- written nothing.
CREATE OR REPLACE FUNCTION record_known(node text, ids uuid[], keys text[], times timestamptz[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz;
    last timestamptz;
    known text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM record_place WHERE node_id <> node) THEN
        RETURN;
    END IF;
    SELECT min(at) - interval '1 day', max(at) + interval '1 day' INTO first, last FROM unnest(times) AS at;
    SELECT string_agg(array_position(keys, e.dedup_key)::text, ',') INTO known
        FROM ai_event AS e
        WHERE e.dedup_key = ANY (keys) AND e.ts_event >= first AND e.ts_event <= last AND e.id <> ALL (ids);
    IF known IS NOT NULL THEN
        RAISE EXCEPTION 'known from another node' USING ERRCODE = 'VM003', DETAIL = known;
    END IF;
END $$;

-- ---- reading ----

-- The one site that a reader sees: what it has set as vmm.site_id.
CREATE OR REPLACE FUNCTION record_site(reader name) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    SELECT current_setting('vmm.site_id', true)
    WHERE NOT EXISTS (SELECT 1 FROM site_reader WHERE role_name = reader)
       OR EXISTS (SELECT 1 FROM site_reader
                  WHERE role_name = reader AND site_id = current_setting('vmm.site_id', true))
$$;

DO $$
DECLARE
    scoped text;
BEGIN
    FOREACH scoped IN ARRAY ARRAY['nvr', 'camera', 'device', 'poll_state', 'circuit_breaker_state', 'ai_event',
                                  'ai_artifact', 'notification_log'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', scoped);
        EXECUTE format('DROP POLICY IF EXISTS one_site ON %I', scoped);
        EXECUTE format('CREATE POLICY one_site ON %I FOR SELECT USING (site_id = (SELECT record_site(current_user)))',
                       scoped);
    END LOOP;
    ALTER TABLE site ENABLE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS one_site ON site;
    CREATE POLICY one_site ON site FOR SELECT USING (id = (SELECT record_site(current_user)));
    ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS one_site ON tenant;
    CREATE POLICY one_site ON tenant FOR SELECT
        USING (id = (SELECT tenant_id FROM site WHERE site.id = (SELECT record_site(current_user))));
END $$;

-- How each camera fared on its last days, and what lay beside its healths.
SELECT d.site_id, d.component, count(*) AS days, sum(d.length_s) AS length_s, sum(d.ok_s + d.degraded_s) AS well_s,
       sum(d.down_s + d.blackframe_s) AS down_s, sum(d.unknown_s) AS unknown_s, sum(d.unwatched_s) AS unwatched_s,
       sum(d.maintenance_s) AS maintenance_s, sum(d.commissioning_s) AS commissioning_s,
       sum(d.recording_proven_s) AS recording_proven_s, sum(d.recording_missing_s) AS recording_missing_s,
       sum(d.recording_unjudged_s) AS recording_unjudged_s,
       min(d.clock_offset_ms) AS clock_behind_ms, max(d.clock_offset_ms) AS clock_ahead_ms
FROM health_day AS d
WHERE d.day >= (SELECT min(latest.day)
                FROM (SELECT DISTINCT day FROM health_day ORDER BY day DESC LIMIT 30) AS latest)
GROUP BY d.site_id, d.component
ORDER BY down_s DESC, d.site_id, d.component;

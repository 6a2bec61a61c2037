-- What devices fail with.
SELECT metadata_json ->> 'reason' AS reason, metadata_json ->> 'rung' AS rung, count(*) AS events
FROM ai_event
WHERE severity <> 'normal'
GROUP BY metadata_json ->> 'reason', metadata_json ->> 'rung'
ORDER BY events DESC, reason, rung;

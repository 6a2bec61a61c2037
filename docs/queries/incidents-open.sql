-- Incidents that have begun and not ended.
SELECT site_id, metadata_json ->> 'incident_id' AS incident, count(*) AS events,
       min(metadata_json ->> 'cause') AS cause
FROM ai_event
WHERE metadata_json ->> 'incident_id' IS NOT NULL
GROUP BY site_id, metadata_json ->> 'incident_id'
HAVING count(*) FILTER (WHERE metadata_json ->> 'incident' = 'opened') > 0
   AND count(*) FILTER (WHERE metadata_json ->> 'incident' = 'closed') = 0
ORDER BY site_id, incident;

-- Events of each site by type and severity, the most frequent first.
SELECT site_id, event_type, severity, count(*) AS events, count(DISTINCT camera_id) AS cameras
FROM ai_event
GROUP BY site_id, event_type, severity
ORDER BY events DESC, site_id, event_type, severity;

-- Twenty cameras that went down most often.
SELECT e.site_id, e.camera_id, max(c.name) AS name, count(*) AS outages
FROM ai_event AS e
LEFT JOIN camera AS c ON c.id = e.camera_id
WHERE e.event_type = 'camera.down'
GROUP BY e.site_id, e.camera_id
ORDER BY outages DESC, e.site_id, e.camera_id
LIMIT 20;

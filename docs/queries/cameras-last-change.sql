-- The last change of each camera: from what to what, and why.
SELECT c.site_id, c.id, c.status, e.event_type, e.severity,
       e.metadata_json ->> 'from' AS was, e.metadata_json ->> 'reason' AS reason
FROM camera AS c
JOIN (SELECT camera_id, event_type, severity, metadata_json,
             row_number() OVER (PARTITION BY camera_id ORDER BY ts_event DESC, id DESC) AS place
      FROM ai_event
      WHERE camera_id IS NOT NULL) AS e ON e.camera_id = c.id AND e.place = 1
ORDER BY c.site_id, c.id;

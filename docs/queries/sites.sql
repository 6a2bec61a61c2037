-- Sites with their owner, and how much of the record is theirs.
SELECT s.id, s.name, s.owner_node, s.epoch, t.name AS tenant,
       (SELECT count(*) FROM camera AS c WHERE c.site_id = s.id) AS cameras,
       (SELECT count(*) FROM ai_event AS e WHERE e.site_id = s.id) AS events
FROM site AS s
LEFT JOIN tenant AS t ON t.id = s.tenant_id
ORDER BY s.id;

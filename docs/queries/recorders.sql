-- Each recorder with its channels, and how many of them are not well.
SELECT n.site_id, n.id, n.status, count(c.id) AS channels,
       count(c.id) FILTER (WHERE c.enabled AND c.status <> 'OK') AS not_ok
FROM nvr AS n
LEFT JOIN camera AS c ON c.nvr_id = n.id
GROUP BY n.site_id, n.id, n.status
ORDER BY n.site_id, n.id;

-- How many cameras of each site are well, and how many are not.
SELECT site_id, count(*) AS cameras,
       count(*) FILTER (WHERE status = 'OK') AS ok,
       count(*) FILTER (WHERE status = 'DOWN') AS down,
       count(*) FILTER (WHERE status NOT IN ('OK', 'DOWN')) AS other
FROM camera
WHERE enabled
GROUP BY site_id
ORDER BY site_id;

-- What was told to whom, and what failed.
SELECT channel, status, severity, count(*) AS messages, count(DISTINCT event_id) AS events
FROM notification_log
GROUP BY channel, status, severity
ORDER BY channel, status, severity;

-- Components whose last looks failed, and whether their breaker is open.
SELECT p.site_id, p.component, p.severity, p.consecutive_failures, coalesce(b.state, 'closed') AS breaker
FROM poll_state AS p
LEFT JOIN circuit_breaker_state AS b
       ON b.site_id = p.site_id AND b.target_service = 'device:' || substr(p.component, 8)
      AND p.component LIKE 'camera:%'
WHERE p.consecutive_failures > 0
ORDER BY p.site_id, p.component;

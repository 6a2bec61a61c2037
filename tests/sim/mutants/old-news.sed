# A verdict is old news before the next look can come.
# of: core/health/stale.c
# says: nothing keeps the node from looking
s/(int64_t)health_policy_stale_after(policy);/(int64_t)health_policy_stale_after(policy) \* 2 \/ 5;/

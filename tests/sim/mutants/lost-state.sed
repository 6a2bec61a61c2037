# Failed looks are counted, and the count is not written down.
# of: core/health/health.c
# says: what has changed is not written
s/return a->failure_count != b->failure_count && !saturated;/return !saturated \&\& a->failure_count > b->failure_count + 100;/

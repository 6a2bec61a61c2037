# A verdict changes, and no event says so.
# of: core/health/health.c
# says: a change without an event
s/if (changed) {/if (changed \&\& state->health != VMM_HEALTH_DOWN) {/

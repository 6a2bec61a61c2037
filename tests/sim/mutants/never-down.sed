# However often looks fail, a device is not lost.
# of: core/health/reach.c
# says: is out for long and is
# from: 11
s/if (state->failure_count >= policy->fail_count) {/if (state->failure_count > 1000) {/

# What people were told of an incident is not always written down.
# of: core/gateway/gateway.c
# says: is not on disk as it is in memory
s/if (alarm->dirty) {/if (alarm->dirty \&\& alarm->changed_at % 2 == 0) {/

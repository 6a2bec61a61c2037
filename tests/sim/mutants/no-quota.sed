# A destination gets whatever there is.
# of: core/gateway/bucket.c
# says: messages within a minute
s/if (bucket->quota == 0) {/if (bucket->quota < 1000) {/

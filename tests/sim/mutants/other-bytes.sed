# A message that is tried again is another one.
# of: core/gateway/gateway_send.c
# says: comes again with other bytes
s/notice->attempts++;/if (notice->attempts++ > 0) { notice->payload[0] ^= 1; }/

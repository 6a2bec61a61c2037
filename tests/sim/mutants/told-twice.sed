# The gateway takes an event again that it has taken already.
# of: core/gateway/gateway.c
# says: is told twice
s/if (event->seq <= gateway->seq)/if (event->seq < 0)/

# A message that could not go out while the node was cut off waits on when it is back.
# of: core/gateway/gateway.c
# says: waits, and the node is back
# from: 20
s/send_reconnect(gateway, now);/(void)now;/

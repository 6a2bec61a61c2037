# Each device that the node cannot see while it is cut off is told.
# of: core/gateway/alarm.c
# says: and it is the node that is cut off
s/return alarm->reason != VMM_REASON_NODE &&/return/

# A maintenance of each day goes on around the clock.
# of: core/gateway/quiet.c
# says: which nobody asked to be spared
# from: 9
s/return !entry->weekly ||/return entry->ends_at != 0 ||/

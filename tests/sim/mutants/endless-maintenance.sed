# A maintenance of each day goes on around the clock.
# of: core/gateway/quiet.c
# says: which nobody asked to be spared
# from: 20
s/return !entry->weekly ||/return entry->ends_at != 0 ||/

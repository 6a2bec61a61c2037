# A total loss does not say that it may be the node's own.
# of: core/cause/place.c
# says: may be the node's own, and does not say so
# from: 61
s/\.or_node = !closed \&\& incident->kind/.or_node = closed \&\& incident->kind/

# A silence of a tag is one of all that do not have it.
# of: core/gateway/quiet.c
# says: which nobody asked to be spared
# from: 22
s/|| ask->has_tag(/|| !ask->has_tag(/

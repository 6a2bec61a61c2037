# A device that was lost with others, and then not seen, is forgotten with a start.
# of: core/cause/sites.c
# says: goes on and is not open
# from: 71
s/bool lost = health_is_lost(state) || .*/bool lost = health_is_lost(state);/

# Looks that fail while the node is cut off are judged.
# of: core/cause/isolation.c
# says: is called lost, and the node is cut off
s/if (isolation->phase == ISOLATION_HOLDING \&\& outcome_is_failed/if (isolation->phase == ISOLATION_CUT \&\& outcome_is_failed/

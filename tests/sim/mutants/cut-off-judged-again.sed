# A start ends the holding of judgement.
# of: core/cause/isolation.c
# says: is called lost, and the node is cut off
/^void isolation_restore/,/^}/s/judges ? ISOLATION_CUT : ISOLATION_HOLDING/judges ? ISOLATION_CUT : ISOLATION_CUT/

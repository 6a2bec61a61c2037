# A start holds judgement for ten minutes again, though they were over.
# of: core/cause/isolation.c
# says: nothing keeps the node from looking
# from: 5110
/^void isolation_restore/,/^}/s/judges ? ISOLATION_CUT : ISOLATION_HOLDING/judges ? ISOLATION_HOLDING : ISOLATION_HOLDING/

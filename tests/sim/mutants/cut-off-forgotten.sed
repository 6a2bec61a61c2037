# That the node was cut off is forgotten with a start.
# of: core/cause/isolation.c
# says: is opened twice
/^void isolation_restore/,/^}/s/\.told = true/.told = false/

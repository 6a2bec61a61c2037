# What somebody asked to be spared ends ten minutes early.
# of: core/gateway/quiet.c
# says: ends before its time
s/entries\[i\]->ends_at <= wall)/entries[i]->ends_at <= wall + 600000000)/

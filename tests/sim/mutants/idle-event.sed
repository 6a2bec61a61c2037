# An event says that something has changed, and nothing has.
# of: core/health/health.c
# says: an event without a change
s/changed = changed || own;/changed = changed || own || (input->kind == HEALTH_INPUT_LOOK \&\& state->events == 3);/

# The events of a site are not numbered.
# of: core/cause/sites.c
# says: follows on event
s/verdict->events++;/verdict->events = 1;/

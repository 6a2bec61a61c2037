# A group is told of with each of its devices.
# of: core/cause/members.c
# says: is opened twice
s/if (incident->kind != CAUSE_GROUP || incident->told) {/if (incident->kind != CAUSE_GROUP) {/

# A refused login is tried again all day long.
# of: core/sched/login.c
# says: a wrong login too many
# from: 16
s/if (counted != 0) {/if (counted < 0) {/

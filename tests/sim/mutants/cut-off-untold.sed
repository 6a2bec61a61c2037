# The node does not say that it is cut off.
# of: core/cause/isolation.c
# says: is cut off, and does not say so
s/if (!isolation->told \&\& age >= ISOLATION_TELL_US) {/if (!isolation->told \&\& age < 0) {/

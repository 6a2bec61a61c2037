# What a rule has kept back is never told, though the rule is over.
# of: core/gateway/gateway_tell.c
# says: which nobody asked to be spared
s/if (alarm->closed_at == 0 && alarm_is_tellable(alarm) && rule == NULL) {/if (alarm->closed_at == 0 \&\& alarm_is_tellable(alarm) \&\& rule == NULL \&\& alarm->changed_at > now.wall - 60000000) {/

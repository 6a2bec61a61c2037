# A device that is lost is tried again and again.
# of: core/health/health.c
# says: more than 40 looks in ten minutes
s/HEALTH_RHYTHM_TRIAL ? policy->trial_interval_us :/HEALTH_RHYTHM_TRIAL ? policy->trial_interval_us \/ 8 :/

# What is over, and known to be by everybody, is not forgotten.
# of: core/gateway/alarm.c
# says: alarms are left
s/return alarm->closed_at != 0;/return alarm->closed_at < 0;/

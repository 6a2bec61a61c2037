# A refused login may be tried again at once.
# of: core/sched/login.c
# says: a wrong login too many
# from: 16
s/past(record->refused_wall, now_wall) + (int64_t)limits->retry_us/past(record->refused_wall, now_wall)/

# A look may follow on another at once.
# of: core/sched/slot.c
# says: from one look to the next
s/soonest = last_us + interval_us - jitter_us/soonest = last_us + 1/

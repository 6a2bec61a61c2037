# A look comes long after its time.
# of: core/sched/slot.c
# says: from one look to the next
# from: 2
s/return slot > latest ? latest : slot;/return latest + 2 * interval_us;/

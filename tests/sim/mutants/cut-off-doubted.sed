# An answer that was on its way proves that the node is not cut off.
# of: core/cause/isolation.c
# says: is cut off, and does not say so
# from: 37
s/since\.mono_us + ISOLATION_LATE_US/since.mono_us/

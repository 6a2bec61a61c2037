# A maintenance of some weekdays is one of each day.
# of: core/gateway/window.c
# says: which nobody asked to be spared
# from: 9
s/return (window->weekdays & 1u << civil.weekday) != 0;/return window->weekdays != 0;/

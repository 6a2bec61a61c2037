# A site that is lost already is lost once more with each storm.
# of: core/cause/storm.c
# says: has the cause of
# from: 73
s/if (whole != NO_SLOT && site->incidents\[whole\].returned_mono == 0) {/if (whole == NO_SLOT - 1) {/
s/is_whole_site(&count) && whole == NO_SLOT/is_whole_site(\&count)/

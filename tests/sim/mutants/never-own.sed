# Who stays dead when a group is over is not told as its own.
# of: core/cause/members.c
# says: is closed and was not open
# from: 9
s/^        if (d->lost) {/        if (d->lost \&\& !d->known) {/

/* SPDX-License-Identifier: MIT */
/*
 * The walls around a host, put up in this order before foreign code is loaded (a plugin's
 * constructors are foreign code):
 *
 *   wall_signals, wall_descriptors, wall_environment, wall_limits, wall_parent, wall_privileges
 *
 * Rules that need the plugin's own descriptor (folders it may read, calls it may make) come between
 * loading and open().
 */
#ifndef HOST_WALL_H
#define HOST_WALL_H

#include "host/options.h"

/* The supervisor drains or kills; a plugin that writes to a closed pipe or past its file limit gets
 * an error, not a signal. */
void wall_signals(void);

/*
 * Standard input is /dev/null, standard output goes where standard error goes, which never blocks:
 * a plugin that prints cannot stop the host. Then wait for FRAME_LOAD (without taking it from the
 * stream) and close every descriptor but 0 to 2, the stream, the plugin it names and those to keep.
 * 0, VMM_E_PROTO when something else comes first, VMM_E_IO when the stream ends.
 */
int wall_descriptors(int stream, const struct options *options);

/* Nothing of the parent's environment but PATH, LANG and TZ, with fixed values. 0 or
 * VMM_E_NOMEM. */
int wall_environment(void);

/* Resource limits as asked, lowered to what is allowed; no core dump (it would hold credentials). 0
 * or VMM_E_IO. */
int wall_limits(const struct options *options);

/* Die with the parent; VMM_E_STATE when it is gone already (its end of the stream is closed). */
int wall_parent(int stream);

/* Not dumpable, so that no process of the same uid reads the memory; no privileges by exec. 0 or
 * VMM_E_IO. */
int wall_privileges(void);

#endif

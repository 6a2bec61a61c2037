/* SPDX-License-Identifier: MIT */
/* How a host ends when it is not killed. */
#ifndef HOST_EXITS_H
#define HOST_EXITS_H

#define EXIT_ORDERLY 0 /* drained, or the supervisor closed the stream */
#define EXIT_USAGE   64
#define EXIT_WALL    65 /* a wall could not be put up */
#define EXIT_LOAD                                                                                  \
    66 /* the plugin could not be loaded, described or opened; FRAME_FAILED said why */
#define EXIT_PROTOCOL  67 /* the stream carried what is no frame, or not in this state */
#define EXIT_EXHAUSTED 68 /* no descriptors left: the plugin leaks them */

#endif

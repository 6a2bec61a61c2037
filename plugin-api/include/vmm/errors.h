/* SPDX-License-Identifier: MIT */
/*
 * Errors of calls.
 *
 * A call answers 0, or one of these. What became of a job is an outcome (see <vmm/observation.h>); no
 * function answers with both. The numbers are part of the ABI and are never reused.
 */
#ifndef VMM_ERRORS_H
#define VMM_ERRORS_H

#define VMM_E_INVAL   (-1)  /* an argument breaks the contract of the call */
#define VMM_E_NOMEM   (-2)  /* no memory */
#define VMM_E_AGAIN   (-3)  /* not now: the peer is full, or nothing is there yet */
#define VMM_E_TOOBIG  (-4)  /* over a stated limit */
#define VMM_E_PROTO   (-5)  /* bytes that are not what the protocol allows */
#define VMM_E_NOTSUP  (-6)  /* known, but not offered here */
#define VMM_E_STATE   (-7)  /* the object is not in a state that allows the call */
#define VMM_E_RANGE   (-8)  /* a number outside its range */
#define VMM_E_NOENT   (-9)  /* no such thing */
#define VMM_E_EXIST   (-10) /* there is one already */
#define VMM_E_IO      (-11) /* the operating system refused; errno told why when it was logged */
#define VMM_E_DENIED  (-12) /* the allowance of the job, or the operator, does not permit it */
#define VMM_E_AUTH    (-13) /* the credential was refused, or there is none */
#define VMM_E_TIMEOUT (-14) /* the deadline has passed */
#define VMM_E_VERSION (-15) /* made for another version */
#define VMM_E_CORRUPT (-16) /* stored data that does not hold together */

#endif

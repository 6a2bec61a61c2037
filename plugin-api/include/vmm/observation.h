/* SPDX-License-Identifier: MIT */
/*
 * The vocabulary of vmm: what can be seen at a device, and in which words it is told.
 *
 * A look at a device yields observations. An observation is one fact about one subject, with a standing.
 * It is never a verdict: what the facts mean for the health of a camera is decided in the core, from
 * these words alone and never from the name of a vendor.
 *
 * Each list below is closed and numbered for ever. New words get new numbers at the end; a retired word
 * keeps its number. The lists are macros so that code, tables and documentation come from one place.
 */
#ifndef VMM_OBSERVATION_H
#define VMM_OBSERVATION_H

#include <stddef.h>
#include <stdint.h>

/* ---- Subject: what a fact is about ---- */

#define VMM_SUBJECT_DEVICE  1u /* the device itself; its index is 0 */
#define VMM_SUBJECT_CHANNEL 2u /* a video input; index from 1, as the device's front shows it */
#define VMM_SUBJECT_DISK    3u /* a disk, memory card or bay; index from 1 */
#define VMM_SUBJECT_STREAM  4u /* an encoded stream; index from 1 */

/* ---- Standing: what the fact says about its subject ---- */

#define VMM_STANDING_NOT_JUDGED 0u /* not offered, refused, or a word that is not known */
#define VMM_STANDING_OK         1u
#define VMM_STANDING_FAULT      2u

/* ---- Type of a value ---- */

#define VMM_TYPE_NONE  0u
#define VMM_TYPE_INT   1u /* int64_t, in the fact's unit */
#define VMM_TYPE_TEXT  2u /* UTF-8, at most 255 bytes; what is not UTF-8 is replaced by the core */
#define VMM_TYPE_BOOL  3u /* int64_t, 0 or 1 */
#define VMM_TYPE_FLOAT 4u /* double, in the fact's unit */

/*
 * ---- Fact: what was seen ---------------------------------------------------------------------------
 * X(number, NAME, word, subject, type, unit, meaning)
 * A fact that is not reported is not judged.
 */
#define VMM_FACTS(X)                                                                                         \
    X(1, MODEL, "model", DEVICE, TEXT, "", "model name in the device's own words")                           \
    X(2, FIRMWARE, "firmware", DEVICE, TEXT, "", "firmware version in the device's own words")               \
    X(3, SERIAL, "serial", DEVICE, TEXT, "", "serial number")                                                \
    X(4, MAC, "mac", DEVICE, TEXT, "", "hardware address, lower case with colons")                           \
    X(5, BRAND, "brand", DEVICE, TEXT, "", "maker in the device's own words")                                \
    X(6, HOSTNAME, "hostname", DEVICE, TEXT, "", "name the device gives itself")                             \
    X(7, CHANNELS, "channels", DEVICE, INT, "count", "video inputs the device has")                          \
    X(8, STREAMS, "streams", DEVICE, INT, "count", "encoded streams the device offers")                      \
    X(9, FINDING, "finding", DEVICE, TEXT, "", "something noticed that opens no alarm")                      \
    X(10, CLOCK_OFFSET, "clock_offset", DEVICE, INT, "ms",                                                   \
      "device clock minus true time, taken at the middle of the request")                                    \
    X(11, CLOCK_UNCERTAINTY, "clock_uncertainty", DEVICE, INT, "ms",                                         \
      "half the round trip plus the resolution of the answer; an offset below it means nothing")             \
    X(12, CLOCK_ZONE, "clock_zone", DEVICE, INT, "min", "zone the device is set to, minutes east of UTC")    \
    X(13, CLOCK_DST, "clock_dst", DEVICE, BOOL, "", "daylight saving is switched on in the device")          \
    X(14, NTP_SERVER, "ntp_server", DEVICE, TEXT, "", "time server set in the device; empty when none")      \
    X(15, SIGNAL, "signal", CHANNEL, BOOL, "", "a video source is connected and gives a signal")             \
    X(16, CHANNEL_NAME, "channel_name", CHANNEL, TEXT, "", "name of the channel in the device")              \
    X(17, RECORDING_MODE, "recording_mode", CHANNEL, TEXT, "",                                               \
      "continuous, schedule, motion, event or off")                                                          \
    X(18, RECORDING_NEWEST, "recording_newest", CHANNEL, INT, "s",                                           \
      "age of the newest footage by the device's own clock")                                                 \
    X(19, RECORDING_OLDEST, "recording_oldest", CHANNEL, INT, "s",                                           \
      "age of the oldest footage by the device's own clock")                                                 \
    X(20, DISK_STATE, "disk_state", DISK, TEXT, "", "state in the device's own word")                        \
    X(21, DISK_TOTAL, "disk_total", DISK, INT, "bytes", "capacity")                                          \
    X(22, DISK_FREE, "disk_free", DISK, INT, "bytes", "free space; 0 is no fault where footage is overwritten") \
    X(23, CODEC, "codec", STREAM, TEXT, "", "video coding, for example H264, H265, JPEG")                    \
    X(24, STREAM_PATH, "stream_path", STREAM, TEXT, "", "RTSP path and query, without host or credential")   \
    X(25, SNAPSHOT_PATH, "snapshot_path", CHANNEL, TEXT, "", "HTTP path and query of a still picture")       \
    X(26, MEDIA, "media", STREAM, BOOL, "", "the device describes a video stream at this path")              \
    X(27, EXPECTATION, "expectation", DEVICE, TEXT, "", "an answer met, or broke, what the operator expects of it") \
    X(28, UPTIME, "uptime", DEVICE, INT, "s", "time since the device started")                               \
    X(29, VENDOR, "vendor", DEVICE, TEXT, "",                                                                \
      "a fact of one vendor only, as name=value; shown by explain, never judged")                            \
    X(30, CLOCK_RULE, "clock_rule", DEVICE, TEXT, "",                                                        \
      "zone and daylight-saving rule set in the device, as a POSIX TZ text")                                 \
    X(31, CLOCK_SYNC, "clock_sync", DEVICE, BOOL, "", "the device sets its clock by a time server")          \
    X(32, LOGIN_LOCKED, "login_locked", DEVICE, BOOL, "", "the device has locked out the account or our address") \
    X(33, LOGIN_TRIES, "login_tries", DEVICE, INT, "count", "wrong logins left before the device locks")     \
    X(34, LOGIN_UNLOCK, "login_unlock", DEVICE, INT, "s", "time until the device takes logins again")        \
    X(35, RECORDING_NOW, "recording_now", CHANNEL, BOOL, "",                                                 \
      "the device says that it records the channel at this moment; a fault of it ends with its word")        \
    X(36, RECORDING_DUE, "recording_due", CHANNEL, BOOL, "",                                                 \
      "the device's own schedule has the channel recorded at this moment")                                   \
    X(37, RECORDING_DUE_SINCE, "recording_due_since", CHANNEL, INT, "s",                                     \
      "for how long recording_due has been what it is")                                                      \
    X(38, RECORDING_GAP, "recording_gap", CHANNEL, INT, "s", "footage of the last day that is missing where it was due") \
    X(39, RECORDING_INDEX, "recording_index", DEVICE, BOOL, "",                                              \
      "the index of footage is complete; false while it is rebuilt")                                         \
    X(40, DISK_OVERWRITE, "disk_overwrite", DEVICE, BOOL, "",                                                \
      "the oldest footage is overwritten when the disks are full")                                           \
    X(41, CHANNEL_ENABLED, "channel_enabled", CHANNEL, BOOL, "", "the channel is switched on and has a source set") \
    X(42, CHANNEL_STATE, "channel_state", CHANNEL, TEXT, "", "state of the channel in the device's own word") \
    X(43, CHANNEL_HOST, "channel_host", CHANNEL, TEXT, "",                                                   \
      "address of the camera behind the channel as the recorder has it; compared, never connected to")       \
    X(44, CHANNEL_MODEL, "channel_model", CHANNEL, TEXT, "", "model of the camera behind the channel")       \
    X(45, CHANNEL_SERIAL, "channel_serial", CHANNEL, TEXT, "", "serial number of the camera behind the channel") \
    X(46, CHANNEL_MAC, "channel_mac", CHANNEL, TEXT, "", "hardware address of the camera behind the channel") \
    X(47, PROVIDER, "provider", DEVICE, TEXT, "",                                                            \
      "the provider that speaks the device's language, told by one that does not")                           \
    X(48, HARDWARE, "hardware", DEVICE, TEXT, "",                                                            \
      "a fan, a power supply or the temperature, and how it is in the device's own words")                   \
    X(49, PROVIDER_PLACE, "provider_place", DEVICE, TEXT, "",                                                \
      "protocol and port where that provider is spoken, when they are not those set: https:443")

/*
 * ---- Rung: how far up the ladder of evidence a look came --------------------------------------------
 * X(number, NAME, word, meaning). A verdict names the first rung that failed.
 */
#define VMM_RUNGS(X)                                                                                         \
    X(0, NONE, "none", "nothing was tried")                                                                  \
    X(1, RESOLVE, "resolve", "the name has an address")                                                      \
    X(2, CONNECT, "connect", "the port accepts a connection")                                                \
    X(3, TLS, "tls", "the encrypted channel stands and its key is the one expected")                         \
    X(4, AUTHENTICATE, "authenticate", "the credential is accepted")                                         \
    X(5, ANSWER, "answer", "the device answers the request within its time")                                 \
    X(6, PARSE, "parse", "the answer is what the protocol says")                                             \
    X(7, SIGNAL, "signal", "the video inputs have a signal, or a stream is described")                      \
    X(8, PICTURE, "picture", "the picture shows something")                                                  \
    X(9, RECORDING, "recording", "footage is recent, disks are well")                                        \
    X(10, CLOCK, "clock", "the device tells the right time")

/*
 * ---- Outcome: what became of a job -------------------------------------------------------------------
 * X(number, NAME, word, failed, meaning). `failed` is 1 where the look counts as a failed one.
 */
#define VMM_OUTCOMES(X)                                                                                      \
    X(0, OK, "ok", 0, "everything asked was answered")                                                       \
    X(1, PARTIAL, "partial", 0, "reached and authenticated; some parts were not answered")                   \
    X(2, UNREACHABLE, "unreachable", 1, "refused, reset, no route, or closed before an answer")              \
    X(3, TIMEOUT, "timeout", 1, "no answer within the time")                                                 \
    X(4, AUTH, "auth", 0, "the credential was refused, or one is needed and there is none")                  \
    X(5, UNSUPPORTED, "unsupported", 0, "the device does not speak what the provider asks")                  \
    X(6, BAD_REPLY, "bad_reply", 1, "an answer that is not what the protocol says")                          \
    X(7, LIMIT, "limit", 0, "refused for load: the device's connection or session limit")                    \
    X(8, CANCELLED, "cancelled", 0, "taken back by the core; says nothing about the device")                 \
    X(9, INTERNAL, "internal", 0, "our side is broken; says nothing about the device")

/*
 * ---- Reason: why a verdict is what it is -------------------------------------------------------------
 * X(number, NAME, word, HEALTH, SEVERITY, what was seen, what to do)
 * HEALTH and SEVERITY are what the reason leads to once its evidence is complete.
 */
#define VMM_REASONS(X)                                                                                       \
    X(0, NONE, "none", OK, NORMAL, "nothing is wrong", "nothing")                                            \
    X(1, UNREACHABLE, "unreachable", DOWN, CRITICAL,                                                         \
      "the device refuses or drops connections, or there is no route to it",                                 \
      "check power, cable and address; check that the port is the device's own")                             \
    X(2, TIMEOUT, "timeout", DOWN, CRITICAL, "the device does not answer within the time",                   \
      "check power, network path and load of the device")                                                    \
    X(3, BAD_REPLY, "bad_reply", DEGRADED, CRITICAL, "the device answers, but not in its protocol",          \
      "check that the provider fits the device; restart the device; see the answer in explain")              \
    X(4, AUTH, "auth", DEGRADED, SUSPECT, "the device refuses the credential",                               \
      "correct the credential; no login is tried until it changes or the retry time has passed")             \
    X(5, SLOW, "slow", DEGRADED, CRITICAL, "an answer took longer than the limit, twice in a row",           \
      "check the load of the device and of the path to it")                                                  \
    X(6, BUSY, "busy", DEGRADED, SUSPECT, "the device refuses for its connection or session limit",          \
      "find out what else keeps connections to the device open")                                             \
    X(7, UNSUPPORTED, "unsupported", UNKNOWN, SUSPECT, "the device does not speak the provider's language",  \
      "set the right provider for the device")                                                               \
    X(8, WRONG_PATH, "wrong_path", DEGRADED, SUSPECT, "the device knows no stream or page at the path set",  \
      "correct the path in the camera's options")                                                            \
    X(9, CLOCK_OFFSET, "clock_offset", DEGRADED, NORMAL, "the device's clock is off by more than the limit", \
      "set a time server in the device")                                                                     \
    X(10, CLOCK_ZONE, "clock_zone", DEGRADED, NORMAL, "the device's clock is off by whole time zones",       \
      "set the time zone in the device")                                                                     \
    X(11, CLOCK_DST, "clock_dst", DEGRADED, NORMAL, "the device's clock is off by a daylight-saving step",   \
      "correct the daylight-saving setting in the device")                                                   \
    X(12, VIDEO_LOSS, "video_loss", DOWN, SUSPECT, "the channel has no video signal",                        \
      "check the camera behind the channel, its power and its cable")                                        \
    X(13, DISK_FAULT, "disk_fault", DEGRADED, SUSPECT, "a disk or memory card is in an error state",         \
      "replace the disk or card")                                                                            \
    X(14, DISK_READONLY, "disk_readonly", DEGRADED, SUSPECT, "a disk or memory card accepts no more writes", \
      "replace the disk or card, or release its write protection")                                           \
    X(15, DISK_MISSING, "disk_missing", DEGRADED, SUSPECT, "a disk or card that is expected is not there",   \
      "insert the disk or card, or correct what is expected")                                                \
    X(16, EXPECTATION, "expectation", DEGRADED, SUSPECT, "an answer is not what the operator expects of it", \
      "see the answer in explain; correct the device or the expectation")                                    \
    X(17, TLS, "tls", DEGRADED, CRITICAL, "the encrypted channel could not be set up as asked for",          \
      "check certificate, TLS mode and versions; old devices need the mode legacy")                          \
    X(18, NO_VIDEO, "no_video", DEGRADED, SUSPECT, "the stream's description has no video",                  \
      "check the encoder settings of the device")                                                            \
    X(19, STALE, "stale", UNKNOWN, SUSPECT, "the last verdict was not confirmed for too long",               \
      "see why looks are late: explain names the cause")                                                     \
    X(20, NEVER_LOOKED, "never_looked", UNKNOWN, NORMAL, "no look has led to a verdict yet",                 \
      "wait for the first verdict; explain shows the looks so far")                              \
    X(21, PROVIDER_OFF, "provider_off", UNKNOWN, NORMAL, "the flag of the device's provider is off",         \
      "switch the flag on, or set another provider")                                                         \
    X(22, PROVIDER_FAILED, "provider_failed", UNKNOWN, SUSPECT, "the device's provider cannot run",          \
      "see vmmctl plugins for the cause")                                                                    \
    X(23, PLUGIN_CRASH, "plugin_crash", UNKNOWN, SUSPECT,                                                    \
      "the provider crashed twice over this device alone; it is left out for a time",                        \
      "report the crash to the plugin's author")                                                             \
    X(24, INTERNAL, "internal", UNKNOWN, SUSPECT, "our side is broken", "see the log")                       \
    X(25, RESOLVER, "resolver", UNKNOWN, SUSPECT, "the device's name could not be resolved",                 \
      "check the resolver of this machine and the name")                                                     \
    X(26, DISABLED, "disabled", DISABLED, NORMAL, "switched off on purpose", "nothing")                      \
    X(27, ERROR_STATUS, "error_status", DEGRADED, SUSPECT, "the device answers with an error status",        \
      "restart the device; see the status in explain")                                                       \
    X(28, CREDENTIAL_MISSING, "credential_missing", DEGRADED, SUSPECT,                                       \
      "the device asks for a login and no credential is set", "set a credential for the device")             \
    X(29, MONITOR_OFF, "monitor_off", UNKNOWN, NORMAL, "the master flag is off, nothing is probed",          \
      "switch FEATURE_VMS_HEALTH_MONITOR on")                                                                \
    X(30, AUTH_WAIT, "auth_wait", UNKNOWN, NORMAL,                                                           \
      "the device wants a login, and none may be tried yet: the last one was lost, or not answered",         \
      "wait for the time that explain names, or set the credential anew")                                    \
    X(31, LOCKED, "locked", DEGRADED, SUSPECT, "the device has locked out the account or our address",       \
      "find out who logs in with a wrong password; no login is tried until the lock is over")                \
    X(32, RECORDER_LINK, "recorder_link", DEGRADED, SUSPECT,                                                 \
      "the camera answers at its own address, but its recorder gets no picture of it",                       \
      "check the recorder's settings of the channel, and the path between recorder and camera")              \
    X(33, DIRECT_UNREACHABLE, "direct_unreachable", DEGRADED, SUSPECT,                                       \
      "the recorder gets the camera's picture, but the camera does not answer at its own address",           \
      "check the path to the camera's own address; it may only be closed to this machine")                   \
    X(34, MISSING_RECORDING, "missing_recording", DEGRADED, SUSPECT, "footage that should be there is missing", \
      "check schedule, disks and licence of the recorder; see the newest footage in explain")                \
    X(35, RECORDING_DISABLED, "recording_disabled", DEGRADED, SUSPECT,                                       \
      "recording is switched off where it is required",                                                      \
      "switch recording on in the device, or correct what is expected of the camera")                        \
    X(36, RETENTION_SHORT, "retention_short", DEGRADED, SUSPECT,                                             \
      "the oldest footage is younger than required for two days",                                            \
      "check size and state of the disks, and how much each channel records")                                \
    X(37, CLOCK_DST_RULE, "clock_dst_rule", DEGRADED, NORMAL,                                                \
      "the device changes its clock by a rule that its country does not have",                               \
      "update the firmware, or switch daylight saving off in the device")                                    \
    X(38, DISK_FULL, "disk_full", DEGRADED, SUSPECT, "a disk is full and nothing is overwritten",            \
      "let the device overwrite the oldest footage, or make space")                                          \
    X(39, RECORDER_DOWN, "recorder_down", DOWN, SUSPECT,                                                     \
      "the recorder through which alone the camera is seen is down", "bring the recorder back")              \
    X(40, NODE, "node", UNKNOWN, SUSPECT, "the machine that watches the site is cut off",                    \
      "check the network of the machine that vmmd runs on")                                                  \
    X(41, OTHER_PROVIDER, "other_provider", UNKNOWN, SUSPECT,                                                \
      "the device speaks another provider's language, and cannot be handed over to it",                      \
      "see in explain what is missing, a flag, a package or a port; or set that provider for the device")    \
    X(42, NEW_FIRMWARE, "new_firmware", UNKNOWN, SUSPECT,                                                    \
      "since another firmware runs, inputs, streams and disks cannot be read: nothing of them is judged",    \
      "look at the device by hand; see in explain what is not answered, and tell the provider's author")     \
    X(43, HARDWARE_FAULT, "hardware_fault", DEGRADED, SUSPECT,                                               \
      "a fan or a power supply of the device has failed, or the device is too hot",                          \
      "see in explain which part it is; check fan, power supply, dust and the air around the device")        \
    X(44, RECORDING_GAP, "recording_gap", DEGRADED, SUSPECT,                                                 \
      "footage of the last day is missing where it was due",                                                 \
      "see in explain how much; look for restarts and lost signals of that day, and at the recorder's disks") \
    X(45, CHANNEL_OFF, "channel_off", DEGRADED, SUSPECT,                                                     \
      "its recorder has the channel switched off or empty, or does not have it at all",                      \
      "check the camera's channel number; set it up in the recorder, or take the camera out of the fleet")

/* ---- Health and severity ---- */

/* X(number, NAME, word), in order of precedence: the highest number decides. */
#define VMM_HEALTHS(X)                                                                                       \
    X(0, OK, "OK")                                                                                           \
    X(1, DEGRADED, "DEGRADED")                                                                               \
    X(2, BLACKFRAME, "BLACKFRAME")                                                                           \
    X(3, DOWN, "DOWN")                                                                                       \
    X(4, UNKNOWN, "UNKNOWN")                                                                                 \
    X(5, DISABLED, "DISABLED")

#define VMM_SEVERITIES(X)                                                                                    \
    X(0, NORMAL, "normal")                                                                                   \
    X(1, SUSPECT, "suspect")                                                                                 \
    X(2, CRITICAL, "critical")

/* ---- The numbers as names: VMM_FACT_MODEL, VMM_RUNG_CONNECT, VMM_OUTCOME_OK, VMM_REASON_AUTH … ---- */

#define VMM_FACT_NUMBER(number, NAME, word, subject, type, unit, meaning) VMM_FACT_##NAME = number,
enum { VMM_FACTS(VMM_FACT_NUMBER) VMM_FACT_COUNT };
#undef VMM_FACT_NUMBER

#define VMM_RUNG_NUMBER(number, NAME, word, meaning) VMM_RUNG_##NAME = number,
enum { VMM_RUNGS(VMM_RUNG_NUMBER) VMM_RUNG_COUNT };
#undef VMM_RUNG_NUMBER

#define VMM_OUTCOME_NUMBER(number, NAME, word, failed, meaning) VMM_OUTCOME_##NAME = number,
enum { VMM_OUTCOMES(VMM_OUTCOME_NUMBER) VMM_OUTCOME_COUNT };
#undef VMM_OUTCOME_NUMBER

#define VMM_REASON_NUMBER(number, NAME, word, health, severity, seen, todo) VMM_REASON_##NAME = number,
enum { VMM_REASONS(VMM_REASON_NUMBER) VMM_REASON_COUNT };
#undef VMM_REASON_NUMBER

#define VMM_HEALTH_NUMBER(number, NAME, word) VMM_HEALTH_##NAME = number,
enum { VMM_HEALTHS(VMM_HEALTH_NUMBER) VMM_HEALTH_COUNT };
#undef VMM_HEALTH_NUMBER

#define VMM_SEVERITY_NUMBER(number, NAME, word) VMM_SEVERITY_##NAME = number,
enum { VMM_SEVERITIES(VMM_SEVERITY_NUMBER) VMM_SEVERITY_COUNT };
#undef VMM_SEVERITY_NUMBER

/* ---- One observation ---- */

#define VMM_OBSERVATIONS_MAX 1024u /* a look that reports more ends as internal */
#define VMM_TEXT_MAX         255u  /* bytes of a text value; more is cut at a whole character */

/*
 * Given to the host by one call a fact. The host copies everything before the call returns.
 * `standing` may be FAULT only with a reason; the core ignores a reason with any other standing.
 * RECORDING_NEWEST that is NOT_JUDGED and has a number: footage was looked for so far back, in seconds, and none was
 * found. Its age is not known, only that it is at least that: enough for the core to miss it, never to prove it.
 * `index` is 0 for the device and at least 1 for everything else.
 */
struct vmm_observation {
    uint32_t struct_size; /* sizeof(struct vmm_observation) of the plugin's build */
    uint32_t subject;     /* VMM_SUBJECT_* */
    uint32_t index;
    uint32_t fact;     /* VMM_FACT_* */
    uint32_t standing; /* VMM_STANDING_* */
    uint32_t reason;   /* VMM_REASON_*, 0 when the standing is no fault */
    uint32_t type;     /* VMM_TYPE_* of the value; VMM_TYPE_NONE when only the standing is known */
    uint32_t reserved; /* 0 */
    int64_t number;    /* INT and BOOL */
    double real;       /* FLOAT */
    const char *text;  /* TEXT: need not end in NUL */
    size_t text_size;  /* bytes of text */
};

#endif

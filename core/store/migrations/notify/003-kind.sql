-- SPDX-License-Identifier: MIT
-- What a message was that does not tell of its event: a summary, a notice, a heartbeat; '' for one that does.
ALTER TABLE notification_log ADD COLUMN kind TEXT NOT NULL DEFAULT '';

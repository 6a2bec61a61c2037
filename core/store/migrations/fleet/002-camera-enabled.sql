-- SPDX-License-Identifier: MIT
-- A camera is switched off as a camera, whether it has an address of its own or is only a channel of an NVR. What is
-- looked at for it keeps a copy.
ALTER TABLE camera ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1));
UPDATE camera SET enabled = 0 WHERE id IN (SELECT id FROM device WHERE enabled = 0);

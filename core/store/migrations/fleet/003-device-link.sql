-- SPDX-License-Identifier: MIT
-- The switch or line that a device hangs on: those of one name that are lost together are named by it.
ALTER TABLE device ADD COLUMN link TEXT NOT NULL DEFAULT '';

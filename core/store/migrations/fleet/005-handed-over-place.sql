-- SPDX-License-Identifier: MIT
-- Where a device that was handed over is spoken to, "https:443"; '' as it is configured.
ALTER TABLE device ADD COLUMN effective_place TEXT NOT NULL DEFAULT '';

-- SPDX-License-Identifier: MIT
-- Rules of judging that a site or a camera has of its own.
ALTER TABLE site ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';
ALTER TABLE camera ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';

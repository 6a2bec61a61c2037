-- SPDX-License-Identifier: MIT
-- In vault.db. sealed is NULL when the credential was removed: the row stays, so that its generations go on.

CREATE TABLE credential(
    id         TEXT PRIMARY KEY NOT NULL,
    site_id    TEXT NOT NULL,
    user       TEXT NOT NULL,
    generation INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    key_id     TEXT NOT NULL,
    nonce      BLOB,
    sealed     BLOB
) STRICT, WITHOUT ROWID;

-- SPDX-License-Identifier: MIT
-- The order in which rows of the notification log were written, a row that changed at its last change: whoever keeps a
-- copy has all of it up to a rev. A rev is never used twice.

CREATE TABLE notification_rev(
    rev INTEGER PRIMARY KEY AUTOINCREMENT,
    id  INTEGER NOT NULL UNIQUE
) STRICT;

INSERT INTO notification_rev(id) SELECT id FROM notification_log ORDER BY id;

CREATE TRIGGER notification_log_inserted AFTER INSERT ON notification_log BEGIN
    INSERT INTO notification_rev(id) VALUES(new.id);
END;

CREATE TRIGGER notification_log_updated AFTER UPDATE ON notification_log BEGIN
    DELETE FROM notification_rev WHERE id = new.id;
    INSERT INTO notification_rev(id) VALUES(new.id);
END;

CREATE TRIGGER notification_log_deleted AFTER DELETE ON notification_log BEGIN
    DELETE FROM notification_rev WHERE id = old.id;
END;

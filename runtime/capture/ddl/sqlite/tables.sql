{{/* A row number is never used twice, and grows in commit order: SQLite has one writer at a time. The stamp
tells a log that was put back, from a backup, from the one that was read. */ -}}
CREATE TABLE IF NOT EXISTS main.denorm_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  stamp INTEGER NOT NULL DEFAULT (random()),
  layout TEXT NOT NULL,
  op TEXT NOT NULL,
  changed TEXT,
  old_in TEXT,
  new_in TEXT,
  old_row TEXT,
  new_row TEXT
)
--
CREATE TABLE IF NOT EXISTS main.denorm_layouts (
  id TEXT NOT NULL PRIMARY KEY,
  body TEXT NOT NULL
)
--
CREATE TABLE IF NOT EXISTS main.denorm_plans (
  collection TEXT NOT NULL,
  shape TEXT NOT NULL,
  application TEXT NOT NULL,
  body TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (collection, shape)
)
--
CREATE TABLE IF NOT EXISTS main.denorm_installed (
  name TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL
)

{{define "table"}}ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin{{end -}}
{{/* Its only key is the number: what is logged side by side by many must not wait for one another. */ -}}
CREATE TABLE IF NOT EXISTS `denorm_changes` (
  `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `layout` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `op` CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `changed` BLOB,
  `old_in` BLOB,
  `new_in` BLOB,
  `old_row` LONGBLOB,
  `new_row` LONGBLOB
) {{template "table"}}
--
{{/* Triggers write through a view: a temporary table that hides denorm_changes in some session hides it from
the triggers too, but not from a view. MariaDB does not replace it, which would wait for all writers. */ -}}
CREATE /*!80000 OR REPLACE */ ALGORITHM=MERGE SQL SECURITY INVOKER VIEW /*M! IF NOT EXISTS */ `denorm_capture_log` AS
  SELECT `id`, `layout`, `op`, `changed`, `old_in`, `new_in`, `old_row`, `new_row` FROM `denorm_changes`
--
CREATE TABLE IF NOT EXISTS `denorm_layouts` (
  `id` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  `body` LONGTEXT NOT NULL
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_plans` (
  `collection` VARCHAR(255) NOT NULL,
  `shape` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `application` VARCHAR(255) NOT NULL DEFAULT '',
  `body` LONGTEXT NOT NULL,
  `seen_at` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`collection`, `shape`)
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_installed` (
  `name` VARCHAR(255) NOT NULL PRIMARY KEY,
  `fingerprint` LONGTEXT NOT NULL
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_state` (
  `id` BIGINT NOT NULL PRIMARY KEY,
  `identity` VARCHAR(255) NOT NULL,
  `epoch` BIGINT NOT NULL DEFAULT 0,
  `seq` BIGINT NOT NULL DEFAULT 0,
  `stamp` BIGINT NOT NULL DEFAULT 0,
  `floor` BIGINT NOT NULL DEFAULT 0,
  `plans` BIGINT NOT NULL DEFAULT 0,
  `everything` BIGINT NOT NULL DEFAULT 0,
  `claimed` BIGINT NOT NULL DEFAULT 0,
  `compacted` BIGINT NOT NULL DEFAULT 0
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_feed` (
  `seq` BIGINT NOT NULL PRIMARY KEY,
  `epoch` BIGINT NOT NULL,
  `stamp` BIGINT NOT NULL,
  `collection` VARCHAR(255) NOT NULL,
  `doc_key` LONGBLOB,
  `at` BIGINT NOT NULL
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_generations` (
  `collection` VARCHAR(255) NOT NULL PRIMARY KEY,
  `generation` BIGINT NOT NULL
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_work` (
  `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `body` LONGTEXT NOT NULL
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_aside` (
  `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `at` BIGINT NOT NULL,
  `collection` VARCHAR(255) NOT NULL,
  `change_row` LONGTEXT NOT NULL,
  `error` LONGTEXT NOT NULL
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_consumers` (
  `name` VARCHAR(255) NOT NULL PRIMARY KEY,
  `epoch` BIGINT NOT NULL,
  `seq` BIGINT NOT NULL,
  `stamp` BIGINT NOT NULL,
  `seen_at` BIGINT NOT NULL
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_holds` (
  `name` VARCHAR(255) NOT NULL PRIMARY KEY,
  `holder` VARCHAR(255) NOT NULL,
  `until` BIGINT NOT NULL,
  `body` LONGTEXT NOT NULL
) {{template "table"}}
--
CREATE TABLE IF NOT EXISTS `denorm_failed` (
  `consumer` VARCHAR(255) NOT NULL,
  `doc_hash` VARCHAR(64) NOT NULL,
  `doc_key` LONGBLOB NOT NULL,
  `attempts` BIGINT NOT NULL,
  `since` BIGINT NOT NULL,
  `next_at` BIGINT NOT NULL,
  `error` LONGTEXT NOT NULL,
  PRIMARY KEY (`consumer`, `doc_hash`)
) {{template "table"}}

CREATE TABLE IF NOT EXISTS "denorm_changes" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "layout" text COLLATE "C" NOT NULL,
  "op" text COLLATE "C" NOT NULL,
  "changed" text COLLATE "C",
  "old_in" text COLLATE "C",
  "new_in" text COLLATE "C",
  "old_row" text COLLATE "C",
  "new_row" text COLLATE "C"
) WITH ({{template "queue"}})
--
CREATE TABLE IF NOT EXISTS "denorm_layouts" (
  "id" text COLLATE "C" PRIMARY KEY,
  "body" text NOT NULL
)
--
CREATE TABLE IF NOT EXISTS "denorm_plans" (
  "collection" text COLLATE "C" NOT NULL,
  "shape" text COLLATE "C" NOT NULL,
  "application" text COLLATE "C" NOT NULL DEFAULT '',
  "body" text NOT NULL,
  "seen_at" bigint NOT NULL DEFAULT 0,
  PRIMARY KEY ("collection", "shape")
)
--
CREATE TABLE IF NOT EXISTS "denorm_installed" (
  "name" text COLLATE "C" PRIMARY KEY,
  "fingerprint" text COLLATE "C" NOT NULL
)
--
CREATE TABLE IF NOT EXISTS "denorm_state" (
  "id" bigint PRIMARY KEY CHECK ("id" = 1),
  "identity" text COLLATE "C" NOT NULL,
  "epoch" bigint NOT NULL DEFAULT 0,
  "seq" bigint NOT NULL DEFAULT 0,
  "stamp" bigint NOT NULL DEFAULT 0,
  "floor" bigint NOT NULL DEFAULT 0,
  "plans" bigint NOT NULL DEFAULT 0,
  "everything" bigint NOT NULL DEFAULT 0,
  "claimed" bigint NOT NULL DEFAULT 0,
  "compacted" bigint NOT NULL DEFAULT 0
) WITH ({{template "counter"}})
--
CREATE TABLE IF NOT EXISTS "denorm_feed" (
  "seq" bigint PRIMARY KEY,
  "epoch" bigint NOT NULL,
  "stamp" bigint NOT NULL,
  "collection" text COLLATE "C" NOT NULL,
  "doc_key" text COLLATE "C",
  "at" bigint NOT NULL
) WITH ({{template "queue"}})
--
CREATE TABLE IF NOT EXISTS "denorm_generations" (
  "collection" text COLLATE "C" PRIMARY KEY,
  "generation" bigint NOT NULL
) WITH ({{template "counter"}})
--
CREATE TABLE IF NOT EXISTS "denorm_work" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "body" text NOT NULL
) WITH ({{template "queue"}})
--
CREATE TABLE IF NOT EXISTS "denorm_aside" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "at" bigint NOT NULL,
  "collection" text COLLATE "C" NOT NULL,
  "change_row" text NOT NULL,
  "error" text NOT NULL
)
--
CREATE TABLE IF NOT EXISTS "denorm_consumers" (
  "name" text COLLATE "C" PRIMARY KEY,
  "epoch" bigint NOT NULL,
  "seq" bigint NOT NULL,
  "stamp" bigint NOT NULL,
  "seen_at" bigint NOT NULL
) WITH ({{template "counter"}})
--
CREATE TABLE IF NOT EXISTS "denorm_holds" (
  "name" text COLLATE "C" PRIMARY KEY,
  "holder" text NOT NULL,
  "until" bigint NOT NULL,
  "body" text NOT NULL
) WITH ({{template "counter"}})
--
CREATE TABLE IF NOT EXISTS "denorm_failed" (
  "consumer" text COLLATE "C" NOT NULL,
  "doc_hash" text COLLATE "C" NOT NULL,
  "doc_key" text COLLATE "C" NOT NULL,
  "attempts" bigint NOT NULL,
  "since" bigint NOT NULL,
  "next_at" bigint NOT NULL,
  "error" text NOT NULL,
  PRIMARY KEY ("consumer", "doc_hash")
)

{{- /* Rows come and go and are never updated. Dead ones slow every claim: vacuum soon, whatever the size, and
never wait for the lock that cutting the file takes. */ -}}
{{define "queue" -}}
fillfactor = 100, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  vacuum_truncate = false
{{- end}}

{{- /* A few rows that are updated all the time: on a page with room an update touches no index. */ -}}
{{define "counter" -}}
fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500
{{- end}}

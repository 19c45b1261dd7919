WITH denorm_roots AS (SELECT t.* FROM "books" AS t WHERE (t."deleted_at" IS NULL) AND t."id" = CAST($1 AS bigint))
WITH denorm_roots AS (SELECT t.* FROM "books" AS t WHERE (t."deleted_at" IS NULL) AND t."id" = ANY (CAST($1 AS bigint[])))
WITH denorm_roots AS (SELECT t.* FROM "books" AS t WHERE (t."deleted_at" IS NULL) AND t."id" > CAST($1 AS bigint) ORDER BY t."id" LIMIT $2)

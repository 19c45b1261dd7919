WITH denorm_roots AS (SELECT t.* FROM "books" AS t WHERE (t."deleted_at" IS NULL) AND t."id" = $1)
WITH denorm_roots AS (SELECT t.* FROM "books" AS t WHERE (t."deleted_at" IS NULL) AND t."id" = ANY ($1))
WITH denorm_roots AS (SELECT t.* FROM "books" AS t WHERE (t."deleted_at" IS NULL) AND t."id" > $1 ORDER BY t."id" LIMIT $2)

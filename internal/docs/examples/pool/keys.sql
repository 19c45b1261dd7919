WHERE a1."book_id" = CAST($1 AS bigint)
WHERE a1."book_id" = ANY (CAST($1 AS bigint[]))
WHERE a1."book_id" = ANY (ARRAY(SELECT t."id" FROM denorm_roots AS t))

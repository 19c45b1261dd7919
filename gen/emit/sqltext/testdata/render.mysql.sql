-- roots
`public`.`rows`
`id`, `tenant`
t.`b` OR t.`n` > 3

SELECT t.`id`, t.`tenant`, t.`title`, t.`publisher_id`, a1.`id`, a1.`name`, a2.`id`, a2.`a"b``c`,
    a2.`order`,
    (
        SELECT COUNT(*)
        FROM `reviews` AS n1
        WHERE n1.`row_id` = t.`id` AND n1.`b` AND n1.`n` >= 3
    ),
    (
        SELECT COALESCE(SUM(n2.`n` * n2.`f`), 0)
        FROM `links` AS j
        JOIN `lines` AS n2 ON n2.`id` = j.`line_id`
        WHERE j.`row_id` = t.`id`
    ),
    (
        SELECT MIN(n3.`n`)
        FROM `lines` AS n3
        WHERE n3.`row_id` = t.`id`
    ),
    t.`created_at`
FROM denorm_roots AS t
LEFT JOIN `publishers` AS a1 ON a1.`id` = t.`publisher_id`
LEFT JOIN `covers` AS a2 ON a2.`row_id` = t.`id`
    AND a2.`tenant` = t.`tenant`
    AND CAST(a2.`s` AS BINARY) = 'front'
    AND (a2.`b` OR a2.`c`)
    AND NOT EXISTS (
        SELECT 1
        FROM `covers` AS l2
        WHERE l2.`row_id` = t.`id`
            AND CAST(l2.`s` AS BINARY) = 'front'
            AND (l2.`id`, l2.`tenant`) < (a2.`id`, a2.`tenant`)
    )
ORDER BY t.`id`, t.`tenant`

SELECT a1.`id`, t.`id`
FROM denorm_roots AS t
JOIN `row_authors` AS j ON j.`row_id` = t.`id`
JOIN `authors` AS a1 ON a1.`id` = j.`author_id`
WHERE CAST(j.`role` AS BINARY) = 'editor' AND a1.`n` > 1
ORDER BY t.`id`, a1.`a`, a1.`b` DESC, a1.`c` IS NULL, a1.`c`, a1.`d`,
    a1.`e` IS NULL DESC, a1.`e` DESC, a1.`f` DESC, a1.`g` DESC, a1.`id`

SELECT r1.`c0`, a1.`text`, r1.`p0`
FROM (
    SELECT t.`id` AS `p0`, a1.`id` AS `c0`,
        DENSE_RANK() OVER (PARTITION BY t.`id`, t.`tenant` ORDER BY a1.`created_at` DESC, a1.`id`) AS `rank`
    FROM denorm_roots AS t
    JOIN `reviews` AS a1 ON a1.`row_id` = t.`id`
) AS r1
JOIN `reviews` AS a1 ON a1.`id` = r1.`c0`
WHERE r1.`rank` <= 10
ORDER BY r1.`p0`, r1.`rank`

SELECT a1.`id`, t.`id`
FROM denorm_roots AS t
JOIN `tracks` AS a1 ON (a1.`id`, a1.`tenant`) IN (
        SELECT h1.`track_id`, h1.`tenant`
        FROM `albums` AS h1
        JOIN `s`.`x` AS h2 ON TRUE
        WHERE h1.`row_id` = t.`id`
    )
    AND a1.`id` IN (
        SELECT h3.`id`
        FROM `tracks` AS h3
    )

SELECT a1.`id`, j.`row_id`
FROM `row_authors` AS j
JOIN `authors` AS a1 ON a1.`id` = j.`author_id`
WHERE j.`row_id` IN (denorm_keys) AND a1.`n` > 1
ORDER BY j.`row_id`, a1.`id`

-- .lines (id) "Lines" by id
-- old: 
-- new: 
SELECT DISTINCT t.`id` AS k1, t.`tenant` AS k2
FROM denorm_changed AS c
JOIN `links` AS h1 ON h1.`line_id` = c.v1
    AND CAST(h1.`s` AS BINARY) = 'editor'
    AND CAST(h1.`u` AS BINARY) IN ('a', 'b')
    AND h1.`b`
JOIN `public`.`rows` AS t ON h1.`row_id` = t.`id`
    AND h1.`tenant` = t.`tenant`
    AND (t.`b` OR t.`n` > 3)

-- .links (line_id, row_id) "Lines (link)" by row_id, tenant
-- old: CAST(OLD.`s` AS BINARY) = 'editor' AND CAST(OLD.`u` AS BINARY) IN ('a', 'b') AND OLD.`b`
-- new: CAST(NEW.`s` AS BINARY) = 'editor' AND CAST(NEW.`u` AS BINARY) IN ('a', 'b') AND NEW.`b`
SELECT DISTINCT t.`id` AS k1, t.`tenant` AS k2
FROM denorm_changed AS c
JOIN `public`.`rows` AS t ON t.`id` = c.v1 AND t.`tenant` = c.v2 AND (t.`b` OR t.`n` > 3)

-- .no"te`s (text) "Lines.Notes" by line_id
-- old: 
-- new: 
SELECT DISTINCT t.`id` AS k1, t.`tenant` AS k2
FROM denorm_changed AS c
JOIN `lines` AS h1 ON h1.`id` = c.v1
JOIN `links` AS h2 ON h1.`id` = h2.`line_id`
    AND CAST(h2.`s` AS BINARY) = 'editor'
    AND CAST(h2.`u` AS BINARY) IN ('a', 'b')
    AND h2.`b`
    AND CAST(CONVERT(h2.`role` USING utf8mb4) AS BINARY) <> CAST(CONVERT(h1.`s` USING utf8mb4) AS BINARY)
JOIN `public`.`rows` AS t ON h2.`row_id` = t.`id`
    AND h2.`tenant` = t.`tenant`
    AND (t.`b` OR t.`n` > 3)

-- public.rows (id, tenant, title) "" by id, tenant
-- old: OLD.`b` OR OLD.`n` > 3
-- new: NEW.`b` OR NEW.`n` > 3
SELECT c.v1 AS k1, c.v2 AS k2 FROM denorm_changed AS c

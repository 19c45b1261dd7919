package testservers

import "fmt"

// Numbers is a source of rows with a column i that counts from 1 to n, for the driver of an sqlx.DB.
func Numbers(driver string, n int) string {
	switch driver {
	case "pgx":
		return fmt.Sprintf("generate_series(1::bigint, %d) AS s(i)", n)
	case "mysql":
		return fmt.Sprintf("(SELECT seq AS i FROM seq_1_to_%d) AS s", n)
	default:
		return fmt.Sprintf("(WITH RECURSIVE s(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM s WHERE i < %d) SELECT i FROM s)", n)
	}
}

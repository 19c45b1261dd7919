package sqlsink

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

type sqlite struct{}

func (sqlite) quote(name string) string { return doubled(name) }
func (sqlite) text() string             { return "document" }
func (sqlite) now() string              { return "unixepoch()" }

func (sqlite) after(key string) (string, any) { return "doc_key > ?", key }

func (sqlite) among(keys []string) (string, []any) {
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = jsonText(key)
	}
	return "doc_key IN (SELECT value FROM json_each(?))", []any{"[" + strings.Join(texts, ",") + "]"}
}

// alone takes the lock of all writers at once, so that it need not be taken from a reader.
func (sqlite) alone(ctx context.Context, db *sql.DB, _ string, do func(queryer) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it may have left the pool
	if err := run(ctx, conn, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = do(conn)
	if err == nil {
		err = run(ctx, conn, "COMMIT")
	}
	if err != nil && run(context.WithoutCancel(ctx), conn, "ROLLBACK") != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // it leaves the pool
		return err
	}
	return err
}

func (sqlite) object(ctx context.Context, q queryer, name string) (found object, err error) {
	const query = "SELECT type, COALESCE(sql, '') FROM sqlite_master WHERE name = ? COLLATE NOCASE"
	err = each(ctx, q, query, []any{name}, func(rows *sql.Rows) error {
		var kind, definition string
		err := rows.Scan(&kind, &definition)
		found = object{exists: true, view: kind == "view", mark: markIn(definition)}
		return err
	})
	return found, err
}

func (d sqlite) create(ctx context.Context, q queryer, p *place) error {
	table := d.quote(p.table)
	statements := []string{
		fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s (/* %s */ doc_key TEXT NOT NULL PRIMARY KEY,
		document TEXT CHECK (document IS NULL OR json_type(document) = 'object'), epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
		gone_at INTEGER, CHECK ((document IS NULL) = (gone_at IS NOT NULL)))`, table, p.mark),
		fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (gone_at) WHERE gone_at IS NOT NULL", d.quote(p.indexName("gone")), table),
	}
	for _, path := range p.paths {
		statements = append(statements, fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (json_extract(document, %s))",
			d.quote(p.indexName(columnName(path))), table, literal(jsonPath(path...))))
	}
	return run(ctx, q, statements...)
}

func (d sqlite) serve(ctx context.Context, q queryer, before, p *place) error {
	if before != nil {
		if err := d.carry(ctx, q, before, p); err != nil {
			return err
		}
	}
	view, table := d.quote(p.view), d.quote(p.table)
	return run(ctx, q,
		"DROP VIEW IF EXISTS "+view,
		fmt.Sprintf("CREATE VIEW %s AS SELECT /* %s */ doc_key AS id, document FROM %s WHERE document IS NOT NULL", view, p.mark, table),
		fmt.Sprintf(`CREATE TRIGGER %s INSTEAD OF UPDATE OF document ON %s BEGIN
		UPDATE %s SET document = NEW.document WHERE doc_key = OLD.id AND document IS NOT NULL; END`,
			d.quote(fit(p.view+"_set")), view, table))
}

// carry gives documents the fields of others that those of before have, in place of any that they have from an earlier
// time. JSON is text here, and is cut and joined as such, so that all values stay as they are.
func (d sqlite) carry(ctx context.Context, q queryer, before, p *place) error {
	fields := fieldsOf(before, p)
	table := d.quote(p.table)
	others, fresh := d.without("was.document", fields), d.without(table+".document", fields)
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = literal(field)
	}
	own := fmt.Sprintf(`CASE WHEN %s = '{}' THEN %s.document ELSE (SELECT '{' || COALESCE(group_concat(
		json_quote(key) || ':' || (%s.document -> ('$.' || json_quote(key))), ','), '') || '}'
		FROM json_each(%s.document) WHERE key IN (%s)) END`, fresh, table, table, table, strings.Join(names, ", "))
	return run(ctx, q, fmt.Sprintf(`UPDATE %s SET document = (SELECT %s FROM (SELECT %s AS own, %s AS others))
		FROM %s AS was WHERE was.doc_key = %s.doc_key AND was.document IS NOT NULL AND %s.document IS NOT NULL AND %s <> %s`,
		table, d.joined("own", "others"), own, others, d.quote(before.table), table, table, others, fresh))
}

// without is a document without fields, written as short as it can be.
func (sqlite) without(document string, fields []string) string {
	if len(fields) == 0 {
		return "json(" + document + ")"
	}
	paths := make([]string, len(fields))
	for i, field := range fields {
		paths[i] = literal(jsonPath(field))
	}
	return "json_remove(" + document + ", " + strings.Join(paths, ", ") + ")"
}

// joined is an object of the fields of two, which have none in common.
func (sqlite) joined(a, b string) string {
	return fmt.Sprintf("substr(%s, 1, length(%s) - 1) || CASE WHEN %s = '{}' OR %s = '{}' THEN '' ELSE ',' END || substr(%s, 2)", a, a, a, b, b)
}

// write runs one statement for each document: there is nobody to go to.
func (d sqlite) write(ctx context.Context, db *sql.DB, p *place, documents []denorm.SinkDocument, gone bool) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the connection leaves the pool if that fails
		}
	}()
	values, merged := "?, NULL, ?, ?, "+d.now(), "NULL"
	if !gone {
		values = "?, ?, ?, ?, NULL"
		merged = fmt.Sprintf(`CASE WHEN document IS NULL THEN excluded.document ELSE
			(SELECT CASE WHEN others = '{}' THEN excluded.document ELSE %s END FROM (SELECT %s AS others)) END`,
			d.joined("excluded.document", "others"), d.without("document", p.fields))
	}
	statement, err := tx.PrepareContext(ctx, fmt.Sprintf(`INSERT INTO %s (doc_key, document, epoch, seq, gone_at) VALUES (%s)
		ON CONFLICT (doc_key) DO UPDATE SET document = %s, epoch = excluded.epoch, seq = excluded.seq, gone_at = excluded.gone_at
		WHERE (epoch, seq) < (excluded.epoch, excluded.seq)`, d.quote(p.table), values, merged))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	for _, document := range documents {
		args := []any{document.Key, string(document.Body), int64(document.Version.Epoch), int64(document.Version.Seq)}
		if gone {
			args = []any{args[0], args[2], args[3]}
		}
		if _, err := statement.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (sqlite) refuses(context.Context, *sql.DB, []denorm.SinkDocument, map[string]error) error {
	return nil
}

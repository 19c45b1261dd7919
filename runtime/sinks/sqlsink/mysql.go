package sqlsink

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

// mysql is MySQL and MariaDB.
type mysql struct{}

func (mysql) quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }
func (mysql) text() string             { return "document" }
func (mysql) now() string              { return "UNIX_TIMESTAMP()" }

func (mysql) after(key string) (string, any) { return "doc_key > ?", []byte(key) }

func (mysql) among(keys []string) (string, []any) {
	if len(keys) == 0 {
		return "FALSE", nil
	}
	values := make([]any, len(keys))
	for i, key := range keys {
		values[i] = []byte(key)
	}
	return "doc_key IN (?" + strings.Repeat(", ?", len(keys)-1) + ")", values
}

// alone holds a lock by name, for here each statement that makes something is a transaction.
func (mysql) alone(ctx context.Context, db *sql.DB, prefix string, do func(queryer) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it may have left the pool
	const name = "CONCAT('denorm sink ', SHA1(CONCAT(DATABASE(), ' ', ?)))"
	for held := false; !held; {
		err := each(ctx, conn, "SELECT COALESCE(GET_LOCK("+name+", 5), 0) = 1", []any{prefix}, func(rows *sql.Rows) error { return rows.Scan(&held) })
		if err != nil {
			return err
		}
	}
	err = do(conn)
	if _, failed := conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK("+name+")", prefix); failed != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // the lock ends with the connection
	}
	return err
}

func (mysql) object(ctx context.Context, q queryer, name string) (found object, err error) {
	const same = "_name = ? AND (@@lower_case_table_names <> 0 OR BINARY table_name = ?)"
	args := []any{name, name}
	err = each(ctx, q, "SELECT table_type, table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table"+same, args,
		func(rows *sql.Rows) error {
			var kind, comment string
			err := rows.Scan(&kind, &comment)
			found = object{exists: true, view: kind == "VIEW", mark: markIn(comment)}
			return err
		})
	if err != nil || !found.view {
		return found, err
	}
	err = each(ctx, q, "SELECT view_definition FROM information_schema.views WHERE table_schema = DATABASE() AND table"+same, args,
		func(rows *sql.Rows) error {
			var definition sql.NullString
			err := rows.Scan(&definition)
			found.mark = markIn(definition.String)
			return err
		})
	return found, err
}

func (d mysql) create(ctx context.Context, q queryer, p *place) error {
	table := d.quote(p.table)
	err := run(ctx, q, fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s (doc_key VARBINARY(%d) NOT NULL PRIMARY KEY, document JSON NULL,
		epoch BIGINT NOT NULL, seq BIGINT NOT NULL, gone_at BIGINT NULL, KEY gone (gone_at),
		CHECK (document IS NULL OR JSON_TYPE(document) = 'OBJECT'), CHECK ((document IS NULL) = (gone_at IS NOT NULL)))
		ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT='%s'`, table, maxKey, p.mark))
	if err != nil {
		return err
	}
	there, err := d.columns(ctx, q, p)
	if err != nil {
		return err
	}
	added := false
	for _, path := range p.paths {
		name := columnName(path)
		if contains(there, name) {
			continue
		}
		added = true
		err := run(ctx, q, fmt.Sprintf(`ALTER TABLE %s ADD COLUMN %s LONGTEXT GENERATED ALWAYS AS (JSON_VALUE(document, %s)) VIRTUAL,
			ADD INDEX %s (%s(191))`, table, d.quote(name), d.literal(jsonPath(path...)), d.quote(name), d.quote(name)))
		if err != nil {
			return err
		}
	}
	if !added {
		return nil
	}
	view, err := d.object(ctx, q, p.view)
	if err != nil || view.mark != p.mark {
		return err
	}
	return d.serve(ctx, q, nil, p)
}

// columns are those of declared paths.
func (mysql) columns(ctx context.Context, q queryer, p *place) (names []string, err error) {
	const query = `SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?
		AND LEFT(column_name, 3) = 'by_' ORDER BY ordinal_position`
	err = each(ctx, q, query, []any{p.table}, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	return names, err
}

func contains(names []string, name string) bool {
	for _, other := range names {
		if strings.EqualFold(name, other) {
			return true
		}
	}
	return false
}

func (d mysql) serve(ctx context.Context, q queryer, before, p *place) error {
	if before != nil {
		for range 2 { // the second is short, and so is the time after it in which something can be missed
			if err := d.carry(ctx, q, before, p); err != nil {
				return err
			}
		}
	}
	columns, err := d.columns(ctx, q, p)
	if err != nil {
		return err
	}
	list := ""
	for _, column := range columns {
		list += ", " + d.quote(column)
	}
	// A view has no comment, and its definition is not kept as it was written; a condition is.
	return run(ctx, q, fmt.Sprintf(`CREATE OR REPLACE VIEW %s AS SELECT doc_key AS id, document%s FROM %s
		WHERE document IS NOT NULL AND '%s' <> '' WITH CHECK OPTION`, d.quote(p.view), list, d.quote(p.table), p.mark))
}

// carry gives documents the fields of others that those of before have, in place of any that they have from an earlier
// time.
func (d mysql) carry(ctx context.Context, q queryer, before, p *place) error {
	fields := fieldsOf(before, p)
	others, fresh := d.without("was.document", fields), d.without("fresh.document", fields)
	own := "JSON_OBJECT()"
	if len(fields) > 0 {
		list := []string{own, own}
		for _, field := range fields {
			path := d.literal(jsonPath(field))
			list = append(list, fmt.Sprintf("IF(JSON_CONTAINS_PATH(fresh.document, 'one', %s), JSON_OBJECT(%s, %s), JSON_OBJECT())",
				path, d.literal(field), "JSON_EXTRACT(fresh.document, "+path+")"))
		}
		own = "JSON_MERGE_PRESERVE(" + strings.Join(list, ", ") + ")"
	}
	return run(ctx, q,
		"SET TRANSACTION ISOLATION LEVEL READ COMMITTED", // of the next statement, which else would lock all that it reads
		fmt.Sprintf(`UPDATE %s AS fresh JOIN %s AS was ON was.doc_key = fresh.doc_key
		SET fresh.document = JSON_MERGE_PRESERVE(IF(JSON_LENGTH(%s) = 0, fresh.document, %s), %s)
		WHERE was.document IS NOT NULL AND fresh.document IS NOT NULL AND %s <> %s`,
			d.quote(p.table), d.quote(before.table), fresh, own, others, others, fresh))
}

// without is a document without fields. MariaDB does not find a name that is not ASCII after others were removed by the
// same call.
func (d mysql) without(document string, fields []string) string {
	var plain []string
	for _, field := range fields {
		path := d.literal(jsonPath(field))
		if strings.IndexFunc(field, func(r rune) bool { return r > 127 }) < 0 {
			plain = append(plain, path)
		} else {
			document = "JSON_REMOVE(" + document + ", " + path + ")"
		}
	}
	if len(plain) == 0 {
		return document
	}
	return "JSON_REMOVE(" + document + ", " + strings.Join(plain, ", ") + ")"
}

// literal writes a text so that no setting of the server changes what it means.
func (mysql) literal(text string) string {
	if !strings.ContainsAny(text, `'\`) {
		return "'" + text + "'"
	}
	return fmt.Sprintf("CONVERT(0x%x USING utf8mb4)", text)
}

// write assigns from left to right, so that the version comes last.
func (d mysql) write(ctx context.Context, db *sql.DB, p *place, documents []denorm.SinkDocument, gone bool) error {
	const newer = "IF(VALUES(epoch) > epoch OR (VALUES(epoch) = epoch AND VALUES(seq) > seq), "
	var text strings.Builder
	var args []any
	text.WriteString("INSERT INTO " + d.quote(p.table) + " (doc_key, document, epoch, seq, gone_at) VALUES ")
	for i, document := range documents {
		if i > 0 {
			text.WriteString(", ")
		}
		body, at := "?", "NULL"
		args = append(args, []byte(document.Key))
		if gone {
			body, at = "NULL", d.now()
		} else {
			args = append(args, string(document.Body))
		}
		text.WriteString("(?, " + body + ", " + strconv.FormatUint(document.Version.Epoch, 10) + ", " +
			strconv.FormatUint(document.Version.Seq, 10) + ", " + at + ")")
	}
	merged := "NULL"
	if !gone {
		merged = "IF(document IS NULL, VALUES(document), JSON_MERGE_PRESERVE(VALUES(document), " + d.without("document", p.fields) + "))"
	}
	text.WriteString(" ON DUPLICATE KEY UPDATE document = " + newer + merged + ", document), gone_at = " + newer + "VALUES(gone_at), gone_at), seq = " +
		newer + "VALUES(seq), seq), epoch = GREATEST(epoch, VALUES(epoch))")
	_, err := db.ExecContext(ctx, text.String(), args...)
	return err
}

// refuses finds what the server would close the connection for.
func (mysql) refuses(ctx context.Context, db *sql.DB, documents []denorm.SinkDocument, failed map[string]error) error {
	const small, beside = 512 << 10, 16 << 10 // below the least limit by default; the statement around the document
	limit := 0
	for _, document := range documents {
		if len(document.Body) <= small {
			continue
		}
		if limit == 0 {
			err := each(ctx, db, "SELECT @@max_allowed_packet", nil, func(rows *sql.Rows) error { return rows.Scan(&limit) })
			if err != nil {
				return err
			}
		}
		if len(document.Body) > limit-beside {
			failed[document.Key] = fmt.Errorf("%w: it has %d bytes, and max_allowed_packet is %d", denorm.ErrTooLarge, len(document.Body), limit)
		}
	}
	return nil
}

package sqlsink

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

type postgres struct{}

func (postgres) quote(name string) string { return doubled(name) }
func (postgres) text() string             { return "CAST(document AS text)" }
func (postgres) now() string              { return "CAST(EXTRACT(EPOCH FROM now()) AS bigint)" }

func (postgres) after(key string) (string, any) { return "doc_key > CAST($1 AS text)", key }

func (postgres) among(keys []string) (string, []any) {
	return "doc_key = ANY (CAST($1 AS text[]))", []any{array(keys)}
}

func (postgres) alone(ctx context.Context, db *sql.DB, prefix string, do func(queryer) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	number := int64(binary.BigEndian.Uint64([]byte(hash("denorm sink " + prefix))))
	if err := run(ctx, tx, "SELECT pg_advisory_xact_lock("+strconv.FormatInt(number, 10)+")"); err != nil {
		_ = tx.Rollback() // the connection leaves the pool if that fails
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func (postgres) object(ctx context.Context, q queryer, name string) (found object, err error) {
	const query = `SELECT CAST(c.relkind AS text), COALESCE(obj_description(c.oid, 'pg_class'), '') FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relname = CAST($1 AS text)`
	err = each(ctx, q, query, []any{name}, func(rows *sql.Rows) error {
		var kind, comment string
		err := rows.Scan(&kind, &comment)
		found = object{exists: true, view: kind == "v", mark: markIn(comment)}
		return err
	})
	return found, err
}

func (d postgres) create(ctx context.Context, q queryer, p *place) error {
	table := d.quote(p.table)
	err := d.unless(ctx, q, p.table, fmt.Sprintf(`CREATE TABLE %s (doc_key text COLLATE "C" PRIMARY KEY,
		document jsonb CHECK (jsonb_typeof(document) = 'object'), epoch bigint NOT NULL, seq bigint NOT NULL, gone_at bigint,
		CHECK ((document IS NULL) = (gone_at IS NOT NULL)))`, table),
		fmt.Sprintf("COMMENT ON TABLE %s IS %s", table, pgLiteral(p.mark)))
	if err != nil {
		return err
	}
	name := p.indexName("gone")
	err = d.unless(ctx, q, name, fmt.Sprintf("CREATE INDEX %s ON %s (gone_at) WHERE gone_at IS NOT NULL", d.quote(name), table))
	for _, path := range p.paths {
		if err != nil {
			break
		}
		name, expression := p.indexName(columnName(path)), "document"
		for i, field := range path {
			arrow := " -> "
			if i == len(path)-1 {
				arrow = " ->> "
			}
			expression += arrow + pgLiteral(field)
		}
		err = d.unless(ctx, q, name, fmt.Sprintf("CREATE INDEX %s ON %s ((%s))", d.quote(name), table, expression))
	}
	return err
}

// unless runs statements if there is nothing of a name: even those that would do nothing take locks.
func (d postgres) unless(ctx context.Context, q queryer, name string, statements ...string) error {
	found, err := d.object(ctx, q, name)
	if err != nil || found.exists {
		return err
	}
	return run(ctx, q, statements...)
}

// serve carries most over first, and then, while nobody writes, the rest.
func (d postgres) serve(ctx context.Context, q queryer, before, p *place) error {
	if before != nil {
		if err := d.carry(ctx, q, before, p); err != nil {
			return err
		}
		found, err := d.object(ctx, q, p.view)
		if err != nil {
			return err
		}
		if found.exists {
			// Readers go on. Who writes waits for the view itself, and so sees its new definition.
			if err := run(ctx, q, "LOCK TABLE "+d.quote(p.view)+" IN EXCLUSIVE MODE"); err != nil {
				return err
			}
			if err := d.carry(ctx, q, before, p); err != nil {
				return err
			}
		}
	}
	view := d.quote(p.view)
	return run(ctx, q,
		fmt.Sprintf("CREATE OR REPLACE VIEW %s AS SELECT doc_key AS id, document FROM %s WHERE document IS NOT NULL WITH CHECK OPTION",
			view, d.quote(p.table)),
		fmt.Sprintf("COMMENT ON VIEW %s IS %s", view, pgLiteral(p.mark)))
}

// carry gives documents the fields of others that those of before have, in place of any that they have from an earlier
// time.
func (d postgres) carry(ctx context.Context, q queryer, before, p *place) error {
	_, err := q.ExecContext(ctx, fmt.Sprintf(`UPDATE %s AS fresh SET document = (fresh.document -
		ARRAY(SELECT jsonb_object_keys(fresh.document - CAST($1 AS text[])))) || (was.document - CAST($1 AS text[]))
		FROM %s AS was WHERE was.doc_key = fresh.doc_key AND was.document IS NOT NULL AND fresh.document IS NOT NULL
		AND (fresh.document - CAST($1 AS text[])) <> (was.document - CAST($1 AS text[]))`, d.quote(p.table), d.quote(before.table)),
		array(fieldsOf(before, p)))
	return err
}

func (d postgres) write(ctx context.Context, db *sql.DB, p *place, documents []denorm.SinkDocument, gone bool) error {
	keys, bodies := make([]string, len(documents)), make([]string, len(documents))
	var epochs, seqs []byte
	for i, document := range documents {
		keys[i], bodies[i] = document.Key, string(document.Body)
		epochs = strconv.AppendUint(append(epochs, ','), document.Version.Epoch, 10)
		seqs = strconv.AppendUint(append(seqs, ','), document.Version.Seq, 10)
	}
	args := []any{array(keys), "{" + string(epochs[1:]) + "}", "{" + string(seqs[1:]) + "}"}
	values, body, column, merged, at := "", "", "CAST(NULL AS jsonb)", "NULL", d.now()
	if !gone {
		args = append(args, array(bodies), array(p.fields))
		values, body, column, at = ", CAST($4 AS text[])", ", body", "CAST(body AS jsonb)", "CAST(NULL AS bigint)"
		merged = "excluded.document || COALESCE(was.document - CAST($5 AS text[]), CAST('{}' AS jsonb))"
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf(`INSERT INTO %s AS was (doc_key, document, epoch, seq, gone_at)
		SELECT doc_key, %s, epoch, seq, %s
		FROM unnest(CAST($1 AS text[]), CAST($2 AS bigint[]), CAST($3 AS bigint[])%s) AS fresh (doc_key, epoch, seq%s)
		ON CONFLICT (doc_key) DO UPDATE SET document = %s, epoch = excluded.epoch, seq = excluded.seq, gone_at = excluded.gone_at
		WHERE (was.epoch, was.seq) < (excluded.epoch, excluded.seq)`, d.quote(p.table), column, at, values, body, merged), args...)
	return err
}

// refuses finds what would not even arrive.
func (postgres) refuses(_ context.Context, _ *sql.DB, documents []denorm.SinkDocument, failed map[string]error) error {
	const most = 255 << 20
	for _, document := range documents {
		if len(document.Body) > most {
			failed[document.Key] = fmt.Errorf("%w: it has %d bytes, and %d are allowed", denorm.ErrTooLarge, len(document.Body), most)
		}
	}
	return nil
}

// array writes texts as an array, which every driver can send as a text.
func array(texts []string) string {
	size := 2
	for _, text := range texts {
		size += len(text) + len(text)/4 + 3
	}
	var out strings.Builder
	out.Grow(size)
	out.WriteByte('{')
	for i, text := range texts {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('"')
		plain := 0
		for at := range len(text) {
			if text[at] == '"' || text[at] == '\\' {
				out.WriteString(text[plain:at])
				out.WriteByte('\\')
				plain = at
			}
		}
		out.WriteString(text[plain:])
		out.WriteByte('"')
	}
	out.WriteByte('}')
	return out.String()
}

// pgLiteral quotes a text so that no setting of the server changes what a backslash means.
func pgLiteral(text string) string {
	if !strings.Contains(text, `\`) {
		return literal(text)
	}
	return " E" + strings.ReplaceAll(literal(text), `\`, `\\`)
}

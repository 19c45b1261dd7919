package denorm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Sentinel errors; test for them with errors.Is.
var (
	// ErrNotFound means that no document has the key: no row, a row outside the collection's filter, or
	// one that the transform dropped. errors.Is(err, sql.ErrNoRows) holds too.
	ErrNotFound error = notFound{}
	// ErrClosed means that the engine was closed.
	ErrClosed = errors.New("engine is closed")
	// ErrClash means that two different definitions of one collection name meet in one engine.
	ErrClash = errors.New("two definitions of one collection")
	// ErrLate means that a collection was registered too late.
	ErrLate = errors.New("collection registered too late")
	// ErrNoDialect means that the database's dialect is unknown or that no SQL was generated for it.
	ErrNoDialect = errors.New("no SQL for this database")
	// ErrNull means that a column held NULL where the document's field cannot.
	ErrNull = errors.New("NULL in a field that cannot hold it")
	// ErrValue means that a value does not fit what it is read into or used for.
	ErrValue = errors.New("value does not fit")
	// ErrMark means that the mark of a shared cache is not where the caller left it. It is an error between a
	// SharedCache and the engine, which reads the mark and goes on from there.
	ErrMark = errors.New("the mark of the shared cache has moved")
	// Skip is returned by a transform to drop the document: readers see it as absent.
	//
	//lint:ignore ST1012 a verdict, no failure: named like fs.SkipDir
	Skip = errors.New("skip this document")
)

// notFound is the type of ErrNotFound; it unwraps to sql.ErrNoRows.
type notFound struct{}

func (notFound) Error() string { return "document not found" }
func (notFound) Unwrap() error { return sql.ErrNoRows }

// LoadError tells which document, path and column could not be loaded. It wraps the cause. Its text may
// hold a key, but no content of a document unless the database, or a Scanner, an Unmarshaler or a transform of the
// user, puts some into its error.
type LoadError struct {
	Collection string
	Path       string // "" for the roots, or the to-many path whose query failed
	Key        string // key of the root, "" if the failure is not about one document
	Column     string // column of the result, "" if the failure is not about one value
	Err        error
}

// Error names the collection, then what is known of path, key and column, then the cause.
func (e *LoadError) Error() string {
	var text strings.Builder
	text.WriteString("load " + e.Collection)
	if e.Path != "" {
		text.WriteString(", path " + e.Path)
	}
	if e.Key != "" {
		text.WriteString(", key " + e.Key)
	}
	if e.Column != "" {
		text.WriteString(", column " + e.Column)
	}
	text.WriteString(": " + e.Err.Error())
	return text.String()
}

// Unwrap returns the cause.
func (e *LoadError) Unwrap() error { return e.Err }

const keyTextLimit = 100

// keyText prints a key for an error: short and on one line, strings quoted.
func keyText[K comparable](key K) string {
	v := reflect.ValueOf(key)
	quoted := v.Kind() == reflect.String
	text, more := "", ""
	if quoted {
		text = v.String()
	} else {
		text = fmt.Sprint(key)
	}
	if len(text) > keyTextLimit {
		text, more = strings.ToValidUTF8(text[:keyTextLimit], ""), "..."
	}
	unprintable := func(c rune) bool { return !strconv.IsPrint(c) }
	if quoted || !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable) {
		text = strconv.Quote(text)
	}
	return text + more
}

// withKey names the key in an error of a load that asked for one only.
func withKey[K comparable](err error, key K) error {
	load, ok := err.(*LoadError)
	if !ok || load.Key != "" {
		return err
	}
	named := *load
	named.Key = keyText(key)
	return &named
}

// causedBy makes an error that a cancelled context provoked say so, for drivers have their own words.
func causedBy(ctx context.Context, err error) error {
	cause := ctx.Err()
	if err == nil || cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}

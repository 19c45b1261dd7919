package denorm

import (
	"database/sql/driver"
	"fmt"
	"reflect"

	"github.com/denormgen/denormgen/runtime/internal/keytext"
	"github.com/denormgen/denormgen/runtime/internal/local"
)

// localKeys turns the keys of one collection into those of the cache of the process, and back. Integers and texts
// are their own; keys of other types, and of several columns, stand there as the text that names them everywhere.
type localKeys[K comparable] struct {
	kind reflect.Kind
	name func(key K) (string, error)
	read func(text string) (K, error)
}

func (r *registration[K, D]) localKeys() localKeys[K] {
	return localKeys[K]{kind: reflect.TypeFor[K]().Kind(), name: r.name, read: r.readKey}
}

// of returns the key of a key. An error means that no row can have it.
func (l *localKeys[K]) of(key K) (local.Key, error) {
	switch k := any(key).(type) { // what keys mostly are, without reflection
	case int64:
		return local.Key{Number: uint64(k)}, nil
	case string:
		return local.Key{Text: k}, nil
	}
	switch l.kind {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return local.Key{Number: uint64(reflect.ValueOf(key).Int())}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return local.Key{Number: reflect.ValueOf(key).Uint()}, nil
	case reflect.String:
		return local.Key{Text: reflect.ValueOf(key).String()}, nil
	}
	text, err := l.name(key)
	return local.Key{Text: text}, err
}

// numbers tells whether the keys of the cache are numbers; else they are texts.
func (l *localKeys[K]) numbers() bool {
	return reflect.Int <= l.kind && l.kind <= reflect.Uint64
}

// back returns the key that of was given.
func (l *localKeys[K]) back(key local.Key) (original K, err error) {
	to := reflect.ValueOf(&original).Elem()
	switch {
	case to.CanInt():
		to.SetInt(int64(key.Number))
	case to.CanUint():
		to.SetUint(key.Number)
	case l.kind == reflect.String:
		to.SetString(key.Text)
	default:
		return l.read(key.Text)
	}
	return original, nil
}

// readKey reads a key from its text.
func (r *registration[K, D]) readKey(text string) (key K, err error) {
	parts, err := keytext.Split(text)
	if err != nil {
		return key, err
	}
	if len(parts) != len(r.def.Columns) {
		return key, fmt.Errorf("%w: the key %q has %d parts, and %s has %d key columns",
			ErrValue, text, len(parts), r.def.Name, len(r.def.Columns))
	}
	row := &valueRow{values: make([]driver.Value, len(parts))}
	for i, part := range parts {
		row.values[i] = part
	}
	key = r.def.Key.Read(row)
	if row.failed != nil {
		return key, fmt.Errorf("read the key %q: %w", text, row.failed)
	}
	return key, nil
}

// name returns the text of a key. An error means that no row can have the key.
func (r *registration[K, D]) name(key K) (string, error) {
	text, err := r.appendName(make([]byte, 0, 32), make([]any, 0, 4), key)
	return string(text), err
}

// appendName appends the text of a key, whose values take a buffer on the way.
func (r *registration[K, D]) appendName(dst []byte, values []any, key K) ([]byte, error) {
	values = r.def.Key.Bind(values, key)
	if err := keyValues(r.engine.dialect, values); err != nil {
		return nil, err
	}
	return keytext.Append(dst, values...)
}

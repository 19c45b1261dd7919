// Package sqlerror reads the codes of databases' errors without their drivers' types, so that no driver is linked.
package sqlerror

import (
	"errors"
	"reflect"
)

// State is the SQLSTATE of an error of a PostgreSQL driver: pgx, and pq since 1.10.
func State(err error) (string, bool) {
	stated, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err)
	if !ok {
		return "", false
	}
	return stated.SQLState(), true
}

// Number is that of an error of a MySQL driver, which is a field of its type.
func Number(err error) (uint64, bool) {
	v, ok := field(err, "Number")
	if !ok || !v.CanUint() {
		return 0, false
	}
	return v.Uint(), true
}

// primary are the bits of a result code that extended ones have in common.
const primary = 0xff

// Code is the primary result code of an error of an SQLite driver: a method of one, a field of another.
func Code(err error) (int64, bool) {
	if coded, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok {
		return int64(coded.Code()) & primary, true
	}
	v, ok := field(err, "Code")
	if !ok || !v.CanInt() {
		return 0, false
	}
	return v.Int() & primary, true
}

// field finds an error in the tree that is a struct with a field of the name.
func field(err error, name string) (reflect.Value, bool) {
	if err == nil {
		return reflect.Value{}, false
	}
	v := reflect.ValueOf(err)
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if f := v.FieldByName(name); f.IsValid() {
			return f, true
		}
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			if f, ok := field(one, name); ok {
				return f, true
			}
		}
		return reflect.Value{}, false
	}
	return field(errors.Unwrap(err), name)
}

package plan

import "github.com/denormgen/denormgen/gen/model"

// Exact tells whether the database's value alone says what the key is: no Scanner reads it.
func (k Key) Exact() bool {
	for _, column := range k.Columns {
		switch column.Form {
		case model.FormInt, model.FormUint, model.FormText, model.FormBytes:
		default:
			return false
		}
	}
	return true
}

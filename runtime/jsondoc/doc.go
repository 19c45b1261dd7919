// Package jsondoc is what generated code writes documents as JSON with. The result is that of json.Marshal, byte
// for byte, and so are the errors; it takes a fraction of the time, as nothing is looked up by reflection.
//
// What generated code cannot see into, types with a MarshalJSON or MarshalText method of their own and structs of
// the user, is left to encoding/json.
package jsondoc

package model

import "github.com/denormgen/denormgen/gen/diag"

// Codes of what can be wrong with models, their columns, relations and methods.
const (
	// CodeAliasModel is an alias that is to be a model.
	CodeAliasModel diag.Code = "alias-model"
	// CodeAmbiguousField is a field that two embedded structs promote.
	CodeAmbiguousField diag.Code = "ambiguous-field"
	// CodeAmbiguousRelation is a relation with several possible foreign keys.
	CodeAmbiguousRelation diag.Code = "ambiguous-relation"
	// CodeArrayType is an array column of a type that is no slice of plain values.
	CodeArrayType diag.Code = "array-type"
	// CodeColumnName is a column whose name no database can hold.
	CodeColumnName diag.Code = "column-name"
	// CodeComputedEscapes is a computed method whose body does not show what it reads.
	CodeComputedEscapes diag.Code = "computed-escapes"
	// CodeComputedInput is a computed method that reads what is no column.
	CodeComputedInput diag.Code = "computed-input"
	// CodeComputedNeeds is a warning: a computed method reads more than needs= names.
	CodeComputedNeeds diag.Code = "computed-needs"
	// CodeComputedOwner is a computed function that is no method of a model.
	CodeComputedOwner diag.Code = "computed-owner"
	// CodeComputedSignature is a computed method that takes something or returns no one value.
	CodeComputedSignature diag.Code = "computed-signature"
	// CodeComputedUnexported is a computed method that is not exported.
	CodeComputedUnexported diag.Code = "computed-unexported"
	// CodeDuplicateColumn is a column that two fields claim.
	CodeDuplicateColumn diag.Code = "duplicate-column"
	// CodeEmbeddedField is a named struct field whose fields are columns for another library.
	CodeEmbeddedField diag.Code = "embedded-field"
	// CodeEmbeddedModel is an embedded model.
	CodeEmbeddedModel diag.Code = "embedded-model"
	// CodeEmbeddedPointer is an embedded pointer to a struct.
	CodeEmbeddedPointer diag.Code = "embedded-pointer"
	// CodeForeignKeyLength is a foreign key of another length than what it points at.
	CodeForeignKeyLength diag.Code = "foreign-key-length"
	// CodeForeignKeyType is a foreign key that cannot equal what it points at.
	CodeForeignKeyType diag.Code = "foreign-key-type"
	// CodeForeignModel is a relation to a struct outside of the module.
	CodeForeignModel diag.Code = "foreign-model"
	// CodeGenericModel is a model with type parameters.
	CodeGenericModel diag.Code = "generic-model"
	// CodeJSONType is a JSON column of a type that JSON cannot fill.
	CodeJSONType diag.Code = "json-type"
	// CodeKeyTwice is a field that is in the key twice.
	CodeKeyTwice diag.Code = "key-twice"
	// CodeKeyType is a key of a type that does not identify.
	CodeKeyType diag.Code = "key-type"
	// CodeManyToManyColumns is a join table with one column for both ends.
	CodeManyToManyColumns diag.Code = "manytomany-columns"
	// CodeManyToManyTable is a many-to-many relation without a join table, or with two.
	CodeManyToManyTable diag.Code = "manytomany-table"
	// CodeModelNotStruct is a model that is no struct.
	CodeModelNotStruct diag.Code = "model-not-struct"
	// CodeNoColumns is a model without columns.
	CodeNoColumns diag.Code = "no-columns"
	// CodeNoForeignKey is a relation without a foreign key.
	CodeNoForeignKey diag.Code = "no-foreign-key"
	// CodeNoKey is a model without a key.
	CodeNoKey diag.Code = "no-key"
	// CodeRefType is a reference to a field that cannot be pointed at.
	CodeRefType diag.Code = "ref-type"
	// CodeRelationColumn is a relation with a column tag.
	CodeRelationColumn diag.Code = "relation-column"
	// CodeRelationShape is a list that is said to be one row, or the reverse.
	CodeRelationShape diag.Code = "relation-shape"
	// CodeRelationTwice is a field that is said to be two kinds of relation.
	CodeRelationTwice diag.Code = "relation-twice"
	// CodeRelationType is a relation of a type that leads to no model.
	CodeRelationType diag.Code = "relation-type"
	// CodeScannerOneWay is a Scanner that would not survive a cache.
	CodeScannerOneWay diag.Code = "scanner-one-way"
	// CodeSelfManyToMany is a many-to-many relation of a model to itself without a direction.
	CodeSelfManyToMany diag.Code = "self-manytomany"
	// CodeTableAndView is a model that is said to be a table and a view.
	CodeTableAndView diag.Code = "table-and-view"
	// CodeTableName is the name of a table that cannot be read.
	CodeTableName diag.Code = "table-name"
	// CodeTypeNotImportable is a type that the generated code cannot name.
	CodeTypeNotImportable diag.Code = "type-not-importable"
	// CodeUnexportedField is a column or relation that is not exported.
	CodeUnexportedField diag.Code = "unexported-field"
	// CodeUnexportedModel is a root that is not exported.
	CodeUnexportedModel diag.Code = "unexported-model"
	// CodeUnknownModel is a name that is no model.
	CodeUnknownModel diag.Code = "unknown-model"
	// CodeUnknownRelation is a name that is no relation.
	CodeUnknownRelation diag.Code = "unknown-relation"
	// CodeUnknownType is a type that the type checker did not find.
	CodeUnknownType diag.Code = "unknown-type"
	// CodeUnscannableType is a column of a type that database/sql cannot scan.
	CodeUnscannableType diag.Code = "unscannable-type"
	// CodeUntaggedField is a field that may be a column but does not say which.
	CodeUntaggedField diag.Code = "untagged-field"
	// CodeViaArgument is an argument that has no place beside via.
	CodeViaArgument diag.Code = "via-argument"
	// CodeViaCycle is a via that leads through itself.
	CodeViaCycle diag.Code = "via-cycle"
	// CodeViaPath is a via of less than two steps.
	CodeViaPath diag.Code = "via-path"
	// CodeViaTarget is a via that leads to another model.
	CodeViaTarget diag.Code = "via-target"
	// CodeViewReads is a view that does not say how its rows are found.
	CodeViewReads diag.Code = "view-reads"
	// CodeWhenJoin is a when about a join table without a model.
	CodeWhenJoin diag.Code = "when-join"
)

package model

import "github.com/denormgen/denormgen/gen/diag"

// Codes of what can be wrong with a collection, its includes, its numbers, an aggregate and the generated names.
const (
	CodeCollectionName      diag.Code = "collection-name"
	CodeCollectionDuplicate diag.Code = "collection-duplicate"
	CodeCollectionOf        diag.Code = "collection-of"
	CodeDocMissing          diag.Code = "doc-missing"
	CodeGoName              diag.Code = "go-name"
	CodeVersion             diag.Code = "version-value"
	CodeTTL                 diag.Code = "ttl-value"

	CodeExtraUnknown diag.Code = "extra-unknown"
	CodeExtraType    diag.Code = "extra-type"
	CodeExtraMethod  diag.Code = "extra-method"

	CodeTransformUnknown   diag.Code = "transform-unknown"
	CodeTransformSignature diag.Code = "transform-signature"
	CodeTransformDuplicate diag.Code = "transform-duplicate"

	CodeAggregateFrom      diag.Code = "aggregate-from"
	CodeAggregateUnknown   diag.Code = "aggregate-unknown"
	CodeAggregateKey       diag.Code = "aggregate-key"
	CodeAggregateSignature diag.Code = "aggregate-signature"
	CodeAggregateResult    diag.Code = "aggregate-result"

	CodeFieldUnknown diag.Code = "unknown-field"
	CodeFieldTwice   diag.Code = "field-twice"
	CodeFieldOmit    diag.Code = "field-omit"
	CodeFieldThrough diag.Code = "through-without-model"
	CodeFieldKind    diag.Code = "field-kind"
	CodeNoFields     diag.Code = "no-fields"

	CodePathUnknown  diag.Code = "path-unknown"
	CodePathEmpty    diag.Code = "path-empty"
	CodePathColumn   diag.Code = "path-column"
	CodeIncludeCycle diag.Code = "include-cycle"

	CodeFlatten diag.Code = "flatten"
	CodeBy      diag.Code = "by"
	CodeOrder   diag.Code = "order"
	CodeLimit   diag.Code = "limit"
	CodeDepth   diag.Code = "depth"

	CodeNumberName   diag.Code = "number-name"
	CodeNumberPath   diag.Code = "number-path"
	CodeNumberHolder diag.Code = "number-holder"
	CodeNumberValue  diag.Code = "number-value"
	CodeNumberKind   diag.Code = "number-kind"
	CodeNumberToOne  diag.Code = "number-to-one"

	CodeNameClash  diag.Code = "name-clash"
	CodeFieldClash diag.Code = "field-clash"
	CodeJSONClash  diag.Code = "json-clash"
)

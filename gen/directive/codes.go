package directive

import "github.com/denormgen/denormgen/gen/diag"

// What Scan reports.
const (
	// CodeNearMiss is a comment that looks like a directive and is none: `// denorm:table`.
	CodeNearMiss diag.Code = "near-miss-directive"
	// CodeUnknownVerb is a directive whose verb the table does not have.
	CodeUnknownVerb diag.Code = "unknown-directive"
	// CodeUnknownKey is a key that the verb does not have.
	CodeUnknownKey diag.Code = "unknown-key"
	// CodeMisplaced is a directive where its verb may not stand, or where none may.
	CodeMisplaced diag.Code = "misplaced-directive"
	// CodeMissingArgument is a directive without an argument that its verb requires.
	CodeMissingArgument diag.Code = "missing-argument"
	// CodeExtraArgument is an argument more than the verb takes.
	CodeExtraArgument diag.Code = "extra-argument"
	// CodeUnquotedSpace is a list or an expression which falls apart at its spaces.
	CodeUnquotedSpace diag.Code = "unquoted-space"
	// CodeDuplicateKey is a key given twice in one directive.
	CodeDuplicateKey diag.Code = "duplicate-key"
	// CodeDuplicate is a directive given twice which may stand once above a declaration.
	CodeDuplicate diag.Code = "duplicate-directive"
	// CodeMissingValue is a key without a value.
	CodeMissingValue diag.Code = "missing-value"
	// CodeFlagValue is a flag with a value.
	CodeFlagValue diag.Code = "flag-value"
	// CodeBadQuote is a value whose quotes or escapes cannot be read.
	CodeBadQuote diag.Code = "bad-quote"
	// CodeEmptyElement is a comma-separated list with nothing between two commas.
	CodeEmptyElement diag.Code = "empty-element"
	// CodeUnknownValue is a value, or an element of a list, that is none of the few that there are.
	CodeUnknownValue diag.Code = "unknown-value"
	// CodeNotAvailable is a verb or a key that the language has and this release does not do.
	CodeNotAvailable diag.Code = "not-available"
)

package expr

import "github.com/denormgen/denormgen/gen/diag"

// The kinds of problems an expression can have.
const (
	// CodeSyntax is what go/parser does not read.
	CodeSyntax diag.Code = "expression-syntax"
	// CodeAssignment is = where == was meant.
	CodeAssignment diag.Code = "expression-assignment"
	// CodeRune is text between single quotes.
	CodeRune diag.Code = "expression-rune"
	// CodeUnsupported is Go that has no place in an expression: methods, indexes, function literals.
	CodeUnsupported diag.Code = "expression-unsupported"
	// CodeClock is a clock or a random number.
	CodeClock diag.Code = "expression-clock"
	// CodeUnknownField is a name that is no field of the model.
	CodeUnknownField diag.Code = "unknown-field"
	// CodeThrough is through.X where no relation leads through a model.
	CodeThrough diag.Code = "through-without-model"
	// CodeUnknownFunction is a call of anything but in, like and between.
	CodeUnknownFunction diag.Code = "unknown-function"
	// CodeArguments is a wrong number of arguments.
	CodeArguments diag.Code = "expression-arguments"
	// CodePattern is a pattern of like that is not a literal or has a wrong escape.
	CodePattern diag.Code = "like-pattern"
	// CodeType is operands that do not go together, or with their operator.
	CodeType diag.Code = "expression-type"
	// CodeNotNullable is nil compared with what is never nil.
	CodeNotNullable diag.Code = "never-nil"
	// CodeRange is a literal that no column can hold.
	CodeRange diag.Code = "literal-range"
	// CodeResult is an expression that yields another kind than its place wants.
	CodeResult diag.Code = "expression-result"
)

// Package expr is the language of predicates and numbers in annotations: Go expressions over the
// fields of one model, parsed by go/parser, typed against the model, and free of any SQL dialect.
//
// It is a leaf: the fields come in through a Scope, the SQL goes out through emit/sqltext.
package expr

// Kind is what an expression yields, as far as SQL and Go agree on it.
type Kind int

const (
	Invalid Kind = iota
	Bool
	Int
	Float
	Text
	Bytes
	Time
	Opaque // a Scanner, a UUID, JSON: may be compared with nil and, as a key, with its like
)

// Expr is a typed expression.
type Expr interface {
	Kind() Kind
	// String prints the expression as Go source, in one canonical form.
	String() string
}

// Column is a field of the model, or with Through one of the join table's model.
type Column struct {
	Through  bool
	Field    string // Go field name
	Name     string // column name, unquoted
	Type     Kind
	Nullable bool
}

// Literal is a constant: exactly the field that Type names is set.
type Literal struct {
	Type  Kind // Bool, Int, Float, Text or Time
	Bool  bool
	Int   int64
	Float string // as written, so that no digit is lost
	Text  string // for Time: UTC, "2006-01-02 15:04:05.999999"
}

// Op is an operator, spelled as in Go.
type Op string

const (
	And Op = "&&"
	Or  Op = "||"
	Not Op = "!"
	Eq  Op = "=="
	Ne  Op = "!="
	Lt  Op = "<"
	Le  Op = "<="
	Gt  Op = ">"
	Ge  Op = ">="
	Add Op = "+"
	Sub Op = "-"
	Mul Op = "*"
	Div Op = "/"
	Rem Op = "%"
)

// Unary is Not or Sub (a minus sign) before X.
type Unary struct {
	Op Op
	X  Expr
}

// Binary joins X and Y. Type is Bool for comparisons and connectives, else Int or Float;
// Div of two Ints is an integer division that truncates, and dividing by zero yields NULL.
type Binary struct {
	Op   Op
	X, Y Expr
	Type Kind
}

// IsNull is `X == nil`, or with Not `X != nil`.
type IsNull struct {
	X   Expr
	Not bool
}

// In is `in(X, a, b, ...)`.
type In struct {
	X    Expr
	List []Expr
}

// Like is `like(X, "pattern")`: case-sensitive on every database, % for any run of characters,
// _ for one, \ before either to mean it.
type Like struct {
	X       Expr
	Pattern string
}

// Between is `between(X, lo, hi)`, both ends included.
type Between struct {
	X, Lo, Hi Expr
}

func (c *Column) Kind() Kind  { return c.Type }
func (l *Literal) Kind() Kind { return l.Type }
func (b *Binary) Kind() Kind  { return b.Type }
func (*IsNull) Kind() Kind    { return Bool }
func (*In) Kind() Kind        { return Bool }
func (*Like) Kind() Kind      { return Bool }
func (*Between) Kind() Kind   { return Bool }

func (u *Unary) Kind() Kind {
	if u.Op == Not {
		return Bool
	}
	return u.X.Kind()
}

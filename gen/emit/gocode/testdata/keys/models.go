// Package keys has composite keys and a relation through a model.
package keys

type Seat string

type Hall struct {
	TenantID int64
	Code     string
}

type Row struct {
	TenantID int64
	Code     string
	Number   int32
}

type Booking struct {
	ID   int64
	Seat Seat
}

type Guest struct {
	ID   int64
	Name string
}

type Dish struct {
	ID   int64
	Name string
}

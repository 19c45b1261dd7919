package models

import "time"

// Employee works for the shop and may report to another one.
//
//denorm:table Employee
//denorm:collection employees
//denorm:include Reports depth=3 fields=EmployeeID,FirstName,LastName,HireDate order="LastName, FirstName"
//denorm:include Reports.Customers flatten=CustomerID as=CustomerIDs order=CustomerID
//denorm:count Customers as=CustomerCount
//denorm:collection org_charts doc=OrgChart where="ReportsTo == nil"
//denorm:fields EmployeeID,Title
//denorm:include Reports depth=2 type=OrgChartNode fields=Title order="HireDate desc"
type Employee struct {
	EmployeeID int64      `db:"EmployeeId"`
	LastName   string     `db:"LastName"`
	FirstName  string     `db:"FirstName"`
	Title      *string    `db:"Title"`
	ReportsTo  *int64     `db:"ReportsTo"`
	BirthDate  *time.Time `db:"BirthDate"`
	HireDate   *time.Time `db:"HireDate"`
	Address    *string    `db:"Address"`
	City       *string    `db:"City"`
	State      *string    `db:"State"`
	Country    *string    `db:"Country"`
	PostalCode *string    `db:"PostalCode"`
	Phone      *string    `db:"Phone"`
	Fax        *string    `db:"Fax"`
	Email      *string    `db:"Email"`

	//denorm:belongsto ReportsTo
	Manager *Employee
	//denorm:hasmany ReportsTo
	Reports []Employee
	//denorm:hasmany SupportRepID
	Customers []Customer
}

// Customer buys tracks.
//
//denorm:table Customer
//denorm:collection customers
//denorm:include SupportRep fields=FirstName,LastName,Title
//denorm:include SupportRep.Manager fields=FirstName,LastName,Title
//denorm:include Invoices order=InvoiceID omit=CustomerID
//denorm:include Invoices.Lines order=InvoiceLineID omit=InvoiceID
//denorm:include Invoices.Lines.Track
//denorm:sum Invoices.Lines "Quantity * UnitPrice" as=Invoices.LineTotal
//denorm:collection customer_cards doc=CustomerCard
//denorm:fields CustomerID,FullName,Country
//denorm:include Invoices order="Total desc, InvoiceDate desc" limit=2 where="Total >= 5 && BillingCountry != nil" fields=Total,InvoiceDate
//denorm:count Invoices as=InvoiceCount
//denorm:count Invoices as=LargeInvoiceCount where="Total >= 5"
//denorm:sum Invoices.Total as=Spent
//denorm:avg Invoices.Total as=AverageTotal
//denorm:min Invoices.InvoiceDate as=FirstInvoice
//denorm:max Invoices.InvoiceDate as=LastInvoice
type Customer struct {
	CustomerID   int64   `db:"CustomerId"`
	FirstName    string  `db:"FirstName"`
	LastName     string  `db:"LastName"`
	Company      *string `db:"Company"`
	Address      *string `db:"Address"`
	City         *string `db:"City"`
	State        *string `db:"State"`
	Country      *string `db:"Country"`
	PostalCode   *string `db:"PostalCode"`
	Phone        *string `db:"Phone"`
	Fax          *string `db:"Fax"`
	Email        string  `db:"Email"`
	SupportRepID *int64  `db:"SupportRepId"`

	SupportRep *Employee
	Invoices   []Invoice
}

// FullName is the name as it stands on an envelope.
//
//denorm:computed
func (c *Customer) FullName() string { return c.FirstName + " " + c.LastName }

package models

import (
	"context"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Invoice is one purchase of a customer.
//
//denorm:table Invoice
//denorm:collection invoices
//denorm:include Customer fields=Country,Email
//denorm:include Lines by=TrackID fields=TrackID,UnitPrice,Quantity
//denorm:include Lines.Track flatten=Name as=TrackName
//denorm:sum Lines "Quantity * UnitPrice" as=LineTotal
//denorm:collection receipts doc=Receipt extra=ReceiptTotals where="Total > 1"
//denorm:fields InvoiceID,Total
//denorm:include Lines fields=UnitPrice,Quantity order=InvoiceLineID
type Invoice struct {
	InvoiceID         int64     `db:"InvoiceId"`
	CustomerID        int64     `db:"CustomerId"`
	InvoiceDate       time.Time `db:"InvoiceDate"`
	BillingAddress    *string   `db:"BillingAddress"`
	BillingCity       *string   `db:"BillingCity"`
	BillingState      *string   `db:"BillingState"`
	BillingCountry    *string   `db:"BillingCountry"`
	BillingPostalCode *string   `db:"BillingPostalCode"`
	Total             float64   `db:"Total"`

	Customer *Customer
	Lines    []InvoiceLine
}

// InvoiceLine is one track on an invoice.
//
//denorm:table InvoiceLine
type InvoiceLine struct {
	InvoiceLineID int64   `db:"InvoiceLineId"`
	InvoiceID     int64   `db:"InvoiceId"`
	TrackID       int64   `db:"TrackId"`
	UnitPrice     float64 `db:"UnitPrice"`
	Quantity      int64   `db:"Quantity"`

	Invoice *Invoice
	Track   *Track
}

// ReceiptTotals is what a receipt adds to its invoice.
type ReceiptTotals struct {
	Items int64 `json:"items"`
}

// addTotals counts what was bought, and drops receipts of a single item.
//
//denorm:transform receipts
func addTotals(ctx context.Context, doc *Receipt) error {
	for _, line := range doc.Lines {
		doc.Items += line.Quantity
	}
	if doc.Items == 1 {
		return denorm.Skip
	}
	return nil
}

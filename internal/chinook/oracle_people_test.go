package chinook_test

import "strconv"

func (o oracle) employee(id int64) object {
	doc := o.row(`SELECT * FROM "Employee" WHERE "EmployeeId" = %d`, id)
	doc["reports"] = o.reports(id, 3)
	doc["customer_count"] = o.value(`SELECT COUNT(*) AS "Count" FROM "Customer" WHERE "SupportRepId" = %d`, id)
	return doc
}

// reports are those who report to an employee, and so on for so many levels; the last has no reports at
// all, not even an empty list.
func (o oracle) reports(id any, levels int) []object {
	list := []object{}
	for _, report := range o.rows(`SELECT "EmployeeId", "FirstName", "LastName", "HireDate" FROM "Employee" WHERE "ReportsTo" = %d
		ORDER BY "LastName", "FirstName", "EmployeeId"`, id) {
		customers := []any{}
		for _, customer := range o.rows(`SELECT "CustomerId" FROM "Customer" WHERE "SupportRepId" = %d ORDER BY "CustomerId"`, report["EmployeeId"]) {
			customers = append(customers, customer["CustomerId"])
		}
		report["customer_ids"] = customers
		if levels > 1 {
			report["reports"] = o.reports(report["EmployeeId"], levels-1)
		}
		list = append(list, report)
	}
	return list
}

func (o oracle) orgChart(id int64) object {
	doc := o.row(`SELECT "EmployeeId", "Title" FROM "Employee" WHERE "EmployeeId" = %d`, id)
	doc["reports"] = o.titles(id, 2)
	return doc
}

func (o oracle) titles(id any, levels int) []object {
	list := o.rows(`SELECT "EmployeeId", "Title" FROM "Employee" WHERE "ReportsTo" = %d ORDER BY "HireDate" DESC, "EmployeeId"`, id)
	for _, report := range list {
		if levels > 1 {
			report["reports"] = o.titles(report["EmployeeId"], levels-1)
		}
	}
	return list
}

func (o oracle) customer(id int64) object {
	doc := o.row(`SELECT * FROM "Customer" WHERE "CustomerId" = %d`, id)
	doc["full_name"] = doc["FirstName"].(string) + " " + doc["LastName"].(string)
	rep := o.row(`SELECT "EmployeeId", "FirstName", "LastName", "Title", "ReportsTo" FROM "Employee" WHERE "EmployeeId" = %d`, doc["SupportRepId"])
	rep["manager"] = o.row(`SELECT "EmployeeId", "FirstName", "LastName", "Title" FROM "Employee" WHERE "EmployeeId" = %d`, rep["ReportsTo"])
	doc["support_rep"] = rep.without("ReportsTo")
	invoices := []object{}
	for _, invoice := range o.rows(`SELECT * FROM "Invoice" WHERE "CustomerId" = %d ORDER BY "InvoiceId"`, id) {
		lines, total := []object{}, 0.0
		for _, line := range o.rows(`SELECT * FROM "InvoiceLine" WHERE "InvoiceId" = %d ORDER BY "InvoiceLineId"`, invoice["InvoiceId"]) {
			line["track"] = o.track(line["TrackId"])
			total += float64(line["Quantity"].(int64)) * line["UnitPrice"].(float64)
			lines = append(lines, line.without("InvoiceId"))
		}
		invoice["lines"], invoice["line_total"] = lines, sum(total)
		invoices = append(invoices, invoice.without("CustomerId"))
	}
	doc["invoices"] = invoices
	return doc
}

func (o oracle) customerCard(id int64) object {
	customer := o.row(`SELECT "FirstName", "LastName", "Country" FROM "Customer" WHERE "CustomerId" = %d`, id)
	doc := object{
		"CustomerId": id, "Country": customer["Country"],
		"full_name": customer["FirstName"].(string) + " " + customer["LastName"].(string),
	}
	doc["invoices"] = o.rows(`SELECT "InvoiceId", "Total", "InvoiceDate" FROM "Invoice"
		WHERE "CustomerId" = %d AND "Total" >= 5 AND "BillingCountry" IS NOT NULL
		ORDER BY "Total" DESC, "InvoiceDate" DESC, "InvoiceId" LIMIT 2`, id)
	count := o.value(`SELECT COUNT(*) AS "Count" FROM "Invoice" WHERE "CustomerId" = %d`, id).(int64)
	spent := sum(o.value(`SELECT SUM("Total") AS "Sum" FROM "Invoice" WHERE "CustomerId" = %d`, id))
	doc["invoice_count"], doc["spent"], doc["average_total"] = count, spent, spent/float64(count)
	doc["large_invoice_count"] = o.value(`SELECT COUNT(*) AS "Count" FROM "Invoice" WHERE "CustomerId" = %d AND "Total" >= 5`, id)
	doc["first_invoice"] = o.value(`SELECT MIN("InvoiceDate") AS "FirstDate" FROM "Invoice" WHERE "CustomerId" = %d`, id)
	doc["last_invoice"] = o.value(`SELECT MAX("InvoiceDate") AS "LastDate" FROM "Invoice" WHERE "CustomerId" = %d`, id)
	return doc
}

func (o oracle) invoice(id int64) object {
	doc := o.row(`SELECT * FROM "Invoice" WHERE "InvoiceId" = %d`, id)
	doc["customer"] = o.row(`SELECT "CustomerId", "Country", "Email" FROM "Customer" WHERE "CustomerId" = %d`, doc["CustomerId"])
	lines := object{}
	for _, line := range o.rows(`SELECT * FROM "InvoiceLine" WHERE "InvoiceId" = %d ORDER BY "InvoiceLineId"`, id) {
		line["track_name"] = o.name("Track", line["TrackId"])
		lines[strconv.FormatInt(line["TrackId"].(int64), 10)] = line.without("InvoiceId")
	}
	doc["lines"] = lines
	doc["line_total"] = sum(o.value(`SELECT SUM("Quantity" * "UnitPrice") AS "Sum" FROM "InvoiceLine" WHERE "InvoiceId" = %d`, id))
	return doc
}

func (o oracle) receipt(id int64) object {
	doc := o.row(`SELECT "InvoiceId", "Total" FROM "Invoice" WHERE "InvoiceId" = %d`, id)
	doc["lines"] = o.rows(`SELECT "InvoiceLineId", "UnitPrice", "Quantity" FROM "InvoiceLine" WHERE "InvoiceId" = %d ORDER BY "InvoiceLineId"`, id)
	doc["items"] = o.value(`SELECT SUM("Quantity") AS "Count" FROM "InvoiceLine" WHERE "InvoiceId" = %d`, id)
	return doc
}

// Package bob has the models that bob makes of the bookstore in a database. A test of the workloads gives it one; without
// PostgreSQL it is skipped, and the models stay as they are.
package bob

//go:generate go test ../../workloads -run ^TestBobModels$ -bobgen

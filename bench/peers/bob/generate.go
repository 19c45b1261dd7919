// Package bob has the models that bob makes of the bookstore in a database, which a test of the workloads gives it.
package bob

//go:generate go test ../../workloads -run ^TestBobModels$ -bobgen

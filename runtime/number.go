package denorm

import "strconv"

// sumDigits is the precision of sums of floats: what lies below depends on the order of addition.
const sumDigits = 15

// SumFloat reads a sum of floats, rounded to 15 significant digits, so that neither the order of
// addition nor the database shows.
func SumFloat(row Row, i int) float64 { return roundSum(row.Float64(i)) }

func roundSum(sum float64) float64 {
	if sum == 0 {
		return 0 // not -0, to which PostgreSQL alone adds up 0 * -0.5
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(sum, 'e', sumDigits-1, 64), 64)
	if err != nil {
		return sum // rounding up the very largest floats overflows
	}
	return rounded
}

// Average divides a sum by a count, nil if the count is zero. The division is made here, for databases
// round averages differently.
func Average(row Row, sum, count int) *float64 {
	n := row.Int64(count)
	if n == 0 || row.Null(sum) {
		return nil
	}
	average := total(row, sum) / float64(n)
	return &average
}

// total reads a sum: whole ones exactly, for they may have more digits than a sum of floats keeps.
func total(row Row, i int) float64 {
	value := row.Value(i)
	if _, float := value.(float64); !float {
		if whole, err := toInt64(value); err == nil {
			return float64(whole)
		}
	}
	return SumFloat(row, i)
}

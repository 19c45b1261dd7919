package mongosink

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// exactDigits is how many digits every double keeps.
const exactDigits = 15

// number turns a number of JSON into the first type that holds it as it is written: int32, int64, double, decimal128.
func number(text string) (any, error) {
	if !strings.ContainsAny(text, ".eE") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			if n == int64(int32(n)) {
				return int32(n), nil
			}
			return n, nil
		}
	} else if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsInf(f, 0) {
		digits, exponent := decimal(text)
		same := len(digits) <= exactDigits && (digits == "" || f != 0)
		if !same {
			shortest, at := decimal(strconv.FormatFloat(f, 'e', -1, 64))
			same = digits == shortest && exponent == at
		}
		if same {
			return f, nil
		}
	}
	d, err := bson.ParseDecimal128(text)
	if err != nil || d.IsInf() != 0 || d.IsNaN() {
		return nil, errors.New("a number has more digits than MongoDB keeps")
	}
	return d, nil
}

// decimal returns the digits of a number without zeros around them, and the power of ten of the last one. Signs are left
// out.
func decimal(text string) (digits string, exponent int) {
	mantissa, power, _ := strings.Cut(strings.ToLower(text), "e")
	exponent, _ = strconv.Atoi(power) // what is out of range is no double
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	exponent -= len(fraction)
	short := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(short)
	if short == "" {
		exponent = 0
	}
	return short, exponent
}

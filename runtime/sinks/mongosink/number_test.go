package mongosink

import (
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"0": "int32", "-0": "int32", "2147483647": "int32", "-2147483648": "int32", "2147483648": "int64", "9223372036854775807": "int64",
		"9223372036854775808": "bson.Decimal128", "18446744073709551615": "bson.Decimal128", "-9223372036854775809": "bson.Decimal128",
		"0.1": "float64", "1.0": "float64", "1e2": "float64", "-2.5e-3": "float64", "0.0": "float64", "0e999999999": "float64",
		"1.7976931348623157e308": "float64", "5e-324": "float64", "0.30000000000000004": "float64", "100000000000000000000000.0": "float64",
		"0.1234567890123456789": "bson.Decimal128", "12345678901234567890.12": "bson.Decimal128", "1e400": "bson.Decimal128", "1e-400": "bson.Decimal128",
		"0.12345678901234567890123456789012345678": "", "1e999999999": "", "1e-999999999": "", strings.Repeat("9", 40): "",
	} {
		value, err := number(text)
		got := fmt.Sprintf("%T", value)
		if err != nil {
			got = ""
		}
		if got != want {
			t.Errorf("%s is %q (%v), want %q", text, got, err, want)
		}
	}
}

func TestThereAndBack(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":18446744073709551615,"b":[0.1234567890123456789]}`: "",
		`{"a":1,"b":{"x":1,"x":2},"a":3}`:                        `{"a":3,"b":{"x":2}}`,
		`{"a":{"x.y":{"$z":[1.5]},"":null}}`:                     "",
	} {
		fields, err := parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := bson.Marshal(append(bson.D{{Key: idField, Value: "k"}, {Key: ownField, Value: 1}}, fields...))
		if err != nil {
			t.Fatal(err)
		}
		back, err := render(raw)
		if want == "" {
			want = text
		}
		if err != nil || string(back) != want {
			t.Errorf("%s comes back as %s (%v)", text, back, err)
		}
	}
}

// TestNotJSON has documents that cannot be, whose errors do not show them.
func TestNotJSON(t *testing.T) {
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for _, text := range []string{
		"", "secret", `"secret"`, `["secret"]`, `{"secret":}`, `{"secret":1`, `{"a":[1,secret]}`, `{"a":{"secret"}}`, `{"a":"secret`, `{"a":` + deep + `}`,
		`{"a":{"secret\u0000":1}}`, `{"_id":"secret"}`, `{"_denorm":"secret"}`, `{"":"secret"}`, `{"a.b":"secret"}`, `{"$a":"secret"}`, `{"a":1e999999999}`,
	} {
		if _, err := parse([]byte(text)); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("the error for %.20s is %v", text, err)
		}
	}
	if _, err := parse([]byte(`{"a":` + deep[1:len(deep)-1] + `}`)); err != nil {
		t.Errorf("a document of 100 levels: %v", err)
	}
}

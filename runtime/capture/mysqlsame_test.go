package capture

import "testing"

// TestMySQLOpenedIsTheSame holds what two counts of opened definitions may be compared for: one that another server
// made, or the same one before it was started again, says nothing.
func TestMySQLOpenedIsTheSame(t *testing.T) {
	last := mysqlOpened{server: "host/3306/1", started: 1000, count: 7}
	for name, test := range map[string]struct {
		now  mysqlOpened
		want bool
	}{
		"nothing was opened":                       {last, true},
		"a start that is a second off by rounding": {mysqlOpened{"host/3306/1", 1001, 7}, true},
		"the same, earlier":                        {mysqlOpened{"host/3306/1", 999, 7}, true},
		"something was opened":                     {mysqlOpened{"host/3306/1", 1000, 8}, false},
		"counted from zero":                        {mysqlOpened{"host/3306/1", 1000, 3}, false},
		"another server":                           {mysqlOpened{"host/3307/1", 1000, 7}, false},
		"started again":                            {mysqlOpened{"host/3306/1", 1002, 7}, false},
		"a start that was later":                   {mysqlOpened{"host/3306/1", 998, 7}, false},
	} {
		if got := test.now.same(last); got != test.want {
			t.Errorf("%s: same is %v, want %v", name, got, test.want)
		}
	}
	if (mysqlOpened{}).same(mysqlOpened{}) {
		t.Error("counts that nobody made are the same")
	}
}

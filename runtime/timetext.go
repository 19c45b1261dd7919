package denorm

import (
	"strconv"
	"strings"
	"time"
)

// parseTime reads a time in the forms that databases and drivers write: a date; a date and a time of day
// divided by a space or T, with seconds and fractions or without; then nothing (UTC), Z, or an offset,
// with what time.Time.String puts behind it; or a count of seconds or milliseconds since 1970.
func parseTime(text string) (time.Time, bool) {
	if len(text) < len("2006-01-02") || text[4] != '-' {
		n, err := strconv.ParseInt(text, 10, 64)
		return unixTime(n), err == nil
	}
	year, ok := digits(text, 0, 4)
	month, ok1 := digits(text, 5, 2)
	day, ok2 := digits(text, 8, 2)
	if !ok || !ok1 || !ok2 || text[7] != '-' {
		return time.Time{}, false
	}
	if year == 0 && month == 0 && day == 0 {
		// MySQL's zero date; its driver makes it the zero time.
		return time.Time{}, true
	}
	clock, rest, ok := parseClock(text[10:])
	if !ok {
		return time.Time{}, false
	}
	offset, ok := parseZone(rest)
	if !ok {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Month() != time.Month(month) || t.Day() != day {
		return time.Time{}, false
	}
	return t.Add(clock - offset), true
}

// parseClock reads " 15:04:05.999" and returns what follows it.
func parseClock(text string) (clock time.Duration, rest string, ok bool) {
	if text == "" {
		return 0, "", true
	}
	if text[0] != ' ' && text[0] != 'T' {
		return 0, text, true
	}
	hour, ok := digits(text, 1, 2)
	minute, ok1 := digits(text, 4, 2)
	if !ok || !ok1 || text[3] != ':' || hour > 23 || minute > 59 {
		return 0, "", false
	}
	clock = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	rest = text[6:]
	if rest == "" || rest[0] != ':' {
		return clock, rest, true
	}
	second, ok := digits(rest, 1, 2)
	if !ok || second > 59 {
		return 0, "", false
	}
	clock += time.Duration(second) * time.Second
	rest = rest[3:]
	if rest == "" || rest[0] != '.' {
		return clock, rest, true
	}
	unit := time.Second
	for rest = rest[1:]; rest != "" && rest[0] >= '0' && rest[0] <= '9'; rest = rest[1:] {
		unit /= 10
		clock += time.Duration(rest[0]-'0') * unit
	}
	return clock, rest, true
}

// parseZone reads "", "Z", "+01", "+0100", "+01:00" or "+01:00:30", a space before it or not, and a name
// and a monotonic reading behind it.
func parseZone(text string) (offset time.Duration, ok bool) {
	if text == "" {
		return 0, true
	}
	zone, _, _ := strings.Cut(strings.TrimPrefix(text, " "), " ")
	switch zone {
	case "", "+", "-":
		return 0, false
	case "Z", "UTC":
		return 0, true
	}
	sign := time.Duration(1)
	switch zone[0] {
	case '+':
	case '-':
		sign = -1
	default:
		return 0, false
	}
	zone = zone[1:]
	for unit := time.Hour; unit >= time.Second; unit /= 60 {
		if zone == "" {
			break
		}
		if unit < time.Hour {
			zone = strings.TrimPrefix(zone, ":")
		}
		n, ok := digits(zone, 0, 2)
		if !ok || n > 59 {
			return 0, false
		}
		offset += time.Duration(n) * unit
		zone = zone[2:]
	}
	return sign * offset, zone == ""
}

// digits reads n decimal digits at a place.
func digits(text string, at, n int) (value int, ok bool) {
	if len(text) < at+n {
		return 0, false
	}
	for _, c := range []byte(text[at : at+n]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		value = value*10 + int(c-'0')
	}
	return value, true
}

package capture

import (
	"database/sql/driver"
	"fmt"
)

// parseSide reads a side of a change: nil if both texts are. Values splits the text of the values; it is
// not called where the layout has none.
func parseSide(layout *Layout, holds, text []byte, values func(string) ([]driver.Value, error)) (*Side, error) {
	if holds == nil && text == nil {
		return nil, nil
	}
	side := &Side{}
	var err error
	if side.Holds, err = parseBits(holds, len(layout.Guards)); err != nil {
		return nil, err
	}
	if len(layout.Values) > 0 {
		if side.Values, err = values(string(text)); err != nil {
			return nil, err
		}
	}
	if len(side.Values) != len(layout.Values) {
		return nil, fmt.Errorf("%d values where the layout has %d", len(side.Values), len(layout.Values))
	}
	return side, nil
}

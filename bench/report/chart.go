package report

import (
	"bytes"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/denormgen/denormgen/bench/measure"
)

// chart draws our time by each peer's as bars, the largest data of each place only; a line is where both are as fast. It is
// nil where there is nothing to draw.
func chart(s section, results []measure.Result) ([]byte, error) {
	var names []string
	var values plotter.Values
	for _, r := range largest(results) {
		if !s.has(r.Workload) {
			continue
		}
		for _, p := range r.Peers {
			names = append(names, strings.TrimSpace(fmt.Sprint(r.Workload, " ", r.Database, " ÷ ", p.Name)))
			values = append(values, p.Ratio.Median)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	slices.Reverse(names) // a plot begins below
	slices.Reverse(values)
	p := plot.New()
	p.X.Label.Text = "our time by the peer's: below 1 we are faster"
	p.X.Min = 0
	bars, err := plotter.NewBarChart(values, vg.Points(9))
	if err != nil {
		return nil, err
	}
	bars.Horizontal = true
	bars.LineStyle.Width = 0
	bars.Color = color.RGBA{R: 0x2f, G: 0x6f, B: 0x9f, A: 0xff}
	equal, err := plotter.NewLine(plotter.XYs{{X: 1, Y: -0.5}, {X: 1, Y: float64(len(names)) - 0.5}})
	if err != nil {
		return nil, err
	}
	equal.Color = color.RGBA{R: 0xb0, G: 0x30, B: 0x30, A: 0xff}
	p.Add(bars, equal)
	p.NominalY(names...)
	const width, bar, rest = 560, 14, 60
	canvas := vgsvg.New(vg.Points(width), vg.Points(float64(bar*len(names)+rest)))
	p.Draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// largest leaves of results that differ in size alone the one of the most data.
func largest(results []measure.Result) []measure.Result {
	var list []measure.Result
	for _, r := range results {
		last := len(list) - 1
		if last >= 0 && list[last].Workload == r.Workload && list[last].Database == r.Database {
			list[last] = r
			continue
		}
		list = append(list, r)
	}
	return list
}

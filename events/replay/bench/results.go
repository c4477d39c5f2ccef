package main

import (
	"fmt"
	"slices"
)

// results are the samples of every figure.
type results map[cell][]float64

// A cell is a place in the table.
type cell struct {
	row    string
	column column
}

func (r results) add(row string, c column, sample float64) {
	r[cell{row, c}] = append(r[cell{row, c}], sample)
}

// median is 0 where there are no samples.
func (r results) median(row string, c column) float64 { return quantile(r[cell{row, c}], 0.5) }

// spread is half the distance between the quartiles, relative to the median.
func (r results) spread(row string, c column) float64 {
	samples := r[cell{row, c}]
	return (quantile(samples, 0.75) - quantile(samples, 0.25)) / 2 / quantile(samples, 0.5)
}

// text is a cell as it is printed.
func (r results) text(row string, c column) string {
	samples := r[cell{row, c}]
	switch {
	case len(samples) == 0:
		return ""
	case len(samples) < 3:
		return figure(r.median(row, c))
	default:
		return fmt.Sprintf("%s ±%.0f%%", figure(r.median(row, c)), 100*r.spread(row, c))
	}
}

// figure prints three digits or more.
func figure(x float64) string {
	switch {
	case x < 9.995:
		return fmt.Sprintf("%.2f", x)
	case x < 99.95:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.0f", x)
	}
}

// quantile interpolates between the samples beside it; 0 where there are none.
func quantile(samples []float64, q float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

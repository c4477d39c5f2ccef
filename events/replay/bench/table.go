package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// line is a measurement as benchstat reads it.
func line(name string, p program, value float64, unit string) string {
	return fmt.Sprintf("Benchmark%s 1 %.0f %s\n", key(name, p), value, unit)
}

// key is the name of a benchmark without its first word.
func key(name string, p program) string { return name + "/program=" + string(p) }

// samples are the values of benchmark lines by their key.
type samples map[string][]float64

// readLines reads what measure has written. The notes are all other lines: the description of the machine.
func readLines(text string) (notes string, s samples, err error) {
	s = samples{}
	for line := range strings.Lines(text) {
		measurement, isOne := strings.CutPrefix(line, "Benchmark")
		if !isOne {
			notes += line
			continue
		}
		var name, unit string
		var value float64
		if _, err := fmt.Sscanf(measurement, "%s 1 %f %s", &name, &value, &unit); err != nil {
			return "", nil, fmt.Errorf("%w in the line %q", err, line)
		}
		s[name] = append(s[name], value)
	}
	return notes, s, nil
}

// table renders the samples in Markdown, aligned for a terminal.
func (s samples) table() string {
	var table strings.Builder
	lines := tabwriter.NewWriter(&table, 0, 0, 1, ' ', 0)
	add := func(cells ...string) { fmt.Fprintf(lines, "| %s\t|\n", strings.Join(cells, "\t| ")) }
	add("", "floor", "floor with HTTP", "peer", "function", "ratio", "held to")
	add("---", "---:", "---:", "---:", "---:", "---:", "---")
	for _, r := range rows() {
		cells := []string{r.title}
		for _, p := range programs() {
			cells = append(cells, cell(s[key(r.name, p)], r.unit))
		}
		ratio, held := r.judge(s)
		add(append(cells, ratio, held)...)
	}
	lines.Flush()
	return table.String()
}

// judge returns the function's figure divided by the base, and the bound with a verdict.
func (r row) judge(s samples) (ratio, held string) {
	if r.bound == (bound{}) {
		return "", ""
	}
	held = fmt.Sprintf("≤ %.2f × %s", r.bound.most, r.bound.says)
	got, base := median(s[key(r.name, function)]), median(s[r.bound.base])
	switch {
	case got == 0 || base == 0:
		return "", held + ", not known"
	case got > r.bound.most*base:
		held += ", missed"
	default:
		held += ", met"
	}
	return fmt.Sprintf("%.2f", got/base), held
}

// cell is the median in a unit and, from three samples on, half the distance between the quartiles.
func cell(values []float64, unit float64) string {
	switch {
	case len(values) == 0:
		return ""
	case len(values) < 3:
		return figure(median(values) / unit)
	default:
		spread := (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values)
		return fmt.Sprintf("%s ±%.0f%%", figure(median(values)/unit), 100*spread)
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

func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile interpolates between the nearest values, and is 0 without any.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

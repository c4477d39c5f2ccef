package main

import "slices"

// difference compares two replies line by line: "- " is only in want, "+ " only in got, "  " in both.
func difference(want, got string) []string {
	a, b := unfolded(want), unfolded(got)
	if slices.Equal(a, b) {
		return []string{"the same but for white space, or for how a string is escaped"}
	}
	common := commonLines(a, b)
	var lines []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			lines = append(lines, "  "+a[i])
			i++
			j++
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			lines = append(lines, "- "+a[i])
			i++
		default:
			lines = append(lines, "+ "+b[j])
			j++
		}
	}
	return lines
}

// commonLines is the table of the longest common subsequence: [i][j] is its length for a[i:] and b[j:].
func commonLines(a, b []string) [][]int {
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}

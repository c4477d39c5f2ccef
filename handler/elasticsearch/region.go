package elasticsearch

import "strings"

// Regions are those in which Elasticsearch is served (Alibaba Cloud's endpoint list of
// the product, as of 2026-07-30). The list changes every year: a region may be served
// that is not in it.
func Regions() []string {
	return []string{
		"ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-3", "ap-southeast-5", "ap-southeast-7",
		"cn-beijing", "cn-chengdu", "cn-guangzhou", "cn-hangzhou", "cn-hangzhou-finance", "cn-hongkong",
		"cn-north-2-gov-1", "cn-qingdao", "cn-shanghai", "cn-shanghai-finance-1", "cn-shenzhen",
		"cn-wulanchabu", "cn-wulanchabu-gic-1", "cn-zhangjiakou", "eu-central-1", "eu-west-1", "na-south-1",
		"us-east-1", "us-west-1",
	}
}

// IsRestricted reports whether a region is of finance or government: only accounts that were
// admitted there can use it.
func IsRestricted(region string) bool {
	return strings.Contains(region, "-finance") || strings.Contains(region, "-gov-")
}

// NearestRegion returns the one of [Regions] that a mistyped text most likely stands for;
// "" if none is near.
func NearestRegion(text string) string { return Nearest(text, Regions()) }

// maxEdits is how far a text may be from the name that it stands for: from a region without
// its cn-, for example.
const maxEdits = 3

// Nearest returns the one of names that a mistyped text most likely stands for; "" if none
// is near.
func Nearest(text string, names []string) (nearest string) {
	least := maxEdits + 1
	for _, name := range names {
		if n := edits(text, name); n < least {
			least, nearest = n, name
		}
	}
	return nearest
}

// edits returns how many characters have to be inserted, deleted or replaced to make b
// out of a: the Levenshtein distance, in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1) // from a prefix of a to each prefix of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

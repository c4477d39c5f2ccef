package view

import (
	"encoding/csv"
	"strings"
	"unicode/utf8"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// CSV returns all connections, one a record, below a header.
func (r Report) CSV() string {
	var text strings.Builder
	to := csv.NewWriter(&text) // a Builder takes all, so nothing fails
	_ = to.Write([]string{"regionId", "accountId", "look", "reason",
		"instanceId", "instanceStatus", "instanceName", "instanceVpcId",
		"connectedInstanceId", "connectedInstanceStatus", "connectedInstanceName", "connectedInstanceVpcId", "networkType"})
	for _, c := range r.Connections {
		_ = to.Write(c.record())
	}
	to.Flush()
	return text.String()
}

func (c Connection) record() []string {
	record := []string{c.Region, c.Account, string(c.Look), c.Reason,
		c.Instance.ID, c.Instance.Status, c.Instance.Name, c.Instance.VPC,
		c.Connected.ID, c.Connected.Status, c.Connected.Name, c.Connected.VPC, c.Network}
	for i, text := range record {
		record[i] = noFormula(printable.Text(text))
	}
	return record
}

// noFormula returns a cell that a spreadsheet takes for a text: =, +, - and @ begin a
// formula, in some languages their wide forms too.
// https://owasp.org/www-community/attacks/CSV_Injection
func noFormula(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " "))
	if strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}

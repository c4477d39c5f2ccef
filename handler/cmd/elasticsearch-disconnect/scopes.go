package main

import (
	"slices"
	"strings"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/identity"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// regionVariable has the region if --region is not given.
const regionVariable = "ALIBABA_CLOUD_REGION_ID"

// A named is the names of regions, and where they come from.
type named struct {
	by      string // a flag, a variable or a profile
	regions []string
}

// preset returns the regions of the flag, else of the variable, else of the profile.
func (c Command) preset(t target, source identity.Source) named {
	split := func(text string) []string { return strings.FieldsFunc(text, func(c rune) bool { return c == ',' }) }
	switch variable := c.Getenv(regionVariable); {
	case len(t.regions) > 0:
		return named{"--region", t.regions}
	case variable != "":
		return named{regionVariable, split(variable)}
	}
	return named{"the region of " + source.Name + ",", split(source.Region)}
}

// regionsOf reads regions, each once, in order.
func regionsOf(n named, config handler.Config) ([]connection.Region, error) {
	var regions []connection.Region
	for _, name := range n.regions {
		for _, id := range expanded(strings.ToLower(strings.TrimSpace(name)), config) {
			if err := config.CheckRegion(id); err != nil {
				return nil, wrongUsage("%s %s %v", n.by, printable.Text(id), err)
			}
			region, _ := connection.ParseRegion(id) // of a list
			if !slices.Contains(regions, region) {
				regions = append(regions, region)
			}
		}
	}
	if len(regions) == 0 {
		return nil, wrongUsage("In which region? Give --region REGION, or --region all")
	}
	return regions, checkEndpoint(regions, config)
}

// expanded returns what a name of --region stands for: REGIONS, if it is set, are all that
// there are.
func expanded(name string, config handler.Config) (ids []string) {
	if name != allRegions {
		return []string{name}
	}
	for _, region := range config.Regions {
		ids = append(ids, region.String())
	}
	if len(ids) > 0 {
		return ids
	}
	return slices.DeleteFunc(elasticsearch.Regions(), elasticsearch.IsRestricted)
}

// checkEndpoint returns why the regions cannot be reached as the settings say; nil if they
// can.
func checkEndpoint(regions []connection.Region, config handler.Config) error {
	named := config.Endpoint.Region()
	switch only := config.OwnRegionAlone(); {
	case len(regions) > 1 && only != "":
		return wrongUsage("%s serves one region alone: give one --region, or unset it", only)
	case named != "" && named != regions[0].String():
		return wrongUsage("ELASTICSEARCH_ENDPOINT is in %s, and you asked for %s: unset it, or give --region %[1]s", named, regions[0])
	}
	return nil
}

// accountsOf reads the accounts that were named, each once, in order.
func accountsOf(named []string) ([]connection.AccountID, error) {
	var accounts []connection.AccountID
	for _, text := range named {
		account, err := connection.ParseAccountID(strings.TrimSpace(text))
		if err != nil {
			return nil, wrongUsage("--account %s", printable.Text(err.Error()))
		}
		if !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
	}
	return accounts, nil
}

// scopesOf returns every region of every account, the own one if none is named.
func scopesOf(regions []connection.Region, accounts []connection.AccountID, own connection.AccountID) (scopes []connection.Scope) {
	if len(accounts) == 0 {
		accounts = []connection.AccountID{own}
	}
	for _, account := range accounts {
		for _, region := range regions {
			scopes = append(scopes, connection.Scope{Region: region, Account: account})
		}
	}
	return scopes
}

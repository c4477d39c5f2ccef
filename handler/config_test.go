package handler_test

import (
	"log/slog"
	"slices"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
)

func TestReadConfig(t *testing.T) {
	t.Parallel()
	endpoint, err := elasticsearch.ParseEndpoint("https://example.com")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		env     map[string]string
		want    handler.Config
		wantErr string
	}{
		"nothing set": {nil, handler.Config{Network: elasticsearch.Public, Concurrency: 8}, ""},
		"everything set": {map[string]string{"ELASTICSEARCH_NETWORK": "vpc", "ELASTICSEARCH_ENDPOINT": "https://example.com", "DRY_RUN": "true", "LOG_LEVEL": "debug", "RELEASE_POLICY": "eager", "SWEEP_CONCURRENCY": "64"},
			handler.Config{Network: elasticsearch.VPC, Endpoint: endpoint, DryRun: true, LogLevel: slog.LevelDebug, Eager: true, Concurrency: 64}, ""},
		"everything set to nothing": {map[string]string{"ELASTICSEARCH_NETWORK": "", "ELASTICSEARCH_ENDPOINT": "", "DRY_RUN": "", "LOG_LEVEL": "", "RELEASE_POLICY": "", "SWEEP_CONCURRENCY": ""},
			handler.Config{Network: elasticsearch.Public, Concurrency: 8}, ""},
		"none at a time":   {map[string]string{"SWEEP_CONCURRENCY": "0"}, handler.Config{}, "SWEEP_CONCURRENCY is not a number from 1 to 64"},
		"a level nearly":   {map[string]string{"LOG_LEVEL": "warn+3", "DRY_RUN": "T"}, handler.Config{}, "DRY_RUN is neither true nor false\nLOG_LEVEL is none of debug, info, warn and error"},
		"no number":        {map[string]string{"SWEEP_CONCURRENCY": "8.5"}, handler.Config{}, "SWEEP_CONCURRENCY is not a number from 1 to 64"},
		"the brake is off": {map[string]string{"DRY_RUN": "false"}, handler.Config{Network: elasticsearch.Public, Concurrency: 8}, ""},
		"everything wrong": {map[string]string{"ELASTICSEARCH_NETWORK": "moon", "ELASTICSEARCH_ENDPOINT": "https://u:secret@h", "DRY_RUN": "on", "LOG_LEVEL": "loud", "RELEASE_POLICY": "never", "SWEEP_CONCURRENCY": "65"},
			handler.Config{}, "ELASTICSEARCH_NETWORK is neither public nor vpc\nELASTICSEARCH_ENDPOINT has more than a scheme and a host\nDRY_RUN is neither true nor false\nRELEASE_POLICY is neither final nor eager\nSWEEP_CONCURRENCY is not a number from 1 to 64\nLOG_LEVEL is none of debug, info, warn and error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := handler.ReadConfig(func(name string) string { return test.env[name] })
			gotErr := ""
			if err != nil {
				gotErr = err.Error()
			}
			if gotErr != test.wantErr {
				t.Errorf("error:\n got %s\nwant %s", gotErr, test.wantErr)
			}
			if err == nil && got != test.want {
				t.Errorf("config:\n got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	var asked []string
	if _, err := handler.ReadConfig(func(name string) string { asked = append(asked, name); return "" }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(asked, handler.Variables()) {
		t.Errorf("ReadConfig reads %v, Variables are %v", asked, handler.Variables())
	}
}

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A schema has the members of an object, as the documents of Log Service spell them, each with
// its type: "string", "integer", "boolean", a schema, a list of one of these, or each: any name
// with a value of one type. A name with a ! has to be there.
type (
	schema map[string]any
	list   []any
	each   struct{ of any }
)

func project() schema {
	return schema{"projectName!": "string", "description!": "string", "resourceGroupId": "string", "dataRedundancyType": "string", "recycleBinEnabled": "boolean"}
}

func logStore() schema {
	return schema{
		"logstoreName!": "string", "shardCount!": "integer", "ttl!": "integer", "appendMeta": "boolean", "autoSplit": "boolean",
		"enable_tracking": "boolean", "hot_ttl": "integer", "infrequentAccessTTL": "integer", "maxSplitShard": "integer",
		"mode": "string", "processorId": "string", "telemetryType": "string",
	}
}

func index() schema {
	text := func(more schema) schema {
		s := schema{"type!": "string", "alias": "string", "caseSensitive": "boolean", "chn": "boolean", "doc_value": "boolean", "token": list{"string"}}
		maps.Copy(s, more)
		return s
	}
	return schema{
		"keys": each{text(schema{"index_all": "boolean", "max_depth": "integer", "json_keys": each{text(nil)}, "vector_index": "string", "embedding": "string"})},
		"line": schema{"token!": list{"string"}, "caseSensitive": "boolean", "chn": "boolean", "include_keys": list{"string"}, "exclude_keys": list{"string"}},
		"ttl":  "integer", "max_text_len": "integer", "log_reduce": "boolean",
		"log_reduce_white_list": list{"string"}, "log_reduce_black_list": list{"string"}, "scan_index": "boolean",
	}
}

// alert is the body that makes an alert, or one that changes it: then its name is in the path.
func alert(named bool) schema {
	s := schema{
		"displayName!": "string", "description": "string",
		"schedule!": schema{
			"type!": "string", "interval": "string", "cronExpression": "string", "dayOfWeek": "integer", "hour": "integer",
			"delay": "integer", "runImmediately": "boolean", "timeZone": "string",
		},
		"configuration!": schema{
			"version!": "string", "type!": "string", "dashboard!": "string", "threshold!": "integer", "autoAnnotation!": "boolean",
			"sendResolved": "boolean", "noDataFire": "boolean", "noDataSeverity": "integer", "muteUntil": "integer",
			"queryList!": list{schema{
				"query!": "string", "timeSpanType!": "string", "start!": "string", "end!": "string", "storeType!": "string", "project!": "string",
				"store!": "string", "region!": "string", "chartTitle": "string", "dashboardId": "string", "powerSqlMode": "string", "roleArn": "string", "ui": "string",
			}},
			"groupConfiguration!":     schema{"type!": "string", "fields": list{"string"}},
			"joinConfigurations":      list{schema{"type": "string", "condition": "string"}},
			"severityConfigurations!": list{schema{"severity!": "integer", "evalCondition!": schema{"condition": "string", "countCondition": "string"}}},
			"labels":                  list{schema{"key!": "string", "value!": "string"}},
			"annotations":             list{schema{"key!": "string", "value!": "string"}},
			"policyConfiguration!":    schema{"alertPolicyId!": "string", "actionPolicyId": "string", "repeatInterval": "string"},
			"sinkAlerthub":            schema{"enabled": "boolean"},
			"sinkCms":                 schema{"enabled": "boolean"},
			"sinkEventStore":          schema{"enabled": "boolean", "endpoint": "string", "eventStore": "string", "project": "string", "roleArn": "string"},
		},
	}
	if named {
		s["name!"] = "string"
	}
	return s
}

func dashboard() schema {
	return schema{
		"dashboardName!": "string", "displayName!": "string", "description": "string", "attribute": each{"string"},
		"charts!": list{schema{
			"title!": "string", "type!": "string",
			"search!":  schema{"logstore!": "string", "topic": "string", "query!": "string", "start!": "string", "end!": "string"},
			"display!": schema{"displayName": "string", "xPos": "integer", "yPos": "integer", "width": "integer", "height": "integer"},
		}},
	}
}

// body reads the body of a call, and holds it to its schema.
func (k kind) body(verb, text string) (body map[string]any, err error) {
	s := map[string]schema{"Create": k.create, "Update": k.update}[verb]
	if s == nil {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return nil, answered(400, "PostBodyInvalid", "The request body is not valid JSON object: "+err.Error())
	}
	if faults := faults("the body", body, s); len(faults) > 0 {
		slices.Sort(faults)
		return nil, answered(400, "ParameterInvalid", strings.Join(faults, "; "))
	}
	return body, nil
}

// faults says how a value is not of a type.
func faults(where string, value, want any) (found []string) {
	kind := "null"
	switch v := value.(type) {
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case float64:
		kind = "integer"
	case []any:
		if of, ok := want.(list); ok {
			for i, element := range v {
				found = append(found, faults(fmt.Sprintf("%s[%d]", where, i), element, of[0])...)
			}
			return found
		}
		kind = "list"
	case map[string]any:
		switch want := want.(type) {
		case schema:
			return members(where, v, want)
		case each:
			for name, member := range v {
				found = append(found, faults(where+"."+name, member, want.of)...)
			}
			return found
		}
		kind = "object"
	}
	if kind != want {
		found = append(found, fmt.Sprintf("%s is of type %s", where, kind))
	}
	return found
}

// members says which members of an object are not in its schema, are missing, or are of
// another type.
func members(where string, object map[string]any, want schema) (found []string) {
	types := map[string]any{}
	for name, kind := range want {
		name, isRequired := strings.CutSuffix(name, "!")
		types[name] = kind
		if _, has := object[name]; isRequired && !has {
			found = append(found, where+" lacks "+name)
		}
	}
	for name, value := range object {
		kind, known := types[name]
		if !known {
			found = append(found, where+" has the unknown member "+name)
			continue
		}
		found = append(found, faults(where+"."+name, value, kind)...)
	}
	return found
}

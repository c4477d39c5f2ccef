package logs

import (
	"errors"
	"io/fs"
	"maps"
)

// A Thing is what Log Service may have: a project, a logstore, an index, an alert, a dashboard.
type Thing struct {
	Kind, Name string

	object string   // what the operations call it
	naming []string // the flags that name it
	within []string // the flags that name what it is made in
	absent string   // Log Service's code if there is none
	body   body
	change func(present body) body // what updates it; nil: it stays as it is
}

type body = map[string]any

func (t Thing) String() string { return t.Kind + " " + t.Name }

// Shared returns what all functions share that write to the logstore, in the order of making,
// by the files of handler/logs.
func (t Target) Shared(files fs.FS) ([]Thing, error) {
	index, err := t.read(files, "index.json")
	if err != nil {
		return nil, err
	}
	project, store := t.flags(), t.flags("--logstore", Store)
	return []Thing{
		{
			Kind: "project", Name: t.Project, object: "Project", naming: project, absent: "ProjectNotExist",
			body: body{"projectName": t.Project, "description": "Logs of Function Compute"},
		},
		{
			Kind: "logstore", Name: Store, object: "LogStore", naming: store, within: project, absent: "LogStoreNotExist",
			body: body{"logstoreName": Store, "ttl": 30, "shardCount": 1, "autoSplit": true, "maxSplitShard": 4},
		},
		{
			Kind: "index", Name: Store, object: "Index", naming: store, within: store, absent: "IndexConfigNotExist",
			body: index, change: func(present body) body { return merged(present, index) },
		},
	}, nil
}

// merged is the index that there is, with ours in it. What others index stays. The answer has
// more members than UpdateIndex takes.
func merged(present, ours body) body {
	index := maps.Clone(ours)
	for _, member := range []string{"line", "ttl", "log_reduce", "log_reduce_white_list", "log_reduce_black_list", "scan_index"} {
		if value, has := present[member]; has {
			index[member] = value
		}
	}
	keys := body{}
	if theirs, ok := present["keys"].(body); ok {
		maps.Copy(keys, theirs)
	}
	maps.Copy(keys, ours["keys"].(body))
	index["keys"] = keys
	return index
}

// Own returns what is the function's alone, by the files of handler/logs: its alerts and its
// dashboard.
func (t Target) Own(files fs.FS) ([]Thing, error) {
	names, err := fs.Glob(files, "alerts/*.json")
	if err == nil && len(names) == 0 {
		err = errors.New("there is no alerts/*.json")
	}
	if err != nil {
		return nil, err
	}
	var own []Thing
	for _, name := range names {
		definition, err := t.read(files, name)
		if err != nil {
			return nil, err
		}
		own = append(own, t.alert(definition))
	}
	dashboard, err := t.read(files, "dashboard.json")
	return append(own, t.dashboard(dashboard)), err
}

func (t Target) alert(definition body) Thing {
	name, _ := definition["name"].(string)
	return Thing{
		Kind: "alert", Name: name, object: "Alert", naming: t.flags("--alertName", name), within: t.flags(), absent: "JobNotExist",
		body: definition,
		change: func(body) body {
			rest := maps.Clone(definition)
			delete(rest, "name") // it cannot be changed
			return rest
		},
	}
}

func (t Target) dashboard(definition body) Thing {
	name, _ := definition["dashboardName"].(string)
	return Thing{
		Kind: "dashboard", Name: name, object: "Dashboard", naming: t.flags("--dashboardName", name), within: t.flags(), absent: "DashboardNotExist",
		body:   definition,
		change: func(body) body { return definition },
	}
}

// flags names the project, and what else is given.
func (t Target) flags(more ...string) []string {
	return append([]string{"--project", t.Project}, more...)
}

package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"strings"
)

// A service is what Log Service has, and how it behaves.
type service struct {
	Things map[string]map[string]any // by their kind and names, such as "Alert p-1 f-denied"
	Calls  []string                  // what was sent, such as "Get Alert p-1 f-denied"
	Faults map[string]string         // by operation, the code with which it is refused
	Late   int                       // as many calls come before a new project or logstore is known
}

func load(file string) (*service, error) {
	s := &service{Things: map[string]map[string]any{}}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(text, s)
	}
	return s, err
}

func (s *service) save(file string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// A kind says how Log Service speaks of a kind of thing.
type kind struct {
	path   []string // the parameters that name a thing, from the outside in
	member string   // of the body that makes one: the last of its names; "" if that has it from the path
	in     string   // the kind that it is in

	absent string // the code of the answer that there is none
	status int    // the HTTP status of that
	exists string // the code of the answer that there is one already

	create, update schema // of the bodies
}

func kinds() map[string]kind {
	return map[string]kind{
		"Project":   {[]string{"project"}, "projectName", "", "ProjectNotExist", 404, "ProjectAlreadyExist", project(), nil},
		"LogStore":  {[]string{"project", "logstore"}, "logstoreName", "Project", "LogStoreNotExist", 404, "LogStoreAlreadyExist", logStore(), nil},
		"Index":     {[]string{"project", "logstore"}, "", "LogStore", "IndexConfigNotExist", 400, "IndexAlreadyExist", index(), index()},
		"Alert":     {[]string{"project", "alertName"}, "name", "Project", "JobNotExist", 404, "JobAlreadyExist", alert(true), alert(false)},
		"Dashboard": {[]string{"project", "dashboardName"}, "dashboardName", "Project", "DashboardNotExist", 404, "DashboardAlreadyExist", dashboard(), dashboard()},
	}
}

// serve answers a call that the CLI has sent.
func (s *service) serve(c call) (string, error) {
	verb, object := c.split()
	k := kinds()[object]
	body, err := k.body(verb, c.flags["body"])
	if err != nil {
		return "", err
	}
	var names []string
	for _, parameter := range k.path {
		names = append(names, c.flags[parameter])
	}
	if name, ok := body[k.member].(string); ok && verb == "Create" {
		names[len(names)-1] = name
	}
	key := object + " " + strings.Join(names, " ")
	s.Calls = append(s.Calls, verb+" "+key)
	if code := s.Faults[c.operation]; code != "" {
		return "", answered(403, code, "it is refused")
	}
	if err := s.outside(k, names); err != nil {
		return "", err
	}
	return s.do(verb, key, k, body)
}

// split gives the two words of an operation: Get and LogStore.
func (c call) split() (verb, object string) {
	for _, verb := range []string{"Create", "Get", "Update", "Delete"} {
		if object, found := strings.CutPrefix(c.operation, verb); found {
			return verb, object
		}
	}
	return "", c.operation
}

// outside checks that there is what a thing is in, and that this is known by now.
func (s *service) outside(k kind, names []string) error {
	if k.in == "" {
		return nil
	}
	outer := kinds()[k.in]
	names = names[:len(outer.path)]
	if err := s.outside(outer, names); err != nil {
		return err
	}
	if s.Things[k.in+" "+strings.Join(names, " ")] == nil {
		return answered(outer.status, outer.absent, "it does not exist")
	}
	if s.Late > 0 {
		s.Late--
		return answered(outer.status, outer.absent, "it is not known yet")
	}
	return nil
}

// do reads or changes one thing.
func (s *service) do(verb, key string, k kind, body map[string]any) (string, error) {
	present, exists := s.Things[key]
	switch {
	case verb == "Create" && exists:
		return "", answered(400, k.exists, key+" already exists")
	case verb != "Create" && !exists:
		return "", answered(k.status, k.absent, key+" does not exist")
	case verb == "Delete":
		delete(s.Things, key)
	case verb == "Get":
		present = maps.Clone(present)
		present["lastModifyTime"] = 1714274900 // an answer has members that no body takes
		text, err := json.MarshalIndent(present, "", "\t")
		return string(text), err
	case verb == "Update" && k.member != "":
		body[k.member] = present[k.member]
		fallthrough
	default:
		s.Things[key] = body
	}
	return "", nil
}

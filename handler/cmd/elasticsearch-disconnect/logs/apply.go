package logs

import (
	"context"
	"encoding/json"
	"time"
)

// What is new is not known everywhere at once: for how long what goes into it is tried again.
const (
	pause = 5 * time.Second
	tries = 12
)

// Apply makes a thing, or updates the one that there is, and says which in a word: created,
// updated, or present if that stays as it is. What it is made in must have been applied before.
func (a Aliyun) Apply(ctx context.Context, t Thing) (word string, err error) {
	for range tries {
		if word, err = a.apply(ctx, t); !t.isEarly(err) {
			break
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return "", err
		}
	}
	return word, err
}

// isEarly reports whether Log Service does not know yet what the thing is made in.
func (t Thing) isEarly(err error) bool {
	for _, code := range []string{"ProjectNotExist", "LogStoreNotExist"} {
		if isAnswer(err, code) && code != t.absent {
			return true
		}
	}
	return false
}

func (a Aliyun) apply(ctx context.Context, t Thing) (word string, err error) {
	present, exists, err := a.get(ctx, t)
	switch {
	case err != nil:
		return "", err
	case !exists:
		return "created", a.write(ctx, "Create"+t.object, t.within, t.body)
	case t.change == nil:
		return "present", nil
	}
	return "updated", a.write(ctx, "Update"+t.object, t.naming, t.change(present))
}

// Exists reports whether Log Service has a thing.
func (a Aliyun) Exists(ctx context.Context, t Thing) (bool, error) {
	_, exists, err := a.get(ctx, t)
	return exists, err
}

// Delete deletes a thing, and says in a word whether there was one: deleted, or absent.
func (a Aliyun) Delete(ctx context.Context, t Thing) (word string, err error) {
	_, err = a.call(ctx, "Delete"+t.object, t.naming...)
	if isAnswer(err, t.absent) {
		return "absent", nil
	}
	return "deleted", err
}

// get asks for a thing. That there is none is believed if Log Service says so, in the code it
// has for that; everything else is a failure.
func (a Aliyun) get(ctx context.Context, t Thing) (present body, exists bool, err error) {
	answer, err := a.call(ctx, "Get"+t.object, t.naming...)
	switch {
	case isAnswer(err, t.absent):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	if err := json.Unmarshal(answer, &present); err != nil {
		return nil, false, &callError{"Get" + t.object, "", "the answer is not JSON: " + err.Error()}
	}
	return present, true, nil
}

func (a Aliyun) write(ctx context.Context, operation string, flags []string, b body) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	_, err = a.call(ctx, operation, append(flags[:len(flags):len(flags)], "--body", string(text))...)
	return err
}

package testvectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// judge compares what an operation gave with what the vector expects.
func judge(v *Vector, got any, err error, strict bool) Result {
	var skip notRun
	switch {
	case errors.As(err, &skip):
		return Result{ID: v.ID, Op: v.Op, Outcome: NotRun, Detail: string(skip)}
	case err != nil:
		return judgeRefusal(v, err, strict)
	case v.ExpectError != nil:
		res := failed(v, fmt.Sprintf("accepted, and must be refused: %s", v.ExpectError.Reason))
		res.Got = text(got)
		return res
	}
	if member, same := compare(v.Expected, got); !same {
		res := failed(v, fmt.Sprintf("%s is another", member))
		res.Want, res.Got = text(v.Expected), text(got)
		return res
	}
	return Result{ID: v.ID, Op: v.Op, Outcome: Passed}
}

func judgeRefusal(v *Vector, err error, strict bool) Result {
	found := reasonsOf(err)
	switch {
	case len(found) == 0:
		return failed(v, "an error that is no refusal of the input: "+err.Error())
	case v.ExpectError == nil:
		res := failed(v, "refused: "+err.Error())
		res.Want = text(v.Expected)
		return res
	case strict && !slices.Contains(found, v.ExpectError.Reason):
		return failed(v, fmt.Sprintf("refused because of %s, and not because of %s: %v",
			strings.Join(found, ", "), v.ExpectError.Reason, err))
	}
	return Result{ID: v.ID, Op: v.Op, Outcome: Passed}
}

func failed(v *Vector, detail string) Result {
	return Result{ID: v.ID, Op: v.Op, Outcome: Failed, Detail: detail}
}

// compare reports whether got has every member of the expected object with the
// same value, and names the first one, in the order of names, that has not.
func compare(expected json.RawMessage, got any) (member string, same bool) {
	var want, have map[string]any
	if json.Unmarshal(expected, &want) != nil || json.Unmarshal([]byte(text(got)), &have) != nil {
		return "the answer", false
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if h, ok := have[name]; !ok || !reflect.DeepEqual(h, want[name]) {
			return name, false
		}
	}
	return "", true
}

// text returns a value as compact JSON.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

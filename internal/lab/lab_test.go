package lab_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestPanels holds what the page takes for granted.
func TestPanels(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range lab.Panels() {
		names = append(names, p.Name)
		require.NotEmpty(t, p.Title, p.Name)
		require.NotEmpty(t, p.Intro, p.Name)
		require.NotEmpty(t, p.Examples, p.Name)
		seen := map[string]bool{}
		for _, f := range p.Fields {
			require.False(t, seen[f.Name], "%s has %s twice", p.Name, f.Name)
			seen[f.Name] = true
			require.NotEmpty(t, f.Label, "%s: %s", p.Name, f.Name)
			require.Equal(t, f.Kind == lab.Choose, len(f.Choices) > 0, "%s: %s", p.Name, f.Name)
		}
		for _, e := range p.Examples {
			for name := range e.Values {
				require.True(t, seen[name], "%s: example %q fills in %s, which is no field", p.Name, e.Name, name)
			}
		}
	}
	require.Equal(t, strings.Fields("encode decode translate verify dukpt keyblock components diagnose"), names)
}

// TestExamples: each is right, complete, and shows what it is about.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, p := range lab.Panels() {
		for _, e := range p.Examples {
			a, err := lab.Ask(t.Context(), p.Name, e.Values)
			require.NoError(t, err)
			require.Empty(t, a.Problems, "%s: %s", p.Name, e.Name)
			checkAnswer(t, p.Name+": "+e.Name, a)
			require.NotEmpty(t, a.Result, e.Name)
			require.NotEmpty(t, a.Explanation.Steps, e.Name)
			require.NotEmpty(t, a.Explanation.Answer, e.Name)
			require.True(t, strings.HasPrefix(a.Command, "pinion lab "), a.Command)
			require.NotContains(t, a.Command, "\n")
			for name, value := range e.Values {
				require.True(t, value == "" || slices.Contains(a.Uses, name), "%s: %s fills in %s, which is not shown", p.Name, e.Name, name)
			}
		}
	}
}

// TestEveryPanelShowsGo: the first example of a panel has a program.
func TestEveryPanelShowsGo(t *testing.T) {
	t.Parallel()
	for _, p := range lab.Panels() {
		a, err := lab.Ask(t.Context(), p.Name, p.Examples[0].Values)
		require.NoError(t, err)
		require.NotEmpty(t, a.Go, p.Name)
	}
}

func TestNoSuchPanel(t *testing.T) {
	t.Parallel()
	_, err := lab.Ask(t.Context(), "nothing", nil)
	require.ErrorIs(t, err, lab.ErrPanel)
}

// TestPanelsAreJSON: the page has them as JSON, and nothing is lost.
func TestPanelsAreJSON(t *testing.T) {
	t.Parallel()
	for _, p := range lab.Panels() {
		raw, err := json.Marshal(p)
		require.NoError(t, err)
		var again lab.Panel
		require.NoError(t, json.Unmarshal(raw, &again))
		require.Equal(t, p.Fields, again.Fields)
		require.Equal(t, p.Examples, again.Examples)
	}
}

// checkAnswer holds what is so for every answer.
func checkAnswer(t *testing.T, id string, a lab.Answer) {
	t.Helper()
	if len(a.Problems) > 0 {
		require.Empty(t, a.Result, id)
		require.True(t, a.Explanation == nil || len(a.Explanation.Answer) == 0, "%s: an answer in spite of %v", id, a.Problems)
	} else {
		require.NotEmpty(t, a.Result, id)
		require.NotNil(t, a.Explanation, id)
	}
	for name, what := range a.Problems {
		require.NotEmpty(t, what, id)
		require.True(t, name == "" || slices.Contains(a.Uses, name), "%s: %s is wrong and not shown", id, name)
		require.True(t, strings.HasSuffix(what, ".") || strings.HasSuffix(what, "?"), "%s: %s", id, what)
	}
	raw, err := json.Marshal(a)
	require.NoError(t, err, id)
	var again lab.Answer
	require.NoError(t, json.Unmarshal(raw, &again), id)
	rawAgain, err := json.Marshal(again)
	require.NoError(t, err, id)
	require.JSONEq(t, string(raw), string(rawAgain), id)
}

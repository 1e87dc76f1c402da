package examples_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/softhsm"
)

// TestWorkflow does by hand what the GitHub Actions job of examples/ci does: each step
// that tests is run in that folder, and each that installs, installs what package
// softhsm asks for. A step of another kind fails, since nobody would have tried it.
func TestWorkflow(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("ci/workflow.yml")
	require.NoError(t, err)
	workflow, err := yaml.Parser().Unmarshal(raw)
	require.NoError(t, err)
	job := workflow["jobs"].(map[string]any)["pins"].(map[string]any)
	tests := 0
	for _, s := range job["steps"].([]any) {
		step := s.(map[string]any)
		if uses, ok := step["uses"].(string); ok {
			require.Regexp(t, `^actions/(checkout|setup-go)@v\d+$`, uses)
			continue
		}
		line := step["run"].(string)
		if packages, ok := strings.CutPrefix(line, "sudo apt-get update && sudo apt-get install -y "); ok {
			require.Contains(t, softhsm.ErrNotInstalled.Error(), "apt-get install "+packages+" ")
			continue
		}
		require.True(t, strings.HasPrefix(line, "go test "), "a step nobody tries: %s", line)
		cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
		cmd.Dir = "ci"
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "ok")
		tests++
	}
	require.Equal(t, 1, tests)
}

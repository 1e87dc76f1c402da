package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pinion": main})
}

// TestScripts runs the scripts, which read like a manual. They run the command
// as it is installed, in an empty folder.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Cmds:                serviceCommands,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(s *testscript.Env) error {
			for _, name := range []string{"SOFTHSM2_MODULE", "TMPDIR"} {
				if v, ok := os.LookupEnv(name); ok {
					s.Setenv(name, v)
				}
			}
			return nil
		},
	})
}

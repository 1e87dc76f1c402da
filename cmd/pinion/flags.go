package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pinion-hsm/pinion/internal/nearest"
)

// flagError turns what pflag says about a command line into what a person can
// use. It quotes no value: it may be a PIN that met the wrong flag.
func flagError(c *cobra.Command, err error) error {
	see := "see '" + c.CommandPath() + " --help'"
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		if short := word(unknown.GetSpecifiedShortnames()); short != "" {
			p := usage("unknown flag -%s", short)
			if c.Flags().Lookup(short) != nil {
				return p.withHint("flags have two dashes: --%s", short)
			}
			return p.withHint("flags are words with two dashes, like --format; %s", see)
		}
		return unknownFlag(c, unknown.GetSpecifiedName(), see)
	case errors.As(err, &missing):
		return usage("--%s needs a value", missing.GetFlag().Name).withHint("%s", see)
	case errors.As(err, &invalid):
		return usage("--%s: want %s", invalid.GetFlag().Name, wanted(invalid.GetFlag())).withHint("%s", see)
	}
	return usage("a flag is malformed").withHint("flags are words with two dashes, like --format; %s", see)
}

// wanted says in words what values a flag takes.
func wanted(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "no value, or true or false"
	case "int", "uint", "int64", "uint64", "uint16", "count":
		return "a number"
	case "duration":
		return "a duration like 10s or 2m"
	}
	return "another value"
}

func unknownFlag(c *cobra.Command, name, see string) error {
	p := usage("unknown flag --%s", word(name)).withHint("%s", see)
	if name == "version" && !c.HasParent() {
		return p.withHint("'pinion version' prints it")
	}
	best, least := "", 3
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		d := nearest.Distance(word(name), f.Name)
		if strings.HasPrefix(f.Name, word(name)) {
			d = 1
		}
		if d < least {
			best, least = f.Name, d
		}
	})
	if best != "" {
		return p.withHint("did you mean --%s?", best)
	}
	return p
}

// word returns what may be shown of something typed where a name should be: its
// letters and dashes up to the first that is neither, at most 24 of them.
func word(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(s)
	}
	if end > 24 {
		end = 24
	}
	if end < len(s) {
		return s[:end] + "…"
	}
	return s
}

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func init() { register("vectors", newVectorsList) }

func newVectorsList(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "list [PATH...]",
		Short: "List files of test vectors, how many each has, and of what operations",
		Example: `  pinion vectors list
  pinion vectors list --json vectors/`,
		Args: cobra.ArbitraryArgs,
	}
	c.Long = c.Short + "."
	var out output
	out.flag(c)
	c.RunE = func(_ *cobra.Command, paths []string) error {
		list := []vectorEntry{}
		var broken error
		for _, file := range vectorFiles(paths) {
			f, err := file.load()
			if err != nil {
				if broken != nil {
					_ = report(e, broken)
				}
				broken = err
				continue
			}
			entry := vectorEntry{file.name, f.Topic, len(f.Vectors), map[string]int{}}
			for _, v := range f.Vectors {
				entry.Ops[v.Op]++
			}
			list = append(list, entry)
		}
		if err := out.write(e, listText(list), map[string]any{"files": list}); err != nil {
			return err
		}
		return broken
	}
	return c
}

// vectorEntry is one file in the list.
type vectorEntry struct {
	File    string         `json:"file"`
	Topic   string         `json:"topic"`
	Vectors int            `json:"vectors"`
	Ops     map[string]int `json:"ops"`
}

func listText(list []vectorEntry) string {
	var b strings.Builder
	total := 0
	for _, f := range list {
		var ops []string
		for _, op := range slices.Sorted(maps.Keys(f.Ops)) {
			ops = append(ops, fmt.Sprintf("%s %d", op, f.Ops[op]))
		}
		fmt.Fprintf(&b, "%5d  %-30s %s\n", f.Vectors, f.File, strings.Join(ops, ", "))
		total += f.Vectors
	}
	fmt.Fprintf(&b, "%5d  in %d files\n", total, len(list))
	return b.String()
}

package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
)

// labelledKey is a key to be loaded.
type labelledKey struct {
	where string // in the command line or the file, for errors
	label string
	key   keys.Key
}

// read reads every key before the first is used.
func (l *labLoad) read(e *env) ([]labelledKey, error) {
	var list []labelledKey
	for i, text := range l.keys {
		k, err := parseLabelledKey(position("--key", i, len(l.keys)), text)
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	if l.file != "" {
		fromFile, err := l.readFile(e)
		if err != nil {
			return nil, err
		}
		list = append(list, fromFile...)
	}
	if len(list) == 0 {
		return nil, usage("no key is given").withHint("--key LABEL:USAGE:HEX, or --keys FILE")
	}
	seen := map[string]string{}
	for _, k := range list {
		if first, ok := seen[k.label]; ok {
			return nil, usage("%s: the label is that of %s", k.where, first)
		}
		seen[k.label] = k.where
	}
	return list, nil
}

// maxKeyFile bounds what is read of a file of keys.
const maxKeyFile = 4 << 20

func (l *labLoad) readFile(e *env) ([]labelledKey, error) {
	in := e.stdin
	if l.file != "-" {
		f, err := os.Open(l.file)
		if err != nil {
			return nil, usage("--keys: the file cannot be read").withHint("is the path right, and may you read it?")
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxKeyFile))
	if err != nil {
		return nil, usage("--keys: the file cannot be read")
	}
	var list []labelledKey
	n := 0
	for line := range strings.SplitSeq(string(text), "\n") {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		k, err := parseLabelledKey(fmt.Sprintf("--keys line %d", n), line)
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	return list, nil
}

package server

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/v2"

	"github.com/pinion-hsm/pinion/internal/nearest"
)

// Sources are where a configuration comes from, each over the one before.
type Sources struct {
	File    string            // YAML; "" is none
	Environ []string          // as os.Environ has it
	Flags   map[string]string // text by key, like "log.level"

	dev layer // between the defaults and the file
}

// Load returns the configuration of the sources. The error is Problems. What it
// returns is read, and not checked yet: see [Config.Check].
func Load(s Sources) (Config, error) {
	var p Problems
	k := koanf.New(".")
	merge := func(l layer) {
		if err := k.Load(l, nil); err != nil {
			p.add("configuration", "it cannot be put together")
		}
	}
	merge(s.dev)
	if s.File != "" {
		merge(p.file(s.File))
	}
	all := leaves(reflect.TypeFor[Config](), "")
	p.environment(k, s.Environ, all)
	for _, key := range sortedKeys(s.Flags) {
		p.flag(k, key, s.Flags[key], all)
	}
	c := Defaults()
	p.decode(reflect.ValueOf(&c).Elem(), k.Raw(), "")
	return c, p.err()
}

// layer is the map of one source, for koanf.
type layer map[string]any

// ReadBytes is not for layers.
func (layer) ReadBytes() ([]byte, error) { return nil, errors.ErrUnsupported }

// Read returns the map.
func (l layer) Read() (map[string]any, error) { return l, nil }

const maxConfig = 1 << 20

// file reads a YAML file. What YAML says is wrong is told by its line, for it
// quotes what it did not understand.
func (p *Problems) file(name string) layer {
	raw, err := readFile(name, maxConfig)
	if err != nil {
		p.add("--config", "%s", err)
		return layer{}
	}
	m, err := yaml.Parser().Unmarshal(raw)
	if err != nil {
		where := yamlLine.FindString(err.Error())
		if where == "" {
			where = "somewhere"
		}
		text := "it is not YAML with keys, " + where
		if strings.Contains(err.Error(), "already defined") {
			text = "a key is there twice, " + where
		}
		p.add("--config", "%s", text)
		return layer{}
	}
	return withoutNulls(m)
}

var yamlLine = regexp.MustCompile(`line [0-9]+`)

// withoutNulls removes keys without a value, which would hide the defaults.
func withoutNulls(m map[string]any) map[string]any {
	for k, v := range m {
		switch v := v.(type) {
		case nil:
			delete(m, k)
		case map[string]any:
			withoutNulls(v)
		}
	}
	return m
}

// notConfig are variables of the name's form that other parts of pinion read.
var notConfig = []string{"PINION_PASSPHRASE"}

// environment merges the variables PINION_…. One that is nobody's is a problem.
func (p *Problems) environment(k *koanf.Koanf, environ []string, all []leaf) {
	byName := map[string]leaf{"PINION_DEVICE": {"device.uri", reflect.TypeFor[string]()}}
	for _, l := range all {
		byName[envName(l.path)] = l
	}
	err := k.Load(env.Provider(".", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, text string) (string, any) {
			if slices.Contains(notConfig, name) || text == "" || p.referred(k, environ, name) {
				return "", nil
			}
			l, ok := byName[name]
			if !ok {
				p.unknown(word(name), name, sortedKeys(byName))
				return "", nil
			}
			v, err := parse(l.typ, text)
			if err != nil {
				p.add(name, "%s", err)
				return "", nil
			}
			return l.path, v
		},
	}), nil)
	if err != nil {
		p.add("environment", "it cannot be put together")
	}
}

// referred says whether a variable is named as the place of a secret.
func (*Problems) referred(k *koanf.Koanf, environ []string, name string) bool {
	is := func(v string) bool { return v == "env:"+name }
	for _, v := range k.All() {
		if s, ok := v.(string); ok && is(s) {
			return true
		}
	}
	return slices.ContainsFunc(environ, func(e string) bool {
		_, v, _ := strings.Cut(e, "=")
		return strings.HasPrefix(e, envPrefix) && is(v)
	})
}

// flag sets one key from the command line.
func (p *Problems) flag(k *koanf.Koanf, key, text string, all []leaf) {
	var names []string
	for _, l := range all {
		if l.path != key {
			names = append(names, l.path)
			continue
		}
		v, err := parse(l.typ, text)
		if err == nil {
			err = k.Set(key, v)
		}
		if err != nil {
			p.add(key, "%s", err)
		}
		return
	}
	near := nearest.Name(key, names)
	if near == "" {
		p.add(word(key), "there is no such key; --print-config shows them all")
		return
	}
	p.add(word(key), "there is no such key; did you mean %s?", near)
}

package lab

import "strings"

// commandLine is a pinion command as it is typed into a POSIX shell.
type commandLine struct{ b strings.Builder }

// command begins a command line: command("lab", "encode").
func command(words ...string) *commandLine {
	c := &commandLine{}
	c.b.WriteString("pinion")
	for _, w := range words {
		c.b.WriteString(" " + w)
	}
	return c
}

// flag adds a flag and its value; none for an empty value.
func (c *commandLine) flag(name, value string) *commandLine {
	if value != "" {
		c.b.WriteString(" --" + name + " " + quoted(value))
	}
	return c
}

// flags adds a flag once for each value.
func (c *commandLine) flags(name string, values []string) *commandLine {
	for _, v := range values {
		c.flag(name, v)
	}
	return c
}

// tick adds a flag that has no value.
func (c *commandLine) tick(name string, on bool) *commandLine {
	if on {
		c.b.WriteString(" --" + name)
	}
	return c
}

func (c *commandLine) String() string { return c.b.String() }

// plainCharacters are those that a POSIX shell leaves alone in a word.
const plainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+"

// quoted returns a word for a POSIX shell, in single quotes where it needs any:
// nothing is special between them but their end.
func quoted(word string) string {
	if word != "" && strings.Trim(word, plainCharacters) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

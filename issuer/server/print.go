package server

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Print returns a configuration as YAML with what the schema says of each key.
// [Load] reads it as it was.
func Print(c Config) string {
	var b strings.Builder
	b.WriteString("# Configuration of pinion serve. Every key may also be set by --set KEY=VALUE or, except in\n" +
		"# lists, by a variable: tls.clientCA is PINION_TLS_CLIENT_CA.\n")
	printStruct(&b, reflect.ValueOf(c), "")
	return b.String()
}

func printStruct(b *strings.Builder, v reflect.Value, indent string) {
	i := 0
	for f := range fields(v.Type()) {
		if indent == "" {
			b.WriteString("\n")
		}
		for line := range strings.SplitSeq(f.Tag.Get("doc"), "\n") {
			fmt.Fprintf(b, "%s# %s\n", indent, line)
		}
		fmt.Fprintf(b, "%s%s:", indent, nameOf(f))
		printValue(b, v.Field(i), indent)
		i++
	}
}

func printValue(b *strings.Builder, v reflect.Value, indent string) {
	switch {
	case v.Kind() == reflect.Struct:
		b.WriteString("\n")
		printStruct(b, v, indent+"  ")
	case isList(v.Type()) && v.Len() > 0:
		b.WriteString("\n")
		for i := range v.Len() {
			var item strings.Builder
			printStruct(&item, v.Index(i), indent+"    ")
			b.WriteString(indent + "  -\n" + item.String())
		}
	default:
		b.WriteString(" " + scalar(v) + "\n")
	}
}

// scalar writes a leaf as JSON does, which is YAML too.
func scalar(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		return time.Duration(v.Int()).String()
	case v.Kind() == reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = scalar(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case v.Kind() == reflect.String:
		return strconv.Quote(v.String())
	}
	return fmt.Sprint(v.Interface())
}

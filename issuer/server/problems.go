package server

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/internal/errtext"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	Key  string // like "products[2].method.pvki", or the name of a variable
	Text string // what is wrong; never the value
}

// Problems is everything that is wrong with a configuration.
type Problems []Problem

// ErrConfig is what every Problems is.
var ErrConfig = errors.New("issuer/server: the configuration is not right")

// Error returns all problems, one on each line.
func (p Problems) Error() string {
	var b strings.Builder
	b.WriteString("the configuration is not right:")
	for _, one := range p {
		b.WriteString("\n  " + one.Key + ": " + one.Text)
	}
	return b.String()
}

// Is makes every Problems an ErrConfig.
func (p Problems) Is(target error) bool { return target == ErrConfig }

// err returns the problems as an error, nil if there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p *Problems) add(key, format string, a ...any) {
	*p = append(*p, Problem{key, fmt.Sprintf(format, a...)})
}

// addError adds an error that quotes no secret.
func (p *Problems) addError(key string, err error) {
	if err != nil {
		p.add(key, "%s", errtext.Plain(err.Error()))
	}
}

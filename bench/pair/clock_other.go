//go:build !unix

package pair

import "time"

var began = time.Now()

// spent returns the time that has gone by: this system is not asked for the processor's.
func spent() time.Duration { return time.Since(began) }

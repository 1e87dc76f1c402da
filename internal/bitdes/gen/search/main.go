// Command search looks for small circuits for the S-boxes of DES, and writes each
// one that is smaller than what is in the folder of tables.
//
//	go run ./search -gates 2 -seconds 60        gates of two inputs
//	go run ./search -gates 3 -seconds 60 -s 5   gates of three, S-box 5 only
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/pinion-hsm/pinion/internal/bitdes/gen/circuit"
)

func main() {
	inputs := flag.Int("gates", 2, "inputs of a gate, 2 or 3")
	only := flag.Int("s", 0, "one S-box, 1 to 8; 0 is all")
	seconds := flag.Int("seconds", 60, "time for an S-box")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random choices")
	width := flag.Int("beam", 40, "partial circuits kept")
	tries := flag.Int("tries", 6, "attempts to add an output to a partial circuit")
	folder := flag.String("tables", "tables", "where the circuits are")
	flag.Parse()
	for n := 1; n <= 8; n++ {
		if *only != 0 && *only != n {
			continue
		}
		s := &searcher{
			rand: rand.New(rand.NewPCG(*seed, uint64(n))), targets: circuit.Outputs(n),
			three: *inputs == 3, beam: *width, tries: *tries,
			deadline: time.Now().Add(time.Duration(*seconds) * time.Second),
		}
		file := filepath.Join(*folder, fmt.Sprintf("s%d.%d.txt", n, *inputs))
		if err := run(s, file, n); err != nil {
			log.Fatal(err)
		}
	}
}

// run searches until the time is over, and keeps what is better than the file.
func run(s *searcher, file string, n int) error {
	best := 1 << 10
	if text, err := os.ReadFile(file); err == nil {
		c, err := circuit.Parse(bytes.NewReader(text))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		best = c.Gates()
	}
	rounds := 0
	for ; time.Now().Before(s.deadline); rounds++ {
		for _, net := range s.round() {
			c := net.lower(s.three)
			if c.Gates() >= best {
				continue
			}
			if out, err := c.Eval(); err != nil || out != circuit.Outputs(n) {
				return fmt.Errorf("the search made a wrong circuit for S%d: %v\n%s", n, err, c)
			}
			best = c.Gates()
			text := fmt.Sprintf("# S%d in %d gates; found by gen/search\n%s", n, best, c)
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	fmt.Printf("S%d: %d gates of %d inputs, %d rounds\n", n, best, 2+b2i(s.three), rounds)
	return nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

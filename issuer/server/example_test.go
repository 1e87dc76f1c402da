package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/pinion-hsm/pinion/issuer/server"
)

// Each source is over the one before: the defaults, a file, the environment, flags.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "config")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "pinion.yaml")
	if err := os.WriteFile(file, []byte("listen: 127.0.0.1:8443\nlog:\n  level: warn\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	c, err := server.Load(server.Sources{
		File:    file,
		Environ: []string{"PINION_LOG_LEVEL=error"},
		Flags:   map[string]string{"log.format": "text"},
	})
	fmt.Println(c.Listen, c.Log.Level, c.Log.Format, err)

	_, err = server.Load(server.Sources{Flags: map[string]string{"log.colour": "red"}})
	fmt.Println("in the schema:", !errors.Is(err, server.ErrConfig))
	// Output:
	// 127.0.0.1:8443 error text <nil>
	// in the schema: false
}

// What is wrong is told all at once, before anything is opened.
func ExampleCheckConfig() {
	err := server.CheckConfig(server.Options{
		Sources: server.Sources{Flags: map[string]string{"listen": "8443", "store": "mysql://db.example/cards"}},
		Getenv:  os.Getenv,
	})
	var problems server.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			if p.Key == "listen" || p.Key == "store" { // of many
				fmt.Println(p.Key+":", p.Text)
			}
		}
	}
	// Output:
	// listen: want an address and a port, like 0.0.0.0:8443
	// store: want sqlite:/path/of/file.db or postgres://user@host/database
}

// The service in development mode, for a test of a client: everything that it needs is
// made in a directory, and the ready file says where it is and with which token.
func ExampleRun() {
	dir, err := os.MkdirTemp("", "pinion")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := filepath.Join(dir, "ready.json"), make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, server.Options{
			Dev: &server.Dev{Dir: filepath.Join(dir, "data"), HTTP: true}, ReadyFile: ready,
			Sources: server.Sources{Flags: map[string]string{"listen": "127.0.0.1:0", "timeouts.drain": "0s"}},
			Getenv:  os.Getenv, Stderr: io.Discard,
		})
	}()
	var at server.Ready
	for at.URL == "" {
		if text, err := os.ReadFile(ready); err == nil {
			if err := json.Unmarshal(text, &at); err != nil {
				log.Fatal(err)
			}
		}
		select {
		case err := <-ended:
			log.Fatal(err) // it did not start
		case <-time.After(10 * time.Millisecond):
		}
	}

	answer, err := http.Get(at.URL + "/healthz")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("healthz:", answer.StatusCode)
	err = answer.Body.Close()
	stop()
	fmt.Println("ended:", errors.Join(err, <-ended))
	// Output:
	// healthz: 200
	// ended: <nil>
}

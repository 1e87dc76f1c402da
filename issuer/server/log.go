package server

import (
	"io"
	"log/slog"
)

var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// logger returns the log of a checked configuration.
func (c *Config) logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: levels[c.Log.Level]}
	if c.Log.Format == "text" {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

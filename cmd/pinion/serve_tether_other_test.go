//go:build !linux

package main

import "os/exec"

// tether has no way to end a process with this one if this one is killed.
func tether(*exec.Cmd) {}

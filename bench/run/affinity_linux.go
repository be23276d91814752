package main

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// bindThread binds the calling thread to one core. On a machine with a single
// core everything shares it, and the figures are worth little.
func bindThread(core int) error {
	if runtime.NumCPU() < 2 {
		return nil
	}
	var set unix.CPUSet
	set.Set(core)
	return unix.SchedSetaffinity(0, &set)
}

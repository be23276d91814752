//go:build !linux

package main

// bindThread does nothing: only Linux lets a thread choose its core.
func bindThread(int) error { return nil }

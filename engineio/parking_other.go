//go:build !linux

package engineio

import "sync"

// A parking would wait for many websockets at once; here each is waited for by
// a goroutine of its own.
type parking struct{}

func (*parking) init(*sync.WaitGroup) {}

func (*parking) park(*socket) bool { return false }

func (*parking) remove(*socket) {}

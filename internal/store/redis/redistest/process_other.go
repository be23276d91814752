//go:build !linux

package redistest

import "syscall"

// dieWithParent has no counterpart outside Linux: a server whose test is
// killed stays until somebody ends it.
func dieWithParent() *syscall.SysProcAttr { return nil }

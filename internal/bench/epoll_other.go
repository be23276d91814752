//go:build !linux

package bench

import "errors"

func newEpoll(*run) (driver, error) { return nil, errors.ErrUnsupported }

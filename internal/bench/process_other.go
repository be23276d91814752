//go:build !linux

package bench

import (
	"errors"
	"time"
)

func cpuOf(int) (time.Duration, error) { return 0, errors.ErrUnsupported }

func sizeOf(int) (size, error) { return size{}, errors.ErrUnsupported }

func ownCPU() time.Duration { return 0 }

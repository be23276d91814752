package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// busy returns how many per cent of all cores are in use while this program
// does nothing for d. Where the system does not tell it is 0.
func busy(d time.Duration) float64 {
	idle1, total1 := ticks()
	<-time.After(d)
	idle2, total2 := ticks()
	if total2 == total1 {
		return 0
	}
	return 100 * (1 - (idle2-idle1)/(total2-total1))
}

// ticks reads the idle and all processor time since the machine started from
// the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq
// and steal, the time that other machines on the same host took.
func ticks() (idle, total float64) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, field := range strings.Fields(strings.TrimPrefix(line, "cpu ")) {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil || i > 7 {
			break
		}
		total += n
		if i == 3 || i == 4 {
			idle += n
		}
	}
	return idle, total
}

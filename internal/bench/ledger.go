package bench

// A ledger knows what every receiver has got of every sender. In the clean
// case it costs one counter per pair; only where something is missing does it
// keep the missing ranges, and so tells late from twice exactly.
type ledger struct {
	senders int
	next    []uint32 // by receiver*senders + sender: the number expected next
	gaps    map[int][]span

	unique     uint64 // deliveries, each (receiver, message) once
	duplicates uint64 // deliveries of what the receiver had already
	late       uint64 // deliveries after a later one of the same sender
}

// A span is the numbers from lo up to, not including, hi.
type span struct{ lo, hi uint32 }

func newLedger(receivers, senders int) *ledger {
	return &ledger{senders: senders, next: make([]uint32, receivers*senders), gaps: make(map[int][]span)}
}

// enter books one delivery and reports whether the receiver has it for the
// first time.
func (l *ledger) enter(receiver int, m marker) bool {
	i := receiver*l.senders + m.sender
	next := l.next[i]
	switch {
	case m.number == next:
		l.next[i] = next + 1
	case m.number > next:
		l.gaps[i] = append(l.gaps[i], span{next, m.number})
		l.next[i] = m.number + 1
	case l.fill(i, m.number):
		l.late++
	default:
		l.duplicates++
		return false
	}
	l.unique++
	return true
}

// enterHistory books one message out of a history: it may repeat what the
// receiver has, and it may fill what it missed while away, and neither is the
// server's fault.
func (l *ledger) enterHistory(receiver int, m marker) {
	duplicates, late := l.duplicates, l.late
	l.enter(receiver, m)
	l.duplicates, l.late = duplicates, late
}

// fill takes n out of the missing ranges of stream i, if it is in one.
func (l *ledger) fill(i int, n uint32) bool {
	gaps := l.gaps[i]
	for k, g := range gaps {
		if n < g.lo || n >= g.hi {
			continue
		}
		switch {
		case g.lo+1 == g.hi:
			gaps = append(gaps[:k], gaps[k+1:]...)
		case n == g.lo:
			gaps[k].lo++
		case n == g.hi-1:
			gaps[k].hi--
		default:
			gaps[k].hi = n
			gaps = append(gaps, span{n + 1, g.hi})
		}
		if len(gaps) == 0 {
			delete(l.gaps, i)
		} else {
			l.gaps[i] = gaps
		}
		return true
	}
	return false
}

// has reports whether the receiver has seen number n of the sender or a
// later one.
func (l *ledger) has(receiver, sender int, n uint32) bool {
	return l.next[receiver*l.senders+sender] > n
}

// whole reports whether nothing is missing of what the receiver knows the
// sender to have sent.
func (l *ledger) whole(receiver, sender int) bool {
	return len(l.gaps[receiver*l.senders+sender]) == 0
}

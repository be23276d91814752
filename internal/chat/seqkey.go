package chat

import (
	"strconv"
	"strings"
)

// parseSeqKey reads what SeqKey has written.
func parseSeqKey(s string) (uint64, bool) {
	if len(s) != 16 {
		return 0, false
	}
	seq, err := strconv.ParseUint(s, 16, 64)
	return seq, err == nil
}

// cutSeqKey reads the number after a prefix of a key.
func cutSeqKey(key, prefix string) (uint64, bool) {
	rest, ok := strings.CutPrefix(key, prefix)
	if !ok {
		return 0, false
	}
	return parseSeqKey(rest)
}

// seqsOf reads the numbers that end the keys of records.
func seqsOf(records []Record, prefix string) []uint64 {
	seqs := make([]uint64, 0, len(records))
	for _, r := range records {
		if seq, ok := cutSeqKey(r.Key, prefix); ok {
			seqs = append(seqs, seq)
		}
	}
	return seqs
}

// parseSeq reads a decimal number; one that is not there is 0.
func parseSeq(s string) uint64 {
	seq, _ := strconv.ParseUint(s, 10, 64)
	return seq
}

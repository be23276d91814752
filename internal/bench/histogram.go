package bench

import "math/bits"

// A histogram counts durations in microseconds without allocating. Its
// buckets are 1/64 of their value wide, so a quantile is at most 1.6 % off;
// the maximum is exact.
type histogram struct {
	counts [64 * 36]uint64
	total  uint64
	sum    uint64
	max    uint64
}

func (h *histogram) add(micros int64) {
	v := uint64(max(micros, 0))
	h.counts[bucketOf(v)]++
	h.total++
	h.sum += v
	h.max = max(h.max, v)
}

// bucketOf keeps values below 128 apart and gives each later power of two 64
// buckets.
func bucketOf(v uint64) int {
	shift := max(bits.Len64(v)-7, 0)
	return min(shift*64+int(v>>shift), len(histogram{}.counts)-1)
}

func topOf(bucket int) uint64 {
	if bucket < 128 {
		return uint64(bucket)
	}
	shift := bucket/64 - 1
	return uint64(bucket-shift*64+1)<<shift - 1
}

// quantile returns the smallest value, in microseconds, that at least the
// share q of what was added does not exceed.
func (h *histogram) quantile(q float64) uint64 {
	if h.total == 0 {
		return 0
	}
	want := uint64(q*float64(h.total) + 0.9999999)
	var seen uint64
	for i, n := range h.counts {
		if seen += n; seen >= max(want, 1) {
			return min(topOf(i), h.max)
		}
	}
	return h.max
}

// Quantiles are durations in milliseconds.
type Quantiles struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
}

func (h *histogram) quantiles() Quantiles {
	if h.total == 0 {
		return Quantiles{}
	}
	ms := func(v uint64) float64 { return float64(v) / 1000 }
	return Quantiles{
		P50: ms(h.quantile(0.5)), P99: ms(h.quantile(0.99)), P999: ms(h.quantile(0.999)),
		Max: ms(h.max), Mean: float64(h.sum) / float64(h.total) / 1000,
	}
}

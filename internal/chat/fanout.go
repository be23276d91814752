package chat

import "sync"

// maxFanout is how many reads one act has under way at a time: enough to hide
// the way to a store, few enough to leave it to others.
const maxFanout = 16

// each calls f for 0 … n-1, up to maxFanout at a time, and returns the first
// error by number.
func each(n int, f func(i int) error) error {
	errs := make([]error, n)
	free := make(chan struct{}, maxFanout)
	var wg sync.WaitGroup
	for i := range n {
		free <- struct{}{}
		wg.Go(func() {
			errs[i] = f(i)
			<-free
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// maxPage is how many a list holds at most.
const maxPage = 200

// pageSize is how many a list holds when limit are asked for: 50 unless asked,
// at most maxPage.
func pageSize(limit int) int {
	switch {
	case limit < 1:
		return 50
	case limit > maxPage:
		return maxPage
	}
	return limit
}

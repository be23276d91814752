package redis

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/redis/rueidis"
)

const (
	slotCount = 16384
	// ownersEvery is how often the owners of the slots are read where nothing
	// hints that they have changed.
	ownersEvery = 5 * time.Second
)

// A slotRange is a run of slots and the address of their primary.
type slotRange struct {
	first, last int64
	addr        string
}

// node returns a client of the one primary.
func (h *hub) node(addr string) (rueidis.Client, error) {
	if !h.sharded {
		return h.client, nil
	}
	if c, ok := h.client.Nodes()[addr]; ok {
		return c, nil
	}
	return nil, errNoNode
}

// ownerAddr returns the address of the primary of a key.
func (h *hub) ownerAddr(key string) (string, error) {
	slot := h.slot(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	if f := h.owner(slot); f != nil {
		return f.addr, nil
	}
	return "", errNoNode
}

// probeChannel names a channel that goes through the feed's server.
func (h *hub) probeChannel(f *feed) string {
	if !h.sharded {
		return h.keys.probeChannel(0, h.name)
	}
	for tag := range 4 * slotCount {
		name := h.keys.probeChannel(tag, h.name)
		slot := h.slot(name)
		h.mu.Lock()
		owned := h.owner(slot) == f
		h.mu.Unlock()
		if owned {
			return name
		}
	}
	return h.keys.probeChannel(0, h.name)
}

// refreshOwners asks for the owners to be read again soon.
func (h *hub) refreshOwners() {
	select {
	case h.stale <- struct{}{}:
	default:
	}
}

// markLater looks at channels again whose subscription was refused, when the
// cluster has had a moment to settle.
func (h *hub) markLater(channels []*channel) {
	timer := time.NewTimer(redirectDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-h.closing.Done():
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range channels {
		h.mark(c)
	}
}

// followOwners keeps the owners of the slots up to date.
func (h *hub) followOwners() {
	tick := time.NewTicker(ownersEvery)
	defer tick.Stop()
	for {
		select {
		case <-h.closing.Done():
			return
		case <-tick.C:
		case <-h.stale:
		}
		ctx, cancel := context.WithTimeout(h.closing, h.timeout)
		// Where nobody answers the feeds are down too, and say so.
		_ = h.learnOwners(ctx)
		cancel()
	}
}

// learnOwners reads who owns which slot.
func (h *hub) learnOwners(ctx context.Context) error {
	ranges, err := h.askSlots(ctx)
	if err == nil {
		h.setOwners(ranges)
	}
	return err
}

// askSlots asks the servers in turn until one answers; one that hangs does not
// use up the time of the others.
func (h *hub) askSlots(ctx context.Context) (ranges []slotRange, err error) {
	err = errNoNode
	for addr, node := range h.client.Nodes() {
		call, cancel := context.WithTimeout(ctx, h.timeout/4)
		ranges, err = readSlots(call, addr, node)
		cancel()
		if err == nil {
			break
		}
	}
	return ranges, err
}

func readSlots(ctx context.Context, addr string, node rueidis.Client) ([]slotRange, error) {
	reply, err := node.Do(ctx, node.B().ClusterSlots().Build()).ToArray()
	if err != nil {
		return nil, err
	}
	ranges := make([]slotRange, 0, len(reply))
	for i := range reply {
		r, err := readSlotRange(addr, &reply[i])
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, r)
	}
	return ranges, nil
}

// readSlotRange reads [first, last, [host, port, …], replicas…]. A server that
// does not know its own address leaves the host out.
func readSlotRange(asked string, m *rueidis.RedisMessage) (r slotRange, err error) {
	malformed := errors.New("CLUSTER SLOTS: a reply of an unknown form")
	fields, err := m.ToArray()
	if err != nil || len(fields) < 3 {
		return r, malformed
	}
	primary, err := fields[2].ToArray()
	if err != nil || len(primary) < 2 {
		return r, malformed
	}
	host, err := primary[0].ToString()
	if host == "" || err != nil {
		host, _, _ = net.SplitHostPort(asked)
	}
	port, err1 := primary[1].ToInt64()
	first, err2 := fields[0].ToInt64()
	last, err3 := fields[1].ToInt64()
	if errors.Join(err1, err2, err3) != nil || first < 0 || last >= slotCount || first > last {
		return r, malformed
	}
	return slotRange{first, last, net.JoinHostPort(host, strconv.FormatInt(port, 10))}, nil
}

// setOwners starts feeds for new primaries, stops those of former ones, and
// hands channels over whose slot has moved.
func (h *hub) setOwners(ranges []slotRange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing.Err() != nil {
		return
	}
	owners := make([]*feed, slotCount)
	for _, r := range ranges {
		f := h.feeds[r.addr]
		if f == nil {
			f = h.startFeed(r.addr)
		}
		for slot := r.first; slot <= r.last; slot++ {
			owners[slot] = f
		}
	}
	h.owners = owners
	for addr, f := range h.feeds {
		if !slices.ContainsFunc(ranges, func(r slotRange) bool { return r.addr == addr }) {
			f.stop()
			delete(h.feeds, addr)
		}
	}
	for _, c := range h.channels {
		if c.feed != nil && c.feed != owners[c.slot] {
			c.feed, c.missed = nil, true
		}
		if c.feed == nil {
			h.mark(c)
		}
	}
}

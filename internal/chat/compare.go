package chat

import (
	"context"
	"time"
)

const (
	// compareInterval is how often a room is compared with the head of its
	// log: an announcement that got lost is missed for no longer, as long as
	// compareStep and compareRate allow it for all rooms that are followed.
	compareInterval = 5 * time.Second
	// compareStep is the time between two portions of a round, and compareRate
	// how many rooms are in one at most: a node that follows 10,000 rooms asks
	// its store for 500 heads a second and has been round in 20 seconds.
	compareStep = 250 * time.Millisecond
	compareRate = 125
	// rosterInterval is how often the roster is compared. It is read whole,
	// and its next change would show the gap as well.
	rosterInterval = 30 * time.Second
)

// compare has every view look at the store now and then.
func (s *Service) compare(ctx context.Context) {
	defer close(s.done)
	rounds := time.NewTicker(compareInterval)
	defer rounds.Stop()
	rosters := time.NewTicker(rosterInterval)
	defer rosters.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rosters.C:
			s.compareRoster()
		case <-rounds.C:
			if !compareRooms(ctx, s.followed()) {
				return
			}
		}
	}
}

// compareRooms compares rooms in portions, spread over the interval where they
// are few enough for that, and returns false when ctx has ended.
func compareRooms(ctx context.Context, rooms []*Room) bool {
	steps := int(compareInterval/compareStep) - 1
	portion := min((len(rooms)+steps-1)/steps, compareRate)
	for len(rooms) > 0 {
		n := min(portion, len(rooms))
		for _, r := range rooms[:n] {
			r.compare()
		}
		if rooms = rooms[n:]; len(rooms) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(compareStep):
		}
	}
	return true
}

// followed returns the rooms that are followed now.
func (s *Service) followed() []*Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*Room
	for _, same := range s.rooms {
		all = append(all, same...)
	}
	return all
}

func (s *Service) compareRoster() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.roster != nil {
		s.roster.compare()
	}
}

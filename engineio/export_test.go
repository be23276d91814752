package engineio

// PollWaits tells tests that a GET of the session has begun to wait.
func PollWaits(s *Session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.poll != nil && s.poll.wake != nil
}

package engineio

// Parked returns how many websockets are registered with the server's poller,
// and whether there is a poller.
func (s *Server) Parked() (int, bool) {
	s.parking.mu.Lock()
	defer s.parking.mu.Unlock()
	return s.parking.count, s.parking.file != nil
}

// Open returns the sessions that the server knows.
func (s *Server) Open() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []*Session
	for _, session := range s.sessions {
		open = append(open, session)
	}
	return open
}

package chat

import "time"

// SetAskTime makes a test's States less patient, or more. Call it first.
func (s *States) SetAskTime(d time.Duration) { s.askTime = d }

package httpapi

import (
	"encoding/json"
	"net/http"
)

// healthz says that the process runs and answers. It does not look at the
// store: restarting this process cannot mend that one.
func (r Routes) healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		OK bool `json:"ok"`
		UI bool `json:"ui"`
	}{true, r.PageBuilt})
}

// readyz says whether to send people here.
func (r Routes) readyz(w http.ResponseWriter, _ *http.Request) {
	answer := struct {
		Ready  bool   `json:"ready"`
		Reason string `json:"reason,omitempty"`
	}{Ready: true}
	status := http.StatusOK
	if err := r.Ready.Status(); err != nil {
		answer.Ready, answer.Reason = false, err.Error()
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, answer)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a failure here is the client's going away
}

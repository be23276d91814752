package httpapi

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// statusOf returns the status of an answer with the code.
func statusOf(code chat.Code) int {
	if status, ok := contract.Statuses[code]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// A problem is RFC 9457, with the code and the wait of the contract.
type problem struct {
	Type       string    `json:"type"`
	Title      string    `json:"title"`
	Status     int       `json:"status"`
	Detail     string    `json:"detail"`
	Code       chat.Code `json:"code"`
	RetryAfter int       `json:"retryAfter,omitempty"`
}

// refuse answers with e.
func refuse(w http.ResponseWriter, e contract.Error) {
	refuseAs(w, statusOf(e.Code), e)
}

// refuseAs answers with e under a status that no code has: those are about HTTP
// itself and not about the chat.
func refuseAs(w http.ResponseWriter, status int, e contract.Error) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="causerie"`)
	}
	w.WriteHeader(status)
	// Whoever does not read the answer is not told otherwise either.
	_ = json.NewEncoder(w).Encode(problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: e.Message, Code: e.Code, RetryAfter: e.RetryAfter,
	})
}

package realtime

import (
	"bytes"
	"encoding/json"
	"log/slog"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/socketio"
)

// serve returns the handler of an act's event.
func (c *Chat) serve(a *contract.Act) func(*socketio.Event) {
	return func(e *socketio.Event) {
		v := visitorOf(e.Socket)
		if v == nil || !c.allow(v, e, a.Class) {
			return
		}
		var in json.RawMessage
		if len(e.Args) > 0 {
			in = e.Args[0]
		}
		a.Do(c.ctx, c.house, v.caller(), in, func(out any, err error) {
			switch {
			case a.Silent:
			case err != nil:
				c.refuse(e, err)
			default:
				c.answer(e, out)
			}
		})
	}
}

// unknown answers an event that no act has. It costs an allowance as well:
// otherwise nonsense would be free.
func (c *Chat) unknown(e *socketio.Event) {
	if v := visitorOf(e.Socket); v != nil && c.allow(v, e, contract.ClassRead) {
		c.refuse(e, contract.UnknownEvent(e.Name))
	}
}

// allow counts an event against the person's allowance of its class, over all
// devices of theirs on this node.
func (c *Chat) allow(v *visitor, e *socketio.Event, class contract.Class) bool {
	d := c.rates.Judge(string(v.person()), string(class), class.Rate(c.house.Limits.SendRate))
	switch {
	case d.Verdict == rate.Accept:
		return true
	case class == contract.ClassSignal:
		return false
	case d.Verdict == rate.Refuse:
		c.refuse(e, &chat.Error{Code: chat.CodeRateLimited, Message: errTooFast.Message, RetryAfter: d.Wait})
		return false
	}
	c.observeRefused(chat.CodeRateLimited)
	e.Socket.Disconnect(true)
	return false
}

// answer acknowledges with {ok: true, …out}.
func (c *Chat) answer(e *socketio.Event, out any) {
	if !e.WantsAck() {
		return
	}
	b, err := acked(out)
	if err != nil {
		c.refuse(e, err)
		return
	}
	_ = e.Ack(b) // the client has gone, and asks again with the same id
}

// acked returns {"ok":true, and the fields of the object out.
func acked(out any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, err
	}
	fields := bytes.TrimPrefix(bytes.TrimSpace(b.Bytes()), []byte("{"))
	if len(fields) == 1 { // the closing brace
		return json.RawMessage(`{"ok":true}`), nil
	}
	return append(json.RawMessage(`{"ok":true,`), fields...), nil
}

// refusal is the acknowledgement of what was not done.
type refusal struct {
	OK    bool           `json:"ok"`
	Error contract.Error `json:"error"`
}

// refuse acknowledges with {ok: false, error}.
func (c *Chat) refuse(e *socketio.Event, err error) {
	told := contract.ErrorOf(err)
	c.observeRefused(told.Code)
	if told.Code == chat.CodeInternal || told.Code == chat.CodeUnavailable {
		c.options.Logger.Warn("event failed", slog.String("event", e.Name), slog.Any("error", err))
	}
	if e.WantsAck() {
		_ = e.Ack(refusal{Error: told}) // the client has gone
	}
}

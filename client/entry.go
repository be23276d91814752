package client

import "slices"

// Lobby is the id of the room that everyone is in.
const Lobby = "lobby"

// An Author is a person by id and name, as of when something was written.
type Author struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Person is somebody on the server.
type Person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	Status string `json:"status,omitempty"`
	State  string `json:"state,omitempty"`
	Guest  bool   `json:"guest,omitempty"` // of oneself only
}

// A Room is a room as one sees it.
type Room struct {
	ID          string   `json:"id"`
	Kind        string   `json:"kind"`
	Name        string   `json:"name"`
	Topic       string   `json:"topic"`
	Description string   `json:"description"`
	Archived    bool     `json:"archived"`
	Slow        int      `json:"slow"` // seconds between two messages
	Created     int64    `json:"created"`
	Members     int      `json:"members"`
	People      []Author `json:"people,omitempty"` // of conversations: the others
	Me          struct {
		State     string `json:"state"`
		Rank      string `json:"rank"`
		Favourite bool   `json:"favourite"`
		Notify    string `json:"notify"`
	} `json:"me"`
	Head     Cursor `json:"head"`
	Read     uint64 `json:"read"`
	Unread   int    `json:"unread"`
	Mentions int    `json:"mentions"`
}

// An Entry is one thing that happened in a room; which fields it has depends on
// Type, see docs/events.md. Of a message in a timeline, what was done to it
// later is folded in.
type Entry struct {
	Room string `json:"room"`
	Cursor
	ID     string `json:"id"`
	Type   string `json:"type"`
	Author Author `json:"author"`
	At     int64  `json:"at"` // Unix milliseconds

	Text     string   `json:"text,omitempty"`
	Reply    uint64   `json:"reply,omitempty"`
	Thread   uint64   `json:"thread,omitempty"`
	Mentions []string `json:"mentions,omitempty"`
	Calls    string   `json:"calls,omitempty"`
	Deleted  bool     `json:"deleted,omitempty"`

	Ref     uint64         `json:"ref,omitempty"`
	Emoji   string         `json:"emoji,omitempty"`
	Changes map[string]any `json:"changes,omitempty"`
	Subject *Author        `json:"subject,omitempty"`
	Until   int64          `json:"until,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	Rank    string         `json:"rank,omitempty"`

	Edited    *Edited    `json:"edited,omitempty"`
	DeletedBy *Author    `json:"deletedBy,omitempty"`
	Reactions []Reaction `json:"reactions,omitempty"`
	Pinned    bool       `json:"pinned,omitempty"`
	Replies   int        `json:"replies,omitempty"`
	LastReply uint64     `json:"lastReply,omitempty"`

	// asOf is the entry up to which everything is folded in already.
	asOf uint64
}

// Edited says when a message was last changed.
type Edited struct {
	At  int64  `json:"at"`
	Seq uint64 `json:"seq"`
}

// A Reaction is one emoji on a message. The server names up to 20 of People.
type Reaction struct {
	Emoji  string   `json:"emoji"`
	Count  int      `json:"count"`
	People []string `json:"people"`
	Mine   bool     `json:"mine"`
}

// fold does to a message what a later entry says. me is whose client it is.
func (m *Entry) fold(e Entry, me string) {
	if m.Deleted || e.Seq <= m.asOf {
		return
	}
	switch e.Type {
	case "edit":
		if !e.Deleted && (m.Edited == nil || m.Edited.Seq < e.Seq) {
			m.Text, m.Mentions, m.Calls = e.Text, e.Mentions, e.Calls
			m.Edited = &Edited{At: e.At, Seq: e.Seq}
		}
	case "delete":
		m.Deleted, m.DeletedBy = true, &e.Author
		m.Text, m.Mentions, m.Calls, m.Edited, m.Reactions, m.Pinned = "", nil, "", nil, nil, false
	case "react":
		m.react(e, me)
	case "unreact":
		m.unreact(e, me)
	case "pin", "unpin":
		m.Pinned = e.Type == "pin"
	}
}

// count does to the message that began a thread what an entry of the thread
// says.
func (m *Entry) count(e Entry) {
	switch {
	case e.Seq <= m.asOf:
	case e.Type == "message":
		m.Replies, m.LastReply = m.Replies+1, e.Seq
	case e.Type == "delete":
		m.Replies--
	}
}

func (m *Entry) react(e Entry, me string) {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == e.Emoji })
	if i < 0 {
		i, m.Reactions = len(m.Reactions), append(slices.Clip(m.Reactions), Reaction{Emoji: e.Emoji})
	}
	r := &m.Reactions[i]
	if slices.Contains(r.People, e.Author.ID) {
		return
	}
	r.People = append(slices.Clip(r.People), e.Author.ID)
	r.Count++
	r.Mine = r.Mine || e.Author.ID == me
}

func (m *Entry) unreact(e Entry, me string) {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == e.Emoji })
	if i < 0 {
		return
	}
	m.Reactions = slices.Clone(m.Reactions)
	r := &m.Reactions[i]
	r.Count--
	r.People = slices.DeleteFunc(slices.Clone(r.People), func(id string) bool { return id == e.Author.ID })
	r.Mine = r.Mine && e.Author.ID != me
	if r.Count <= 0 {
		m.Reactions = slices.Delete(m.Reactions, i, i+1)
	}
}

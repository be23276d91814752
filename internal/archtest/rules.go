package archtest

// importRules says which package may import which others of ours. A line is
//
//	package → what its files may import [· what its tests may import as well]
//
// A name that ends in /* stands for every package below it. Every package has
// a line; a package always may import those below it in its tests, and a line
// that is about no package is an error too.
const importRules = `
engineio                   → nothing                        · engineio/engineiotest
engineio/engineiotest      → engineio
socketio                   → engineio                       · engineio/engineiotest
socketio/adaptertest       → socketio, engineio/engineiotest
client                     → nothing                        · internal/*, test/*
internal/chat              → nothing                        · internal/store/*
internal/auth              → internal/chat, internal/rate   · internal/store/*
internal/contract          → internal/chat, internal/auth, testdata/events · internal/store/*
internal/store/sqlite      → internal/chat                  · internal/store/storetest
internal/store/redis       → internal/chat                  · internal/store/storetest
internal/store/redis/*     → nothing
internal/store/storetest   → internal/chat
internal/archive           → internal/chat, internal/contract · internal/auth, internal/store/*
internal/rate              → nothing
internal/realtime          → internal/chat, internal/auth, internal/contract, internal/rate, socketio · engineio, engineio/engineiotest, internal/store/*, test/client
internal/httpapi           → internal/chat, internal/auth, internal/contract, internal/rate           · internal/store/*
internal/config            → nothing
internal/fleet             → client                         · internal/store/*, test/*
internal/bench             → client, internal/fleet         · engineio, socketio
internal/archtest          → nothing
web                        → nothing
cmd/causerie               → everything
examples/*                 → client, engineio, socketio     · engineio/engineiotest
test/*                     → everything
bench/*                    → internal/bench
`

// libraries says who may import what others have written, and whose tests may
// as well. A library that has
// no line is free for all; these few shape the program, and so each has one
// home.
const libraries = `
modernc.org/sqlite                    → internal/store/sqlite
github.com/redis/rueidis              → internal/store/redis, internal/store/redis/*
github.com/prometheus/client_golang   → internal/httpapi
golang.org/x/crypto                   → internal/auth
github.com/golang-jwt/jwt/v5          → internal/auth
github.com/gobwas/ws                  → client, test/*   · engineio, internal/bench
`

// drawers are names that say nothing about what is inside, so that everything
// ends up there.
var drawers = []string{"util", "utils", "common", "helper", "helpers", "types", "misc", "shared", "base", "lib"}

// maxLines is for every file that people write. When a file passes 400, look
// for the second noun in it.
const maxLines = 500

// written are the kinds of file that maxLines is about.
var written = []string{".go", ".ts", ".svelte", ".css", ".js", ".mjs", ".sh", ".html"}

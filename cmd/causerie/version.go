package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/causerie-chat/causerie/web"
)

// stamp is set by scripts/build.sh to what git calls the commit.
var stamp string

func (p program) version(context.Context, []string) int {
	fmt.Fprintf(p.stdout, "causerie %s (%s %s/%s)\nui: %s\n",
		buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, ui())
	return exitOK
}

func ui() string {
	if web.Built() {
		return "built"
	}
	return "none"
}

// buildVersion returns the stamp, or what the go command knows: the version of
// the module after `go install …@v1.2.3`, the commit after `go build`.
func buildVersion() string {
	if stamp != "" {
		return stamp
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	var revision, modified string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "-dirty"
		}
	}
	if revision == "" {
		return "devel"
	}
	return revision + modified
}

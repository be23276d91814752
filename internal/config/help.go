package config

import (
	"fmt"
	"io"
	"strings"
)

// WriteHelp prints the table for a terminal.
func WriteHelp(w io.Writer) {
	for _, section := range Sections() {
		fmt.Fprintf(w, "\n%s:\n", section.Title)
		for _, o := range section.Options {
			fmt.Fprintf(w, "  --%s %s%s\n", o.Name, o.Value, o.shownDefault(" (default %s)"))
			for _, line := range wrap(o.Help, 70) {
				fmt.Fprintf(w, "        %s\n", line)
			}
		}
	}
	fmt.Fprint(w, "\nEvery option is also an environment variable, such as\nCAUSERIE_REDIS_PREFIX for --redis-prefix.\n")
}

// WriteMarkdown prints the table as docs/options.md.
func WriteMarkdown(w io.Writer) {
	fmt.Fprint(w, "# Options\n\n"+
		"This page is printed by `causerie docs options` from the table in `internal/config`; `make docs` renews it.\n\n"+
		"Options of `causerie serve`. A flag wins over the environment, which wins over the default.\n")
	for _, section := range Sections() {
		fmt.Fprintf(w, "\n## %s\n\n", section.Title)
		fmt.Fprint(w, "| flag | environment | default | |\n| --- | --- | --- | --- |\n")
		for _, o := range section.Options {
			env := "`" + o.Env() + "`"
			if o.Secret {
				env += ", `" + o.Env() + "_FILE`"
			}
			fmt.Fprintf(w, "| `--%s %s` | %s | %s | %s |\n", o.Name, o.Value, env, o.shownDefault("`%s`"), markdown(o.Help))
		}
	}
}

func (o Option) shownDefault(format string) string {
	if o.Default == "" {
		return ""
	}
	return fmt.Sprintf(format, o.Default)
}

// markdown keeps a lone * and the bars of a cell from being read as markup.
func markdown(s string) string {
	return strings.NewReplacer("*", `\*`, "|", `\|`).Replace(s)
}

func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

package main

import (
	"maps"
	"slices"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/cmd/internal/node"

	"github.com/spf13/cobra"
)

func (a *app) rebuildCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rebuild", Short: "从第一条记录重建全部视图并比对 rebuild every read model from the first record and compare", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.data == "" {
				return a.ask(c.Context(), func(l *client.Client) error {
					r, err := l.Projections(c.Context())
					if err != nil {
						return err
					}
					return a.rebuilt(r.Rebuilt)
				})
			}
			return a.open(c.Context(), func(n *node.Node) error {
				bar := a.progress(a.say("重建", "rebuild"))
				defer bar.done()
				r, err := n.Rebuild(c.Context(), bar.at)
				if err != nil {
					return err
				}
				bar.done()
				return a.rebuilt(r)
			})
		},
	}
}

// rebuilt shows both hashes of every part; a difference is a finding.
func (a *app) rebuilt(r node.Rebuilt) error {
	if a.json {
		if err := a.emit(api.Projections{Rebuilt: r, Equal: r.Equal()}); err != nil {
			return err
		}
	} else {
		t := a.table(a.say("视图", "read model"), a.say("现行", "live"), a.say("重建", "rebuilt"), "")
		for _, part := range slices.Sorted(maps.Keys(r.Live)) {
			same := a.say("一致", "equal")
			if r.Live[part] != r.Rebuilt[part] {
				same = a.say("不一致", "DIFFERENT")
			}
			t.AppendRow([]any{part, r.Live[part].String()[:16] + "…", r.Rebuilt[part].String()[:16] + "…", same})
		}
		t.Render()
		a.printf("重建至第 %d 条", "rebuilt up to record %d", r.Sequence)
	}
	if !r.Equal() {
		return errFindings
	}
	return nil
}

package main

import (
	"encoding/json"
	"fmt"

	"ducha/cmd/internal/client"

	"github.com/spf13/cobra"
)

func (a *app) tailCommand() *cobra.Command {
	var after uint64
	var follow bool
	var last uint64
	c := &cobra.Command{
		Use: "tail", Short: "查看最新记录,可持续跟踪 the latest statements; -f follows", Args: cobra.NoArgs,
		Example: "  ducha tail -f\n  ducha tail --after 100 --json",
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			return a.ask(ctx, func(l *client.Client) error {
				if !c.Flags().Changed("after") {
					h, err := l.Health(ctx)
					if err != nil {
						return err
					}
					after = h.Sequence - min(last, h.Sequence)
				}
				for wait := 0; ; {
					page, err := l.Feed(ctx, after, 500, wait)
					if follow && ctx.Err() != nil {
						return nil // that is how following ends
					}
					if err != nil {
						return err
					}
					for _, s := range page.Statements {
						if a.json {
							line, err := json.Marshal(s)
							if err != nil {
								return err
							}
							fmt.Fprintf(a.Out, "%s\n", line)
							continue
						}
						fmt.Fprintf(a.Out, "%6d  %s  %-4s %-4s %s  %s  %s\n", s.Sequence, day(s.Time), s.Unit, s.Task, a.say(s.Name, string(s.Type)), s.Source, brief(s.Data))
					}
					if len(page.Statements) == 0 {
						if !follow {
							return nil
						}
						wait = 30
					}
					after = page.Last
				}
			})
		},
	}
	c.Flags().Uint64Var(&after, "after", 0, "从此序号之后 show what comes after a sequence")
	c.Flags().Uint64VarP(&last, "last", "n", 10, "最新若干条 how many of the latest")
	c.Flags().BoolVarP(&follow, "follow", "f", false, "持续跟踪 go on as statements come")
	return c
}
